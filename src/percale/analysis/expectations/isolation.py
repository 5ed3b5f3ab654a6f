"""Whether what no rule lets through is denied."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from percale.policy.endpoints import Endpoint
from percale.policy.policies import Policy
from percale.policy.rules import Action, Direction
from percale.policy.selection import Staged, tiers_in_force
from percale.policy.world import World


@dataclass(frozen=True, slots=True)
class Open:
    """A workload that is not isolated: no tier ends in a denial for it. `policies` select it all the same."""

    workload: Endpoint
    direction: Direction
    policies: tuple[Policy, ...]
    profiles: tuple[str, ...]


def open_among(
    workloads: Iterable[Endpoint], directions: Sequence[Direction], world: World, staged: Staged
) -> Iterator[Open]:
    for one in workloads:
        for direction in directions:
            tiers = tuple(tiers_in_force(world.policies, one, direction, staged=staged))
            profiles = tuple(name for name in one.profiles if _allows(world, name, direction))
            if all(tier.tier.passes for tier in tiers) and profiles:
                yield Open(one, direction, tuple(policy for tier in tiers for policy in tier.policies), profiles)


def _allows(world: World, name: str, direction: Direction) -> bool:
    profile = world.profiles.get(name)
    return profile is not None and any(rule.action is Action.ALLOW for rule in profile.rules(direction))
