"""Policies and tiers in the order of evaluation: a policy that comes is put to its place, and the others stay."""

from bisect import bisect_left, insort
from typing import Generic, TypeVar

from percale.policy.from_admin import ADMIN_TIER, BASELINE_TIER
from percale.policy.from_calico import tier_from
from percale.policy.incremental.difference import PolicyChange
from percale.policy.incremental.hanging import Presence
from percale.policy.incremental.ledger import ByName, Ledger, Sortable
from percale.policy.incremental.same import same_policy
from percale.policy.policies import Policy, PolicySet, Tier, every_tier
from percale.resources.calico_policy import Tier as TierResource

K = TypeVar("K", bound=Sortable)

#: Tiers that are there as long as a policy of the kind is.
_TIER_OF_KIND = {"AdminNetworkPolicy": ADMIN_TIER, "BaselineAdminNetworkPolicy": BASELINE_TIER}

_Rank = tuple[float, bytes]


class Policies(Generic[K]):
    def __init__(self) -> None:
        self.policies: Ledger[K, Policy] = Ledger(same_policy)
        self.tiers: ByName[K, str, TierResource, Tier] = ByName(lambda one: one.metadata.name, tier_from)
        self._every = every_tier((), ())
        self._named: Presence[str] = Presence()
        self._kinds: Presence[str] = Presence()
        self._order: dict[str, list[tuple[_Rank, K]]] = {}
        self._in_order: PolicySet | None = None

    @property
    def in_order(self) -> PolicySet:
        if self._in_order is None:
            keys = [key for tier in self._every for _, key in self._order.get(tier.name, ())]
            self._in_order = PolicySet(self._every, tuple(self.policies.now[key] for key in keys))
        return self._in_order

    def settle(self) -> tuple[tuple[PolicyChange, ...], bool]:
        """The policies, and whether any tier is other than before."""
        moved = self.policies.settle()
        for one in moved:
            if one.before:
                self._take_out(one.key, one.before)
            if one.after:
                self._put_in(one.key, one.after)
        tiers = self._settle_tiers()
        if moved or tiers:
            self._in_order = None
        return tuple(PolicyChange(one.before, one.after) for one in moved), tiers

    def _settle_tiers(self) -> bool:
        turned = self._named.turned() | self._kinds.turned()
        if not self.tiers.values.settle() and not turned:
            return False
        of_kinds = [tier for kind, tier in _TIER_OF_KIND.items() if kind in self._kinds]
        before = self._every
        self._every = every_tier([*self.tiers.values.now.values(), *of_kinds], self._named)
        return self._every != before

    def _take_out(self, key: K, policy: Policy) -> None:
        self._named.move([policy.tier], [])
        self._kinds.move([policy.id.kind], [])
        there = self._order[policy.tier]
        del there[bisect_left(there, (policy.rank, key))]
        if not there:
            del self._order[policy.tier]

    def _put_in(self, key: K, policy: Policy) -> None:
        self._named.move([], [policy.tier])
        self._kinds.move([], [policy.id.kind])
        insort(self._order.setdefault(policy.tier, []), (policy.rank, key))
