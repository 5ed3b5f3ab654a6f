"""Which policies say something else in another world."""

from dataclasses import dataclass
from enum import StrEnum

from percale.policy.policies import Policy, Tier
from percale.policy.world import World


class Edit(StrEnum):
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class PolicyChange:
    """`policy` is as it is in the new world, or was in the old one if it is gone."""

    edit: Edit
    policy: Policy


def policy_changes(old: World, new: World) -> tuple[PolicyChange, ...]:
    """Those of policies alone; `new` is aligned with the old world."""
    before = {policy.id: policy for policy in old.policies.policies}
    after = {policy.id: policy for policy in new.policies.policies}
    return (
        *(
            PolicyChange(Edit.CHANGED if one.id in before else Edit.ADDED, one)
            for one in after.values()
            if before.get(one.id) is not one
        ),
        *(PolicyChange(Edit.REMOVED, one) for one in before.values() if one.id not in after),
    )


def touched(old: World, new: World) -> set[Policy]:
    """Policies of either world that are not the same, or stand in a tier that is not; worlds are aligned."""
    ours, theirs = set(old.policies.policies), set(new.policies.policies)
    tiers = set(_ranks(old).items()) ^ set(_ranks(new).items())
    moved = {tier.name for _, tier in tiers}
    return (ours ^ theirs) | {policy for policy in ours | theirs if policy.tier in moved}


def _ranks(world: World) -> dict[str, Tier]:
    """Tiers that any policy is in."""
    used = {policy.tier for policy in world.policies.policies}
    return {tier.name: tier for tier in world.policies.tiers if tier.name in used}
