"""The plain judge: one packet that opens a flow, both its ends asked, each answer with its reason.

Calico-semantics §4.1. A reply and whatever else belongs to a flow that was let through is let through too, so only
the first packet is ever judged.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from percale.policy.conntrack import belongs_to_the_link, opens_a_flow
from percale.policy.endpoints import Endpoint
from percale.policy.matching import matches
from percale.policy.policies import Policy, Tier
from percale.policy.rules import Action, Direction, Rule
from percale.policy.selection import TierInForce, tiers_in_force
from percale.policy.world import World
from percale.traffic.packet import Packet


@dataclass(frozen=True, slots=True)
class RuleRef:
    """A rule of a policy, or of a profile when there is no policy."""

    policy: Policy | None
    rule: Rule
    tier: str = ""
    profile: str = ""


@dataclass(frozen=True, slots=True)
class EndOfTier:
    """No rule of the tier matched, and a tier that does not pass denies. `policies` are those that isolate."""

    tier: Tier
    policies: tuple[Policy, ...]


@dataclass(frozen=True, slots=True)
class NoProfile:
    """No tier had a say and no profile allows: an endpoint outside Kubernetes is closed by default."""


@dataclass(frozen=True, slots=True)
class NotOpening:
    """Connection tracking finds the packet invalid: it is dropped before any policy is asked."""


@dataclass(frozen=True, slots=True)
class HostPath:
    """Between a host and its own pods: what the host sends, and neighbour discovery to it (§4.5)."""


Reason = RuleRef | EndOfTier | NoProfile | NotOpening | HostPath


@dataclass(frozen=True, slots=True)
class Decision:
    """`passed` are the Log and Pass rules that matched, and tiers that let go on, before the decision."""

    endpoint: Endpoint
    direction: Direction
    action: Action
    because: Reason
    passed: tuple[RuleRef | EndOfTier, ...] = ()

    @property
    def allows(self) -> bool:
        return self.action is Action.ALLOW


@dataclass(frozen=True, slots=True)
class Verdict:
    """None on a side says that no endpoint of ours is there: it has nothing to say."""

    packet: Packet
    egress: Decision | None
    ingress: Decision | None

    @property
    def allowed(self) -> bool:
        return all(side is None or side.allows for side in (self.egress, self.ingress))


def judge(world: World, packet: Packet) -> Verdict:
    source, destination = world.workload_at(packet.source), world.workload_at(packet.destination)
    return Verdict(
        packet,
        decide(world, source, Direction.EGRESS, packet) if source else None,
        decide(world, destination, Direction.INGRESS, packet) if destination else None,
    )


def decide(world: World, endpoint: Endpoint, direction: Direction, packet: Packet) -> Decision:
    """What one endpoint says of the packet in one direction."""
    if _is_host_path(world, endpoint, direction, packet):
        return Decision(endpoint, direction, Action.ALLOW, HostPath())
    if not opens_a_flow(packet):
        return Decision(endpoint, direction, Action.DENY, NotOpening())
    passed: list[RuleRef | EndOfTier] = []
    for tier in tiers_in_force(world.policies, endpoint, direction):
        decided = _ask_tier(world, tier, direction, packet, passed)
        if decided:
            return Decision(endpoint, direction, *decided, tuple(passed))
    return Decision(endpoint, direction, *_ask_profiles(world, endpoint, direction, packet), tuple(passed))


def _is_host_path(world: World, endpoint: Endpoint, direction: Direction, packet: Packet) -> bool:
    node = world.node_at(packet.source if direction is Direction.INGRESS else packet.destination)
    if node is None or node.name != endpoint.node:
        return False
    return direction is Direction.INGRESS or belongs_to_the_link(packet)


def _ask_tier(
    world: World,
    tier: TierInForce,
    direction: Direction,
    packet: Packet,
    passed: list[RuleRef | EndOfTier],
) -> tuple[Action, Reason] | None:
    """A decision, or None when the next tier is to be asked; what was walked over is added to `passed`."""
    for hit in _matching(world, tier.policies, direction, packet):
        if hit.rule.action in (Action.ALLOW, Action.DENY):
            return hit.rule.action, hit
        passed.append(hit)
        if hit.rule.action is Action.PASS:
            return None
    end = EndOfTier(tier.tier, tier.policies)
    if tier.tier.passes:
        passed.append(end)
        return None
    return Action.DENY, end


def _matching(world: World, policies: Sequence[Policy], direction: Direction, packet: Packet) -> Iterator[RuleRef]:
    for policy in policies:
        for rule in policy.rules(direction):
            if matches(rule, packet, world):
                yield RuleRef(policy, rule, tier=policy.tier)


def _ask_profiles(world: World, endpoint: Endpoint, direction: Direction, packet: Packet) -> tuple[Action, Reason]:
    for name in endpoint.profiles:
        profile = world.profiles.get(name)
        for rule in profile.rules(direction) if profile else ():
            if rule.action in (Action.ALLOW, Action.DENY) and matches(rule, packet, world):
                return rule.action, RuleRef(None, rule, profile=name)
    return Action.DENY, NoProfile()
