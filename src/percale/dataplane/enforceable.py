"""What the kernel cannot be asked to do is refused, never widened: an Allow by name would allow any address."""

from collections.abc import Iterator, Sequence

from percale.dataplane.resolved import Resolved
from percale.errors import PercaleError
from percale.policy.endpoints import Endpoint
from percale.policy.incremental.difference import Difference
from percale.policy.policies import Policy
from percale.policy.rules import Entity, Side


class NotEnforceable(PercaleError):
    """Rules that mean something and cannot be compiled."""


class Enforceable:
    """Knows every rule that depends on domain names, which the kernel does not know."""

    def __init__(self) -> None:
        self._by_name: Sequence[Endpoint] = ()
        self._found: dict[Policy, tuple[str, ...]] = {}

    def follow(self, world: Resolved, difference: Difference) -> None:
        named = [one for change in difference.network_sets for one in (change.before, change.after) if one]
        if any(one.domains for one in named):
            self._by_name = [one for one in world.network_sets if one.domains]
            self._found = {}
            self._look_at(*world.policies.policies)
            return
        for change in difference.policies:
            if change.before:
                self._found.pop(change.before, None)
            if change.after:
                self._look_at(change.after)

    def refuse(self) -> None:
        """Raise with each of those rules, if there are any."""
        if found := sorted(rule for rules in self._found.values() for rule in rules):
            raise NotEnforceable(
                "these rules match domain names, which this version cannot enforce: " + ", ".join(dict.fromkeys(found)),
                hint="match nets or a network set of addresses instead; `percale reach` answers for names all the same",
            )

    def _look_at(self, *policies: Policy) -> None:
        for policy in policies:
            if rules := tuple(self._rules(policy)):
                self._found[policy] = rules

    def _rules(self, policy: Policy) -> Iterator[str]:
        for rule in (*policy.ingress, *policy.egress):
            if any(_needs_names(rule.entity(side), self._by_name) for side in Side):
                yield f"{policy.id} {rule.path}"


def _needs_names(entity: Entity, by_name: Sequence[Endpoint]) -> bool:
    selectors = [one for one in (entity.selector, entity.not_selector) if one]
    return bool(entity.domains) or any(one.matches(held.labels) for one in selectors for held in by_name)
