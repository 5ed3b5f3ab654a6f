"""What came nearest to letting a denied packet through.

A default deny names nobody: no rule matched. What helps is the rule that would have let the packet through but for one
thing, in a policy of the tier that denied, whether it selects the endpoint or only nearly does.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from percale.policy.matching import Criterion, Miss, misses
from percale.policy.policies import Policy
from percale.policy.reasons import Decision, EndOfTier
from percale.policy.rules import Action, Rule
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

    @property
    def is_for_another(self) -> bool:
        """Whether the rule is about another protocol or IP version, which is seldom what was meant."""
        return any(miss.criterion in (Criterion.PROTOCOL, Criterion.IP_VERSION) for miss in self.misses)


def nearest(world: World, decision: Decision, packet: Packet) -> NearMiss | None:
    """The Allow rule that misses least; one for the packet's protocol, then the first in order among equals."""
    candidates = list(_candidates(world, decision, packet))
    return min(candidates, key=lambda miss: (miss.distance, miss.is_for_another, not miss.selects), default=None)


def _candidates(world: World, decision: Decision, packet: Packet) -> Iterator[NearMiss]:
    if not isinstance(decision.because, EndOfTier):
        return
    selecting = decision.because.policies
    for policy in world.policies.by_tier[decision.because.tier.name]:
        if decision.direction not in policy.governs or decision.hook not in policy.hooks or policy.staged:
            continue
        for rule in policy.rules(decision.direction):
            if rule.action is Action.ALLOW:
                miss = NearMiss(policy, rule, tuple(misses(rule, packet, world)), policy in selecting)
                if miss.distance <= _FAR:
                    yield miss
