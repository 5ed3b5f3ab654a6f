"""Every set of policies that is one edit away."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from percale.analysis.expectations.mutation.rule_edits import Edit, RuleEdits
from percale.analysis.expectations.mutation.selector_edits import Values, edited
from percale.policy.policies import BUILT_IN_TIERS, Policy, PolicySet, Tier
from percale.policy.rules import Direction, Rule
from percale.policy.selection import Staged
from percale.policy.world import World

#: Kinds whose rules only allow, and whose order nobody can choose.
_WITHOUT_ACTIONS = ("KubernetesNetworkPolicy", "StagedKubernetesNetworkPolicy")


@dataclass(frozen=True, slots=True)
class Mutant:
    """`policy` or `tier` is what was edited, at `path` below its `spec`; `says` adds how to the edit's name."""

    edit: Edit
    policy: Policy | None
    tier: Tier | None
    path: str
    says: str
    policies: PolicySet


def mutants_of(world: World, staged: Staged) -> Iterator[Mutant]:
    """Of the policies that count."""
    values = _values(world)
    known = world.policies
    for policy in known.policies:
        if not policy.staged or staged is Staged.AS_IF_ENFORCED:
            yield Mutant(Edit.DROP_POLICY, policy, None, "", "", _with(known, policy))
            for edit, path, says, other in _other_policies(policy, values):
                yield Mutant(edit, policy, None, path, says, _with(known, policy, other))
    yield from _orders(known, staged)
    for tier in known.tiers:
        if tier.exists and tier not in BUILT_IN_TIERS and known.by_tier[tier.name]:
            yield _other_action(known, tier)


def _with(known: PolicySet, policy: Policy, *instead: Policy) -> PolicySet:
    position = known.policies.index(policy)
    return replace(known, policies=(*known.policies[:position], *instead, *known.policies[position + 1 :]))


def _other_policies(policy: Policy, values: Values) -> Iterator[tuple[Edit, str, str, Policy]]:
    if len(policy.governs) > 1:
        for direction in sorted(policy.governs):
            yield Edit.DROP_DIRECTION, "", direction, replace(policy, governs=policy.governs - {direction})
    for says, subject in edited(policy.subject, values, policy.id.namespace):
        yield Edit.SUBJECT, "", says, replace(policy, subject=subject)
    for direction in sorted(policy.governs):
        edits = RuleEdits(
            policy.rules(direction), direction, values, has_actions=policy.id.kind not in _WITHOUT_ACTIONS
        )
        for one in edits.all(policy.id.namespace):
            yield one.edit, one.path, one.says, _with_rules(policy, direction, one.rules)


def _with_rules(policy: Policy, direction: Direction, rules: tuple[Rule, ...]) -> Policy:
    return replace(policy, ingress=rules) if direction is Direction.INGRESS else replace(policy, egress=rules)


def _orders(known: PolicySet, staged: Staged) -> Iterator[Mutant]:
    """Past the next policy of the tier, where at least one of the two has an order to edit."""
    for policies in known.by_tier.values():
        here = [one for one in policies if not one.staged or staged is Staged.AS_IF_ENFORCED]
        for one, other in pairwise(here):
            movable = next((it for it in (other, one) if it.id.kind not in _WITHOUT_ACTIONS), None)
            if movable and one.governs & other.governs:
                past = one if movable is other else other
                yield Mutant(Edit.POLICY_ORDER, movable, None, "", f"past {past.id}", _swapped(known, one, other))


def _swapped(known: PolicySet, one: Policy, other: Policy) -> PolicySet:
    places = {one: other, other: one}
    return replace(known, policies=tuple(places.get(policy, policy) for policy in known.policies))


def _other_action(known: PolicySet, tier: Tier) -> Mutant:
    other = replace(tier, passes=not tier.passes)
    tiers = tuple(other if one is tier else one for one in known.tiers)
    now, then = ("Pass", "Deny") if tier.passes else ("Deny", "Pass")
    return Mutant(Edit.TIER_ACTION, None, tier, "", f"{now} to {then}", replace(known, tiers=tiers))


def _values(world: World) -> Values:
    found: dict[str, dict[str, None]] = {}
    for one in (*world.workloads, *world.network_sets):
        for key, value in one.labels.items():
            found.setdefault(key, {})[value] = None
    return {key: tuple(sorted(values)) for key, values in found.items()}
