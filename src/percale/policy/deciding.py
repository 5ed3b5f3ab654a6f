"""What one endpoint says of a packet in one direction at one hook.

Source: Calico's felix/rules/endpoints.go.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from percale.policy.conntrack import belongs_to_the_link, opens_a_flow
from percale.policy.endpoints import Endpoint
from percale.policy.matching import matches
from percale.policy.policies import Hook, Policy
from percale.policy.reasons import (
    Decision,
    EndOfTier,
    Failsafe,
    HostPath,
    HostRefused,
    NoProfile,
    NotOpening,
    Reason,
    RuleRef,
    Step,
)
from percale.policy.rules import Action, Direction
from percale.policy.selection import Staged, TierInForce, tiers_in_force
from percale.policy.settings import FailsafePort, HostSettings, ToHost
from percale.policy.world import World
from percale.traffic.addresses import Address
from percale.traffic.packet import Packet

#: Where the end of a tier denies; at the other hooks only an explicit Deny does.
HOOKS_THAT_END = (Hook.NORMAL, Hook.FORWARD)


@dataclass(frozen=True, slots=True)
class Question:
    """Who is asked about which packet, at which hook, and whether staged policies count."""

    world: World
    endpoint: Endpoint
    direction: Direction
    packet: Packet
    hook: Hook = Hook.NORMAL
    staged: Staged = Staged.LEFT_OUT
    #: False once doNotTrack policy has let the packet through: then nothing calls it invalid.
    tracked: bool = True

    @property
    def settings(self) -> HostSettings:
        return self.world.settings_for(self.endpoint.node)

    @property
    def other_end(self) -> Address:
        return self.packet.source if self.direction is Direction.INGRESS else self.packet.destination

    @property
    def is_with_own_host(self) -> bool:
        node = self.world.node_at(self.other_end)
        return node is not None and node.name == self.endpoint.node

    @property
    def is_invalid(self) -> bool:
        return self.tracked and self.settings.drops_invalid and not opens_a_flow(self.packet)

    def decided(self, action: Action, because: Reason, passed: Sequence[Step] = ()) -> Decision:
        return Decision(self.endpoint, self.direction, action, because, tuple(passed), self.hook)


def decide(asked: Question) -> Decision:
    """Of a workload: there is always a decision."""
    if asked.is_with_own_host and (asked.direction is Direction.INGRESS or belongs_to_the_link(asked.packet)):
        return asked.decided(Action.ALLOW, HostPath())
    if asked.is_invalid:
        return asked.decided(Action.DENY, NotOpening())
    passed: list[Step] = []
    action, because = _ask_tiers(asked, passed) or _ask_profiles(asked)
    refuses = asked.settings.to_host is ToHost.DROP and asked.is_with_own_host
    if action is Action.ALLOW and asked.direction is Direction.EGRESS and refuses:
        return asked.decided(Action.DENY, HostRefused(), passed)
    return asked.decided(action, because, passed)


def decide_at_host(asked: Question) -> Decision | None:
    """Of a host endpoint: None where it has nothing to say, and the packet goes on."""
    if asked.hook in HOOKS_THAT_END and asked.is_invalid:
        return asked.decided(Action.DENY, NotOpening())
    if asked.hook not in HOOKS_THAT_END and not _has_tiers(asked):
        return None
    if asked.hook is not Hook.FORWARD and _is_failsafe(asked):
        return asked.decided(Action.ALLOW, Failsafe())
    passed: list[Step] = []
    decided = _ask_tiers(asked, passed)
    if decided is None and asked.hook is Hook.NORMAL:
        decided = _ask_profiles(asked)
    return asked.decided(*decided, passed) if decided else None


def _has_tiers(asked: Question) -> bool:
    tiers = tiers_in_force(asked.world.policies, asked.endpoint, asked.direction, hook=asked.hook, staged=asked.staged)
    return next(tiers, None) is not None


def _is_failsafe(asked: Question) -> bool:
    """Where nothing is tracked, also what comes back from the other direction's ports."""
    inbound, outbound = asked.settings.failsafe_inbound, asked.settings.failsafe_outbound
    here, there = (inbound, outbound) if asked.direction is Direction.INGRESS else (outbound, inbound)
    if any(_fits(one, asked, asked.packet.destination_port) for one in here):
        return True
    return asked.hook is Hook.UNTRACKED and any(_fits(one, asked, asked.packet.source_port) for one in there)


def _fits(failsafe: FailsafePort, asked: Question, port: int) -> bool:
    if (failsafe.protocol, failsafe.port) != (asked.packet.protocol, port):
        return False
    return failsafe.net is None or asked.other_end in failsafe.net


def _ask_tiers(asked: Question, passed: list[Step]) -> tuple[Action, Reason] | None:
    """What was walked over on the way is added to `passed`."""
    policies = asked.world.policies
    for tier in tiers_in_force(policies, asked.endpoint, asked.direction, hook=asked.hook, staged=asked.staged):
        decided = _ask_tier(asked, tier, passed)
        if decided and isinstance(decided[1], EndOfTier) and asked.hook not in HOOKS_THAT_END:
            passed.append(decided[1])
        elif decided:
            return decided
    return None


def _ask_tier(asked: Question, tier: TierInForce, passed: list[Step]) -> tuple[Action, Reason] | None:
    """A decision, or None when the next tier is to be asked."""
    for hit in _matching(asked, tier.policies):
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


def _matching(asked: Question, policies: Sequence[Policy]) -> Iterator[RuleRef]:
    for policy in policies:
        for rule in policy.rules(asked.direction):
            if matches(rule, asked.packet, asked.world):
                yield RuleRef(policy, rule, tier=policy.tier)


def _ask_profiles(asked: Question) -> tuple[Action, Reason]:
    """A Pass leaves its profile, as it leaves Felix' chain for it, and the next profile is asked."""
    for name in asked.endpoint.profiles:
        profile = asked.world.profiles.get(name)
        for rule in profile.rules(asked.direction) if profile else ():
            if rule.action is Action.LOG or not matches(rule, asked.packet, asked.world):
                continue
            if rule.action is Action.PASS:
                break
            return rule.action, RuleRef(None, rule, profile=name)
    return Action.DENY, NoProfile()
