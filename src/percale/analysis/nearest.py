"""What came nearest to letting a denied packet through.

A default deny names nobody: no rule matched. What helps is the rule that would have let the packet through but for one
thing, in a policy of the tier that denied, whether it selects the endpoint or only nearly does.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from percale.policy.matching import Miss, misses
from percale.policy.policies import Policy
from percale.policy.rules import Action, Rule
from percale.policy.verdict import Decision, EndOfTier
from percale.policy.world import World
from percale.traffic.packet import Packet

#: A rule that misses more than this is no near miss; to name it would mislead.
_FAR = 2


@dataclass(frozen=True, slots=True)
class NearMiss:
    """`selects` says whether the policy selects the endpoint; if not, that is one thing missed more."""

    policy: Policy
    rule: Rule
    misses: tuple[Miss, ...]
    selects: bool

    @property
    def distance(self) -> int:
        return len(self.misses) + (not self.selects)


def nearest(world: World, decision: Decision, packet: Packet) -> NearMiss | None:
    """The Allow rule that misses least; the first in order among equals."""
    candidates = list(_candidates(world, decision, packet))
    return min(candidates, key=lambda miss: (miss.distance, not miss.selects), default=None)


def _candidates(world: World, decision: Decision, packet: Packet) -> Iterator[NearMiss]:
    if not isinstance(decision.because, EndOfTier):
        return
    selecting = decision.because.policies
    for policy in world.policies.by_tier[decision.because.tier.name]:
        if decision.direction not in policy.governs or not policy.for_workloads:
            continue
        for rule in policy.rules(decision.direction):
            if rule.action is Action.ALLOW:
                miss = NearMiss(policy, rule, tuple(misses(rule, packet, world)), policy in selecting)
                if miss.distance <= _FAR:
                    yield miss
