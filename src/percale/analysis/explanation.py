"""The judge's way to a decision, step by step: every tier, every policy that was asked, every rule and what it missed.

The decision is the judge's own. The steps are walked once more beside it, and `Walk.end` says where they lead.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from percale.analysis.crossings import crossings_of
from percale.policy.deciding import HOOKS_THAT_END, Question, decide
from percale.policy.endpoints import Endpoint
from percale.policy.host_path import host_questions
from percale.policy.matching import Miss, misses
from percale.policy.policies import Hook, Policy, Profile, Tier
from percale.policy.reasons import (
    Decision,
    EndOfTier,
    Failsafe,
    HostPath,
    NoProfile,
    NotOpening,
    Reason,
    RuleRef,
    Step,
)
from percale.policy.rules import Action, Direction, Rule
from percale.policy.selection import Staged
from percale.policy.world import World
from percale.traffic.packet import Packet


class Left(StrEnum):
    """How the walk went on from a tier."""

    DECIDED = "decided"
    PASSED = "passed"
    DENIED_AT_END = "denied at its end"
    WENT_ON = "went on at its end"
    NOT_IN_FORCE = "not in force"
    NOT_ASKED = "not asked"


class Aside(StrEnum):
    """Why a policy of a tier is not asked."""

    SELECTS_OTHERS = "does not select it"
    OTHER_DIRECTION = "governs the other direction only"
    OTHER_HOOK = "is asked elsewhere on the way"
    STAGED = "is staged"


@dataclass(frozen=True, slots=True)
class TriedRule:
    """It matched if it missed nothing."""

    rule: Rule
    misses: tuple[Miss, ...]


@dataclass(frozen=True, slots=True)
class TriedPolicy:
    """`rules` are those that were held against the packet, `left` how many stand after them."""

    policy: Policy
    rules: tuple[TriedRule, ...]
    left: int
    asked: bool = True


@dataclass(frozen=True, slots=True)
class WalkedTier:
    """`policies` select the endpoint and govern the direction; `aside` are the others of the tier."""

    tier: Tier
    policies: tuple[TriedPolicy, ...]
    aside: tuple[tuple[Policy, Aside], ...]
    left: Left


@dataclass(frozen=True, slots=True)
class WalkedProfile:
    """A profile that is missing, or has no rules, says nothing."""

    name: str
    rules: tuple[TriedRule, ...]


@dataclass(frozen=True, slots=True)
class Walk:
    """Nothing is walked where the decision fell before any policy; a host endpoint may have nothing to say."""

    asked: Question
    decision: Decision | None
    tiers: tuple[WalkedTier, ...] = ()
    profiles: tuple[WalkedProfile, ...] = ()

    @property
    def passed(self) -> tuple[Step, ...]:
        """As the judge notes them: Log and Pass rules that matched, and tiers that let go on."""
        return tuple(step for one in self.tiers for step in _steps(one))

    @property
    def end(self) -> tuple[Action, Reason] | None:
        """Where the steps lead; None where they lead nowhere."""
        for one in self.tiers:
            if one.left is Left.DENIED_AT_END:
                return Action.DENY, _end_of(one)
            if one.left is Left.DECIDED:
                policy, rule = _last(one)
                return rule.action, RuleRef(policy, rule, tier=one.tier.name)
        if not self.has_profiles:
            return None
        last = self.profiles[-1] if self.profiles else None
        if last and last.rules and _ends_profiles(last.rules[-1]):
            return last.rules[-1].rule.action, RuleRef(None, last.rules[-1].rule, profile=last.name)
        return Action.DENY, NoProfile()

    @property
    def has_profiles(self) -> bool:
        """Whether profiles would be asked after all tiers."""
        return self.asked.hook is Hook.NORMAL


#: What is decided before any policy is asked.
BEFORE_POLICY = (HostPath, NotOpening, Failsafe)


def explained(
    world: World,
    packet: Packet,
    source_host: Endpoint | None,
    destination_host: Endpoint | None,
    *,
    staged: Staged = Staged.LEFT_OUT,
) -> tuple[Walk, ...]:
    """The workload that sends, the one that takes, and host endpoints in the order in which they are asked."""
    ends = ((packet.source, Direction.EGRESS), (packet.destination, Direction.INGRESS))
    asked = [(world.workload_at(address), direction) for address, direction in ends]
    walks = [workload_walk(Question(world, one, way, packet, staged=staged)) for one, way in asked if one]
    for crossing in crossings_of(world, packet, source_host, destination_host):
        walks += [walk(*found) for found in host_questions(world, crossing, packet, staged)]
    return tuple(walks)


def workload_walk(asked: Question) -> Walk:
    return walk(asked, decide(asked))


def walk(asked: Question, decision: Decision | None) -> Walk:
    if decision and isinstance(decision.because, BEFORE_POLICY):
        return Walk(asked, decision)
    tiers = tuple(_tiers(asked))
    ended = any(one.left in _ENDS for one in tiers)
    profiles = () if ended or asked.hook is not Hook.NORMAL else tuple(_profiles(asked))
    return Walk(asked, decision, tiers, profiles)


_ENDS = (Left.DECIDED, Left.DENIED_AT_END)


def _tiers(asked: Question) -> Iterator[WalkedTier]:
    """Those that have a policy at all, also after the decision."""
    ended = False
    for tier in asked.world.policies.tiers:
        every = [(policy, _aside(asked, policy)) for policy in asked.world.policies.by_tier[tier.name]]
        asking = [policy for policy, why in every if why is None]
        aside = tuple((policy, why) for policy, why in every if why)
        if not asking:
            if aside:
                yield WalkedTier(tier, (), aside, Left.NOT_IN_FORCE)
        elif ended:
            yield WalkedTier(tier, tuple(_unasked(asked, one) for one in asking), aside, Left.NOT_ASKED)
        else:
            policies = tuple(_tried(asked, asking))
            left = _left(asked, tier, policies)
            ended = left in _ENDS
            yield WalkedTier(tier, policies, aside, left)


def _aside(asked: Question, policy: Policy) -> Aside | None:
    if not policy.subject.matches(asked.endpoint.labels):
        return Aside.SELECTS_OTHERS
    if asked.direction not in policy.governs:
        return Aside.OTHER_DIRECTION
    if asked.hook not in policy.hooks:
        return Aside.OTHER_HOOK
    return Aside.STAGED if policy.staged and asked.staged is Staged.LEFT_OUT else None


def _unasked(asked: Question, policy: Policy) -> TriedPolicy:
    return TriedPolicy(policy, (), len(policy.rules(asked.direction)), asked=False)


def _tried(asked: Question, policies: list[Policy]) -> Iterator[TriedPolicy]:
    ended = False
    for policy in policies:
        if ended:
            yield _unasked(asked, policy)
            continue
        every = policy.rules(asked.direction)
        tried = tuple(_until_hit(asked, every))
        ended = _hit(tried) is not None
        yield TriedPolicy(policy, tried, len(every) - len(tried))


def _until_hit(asked: Question, rules: tuple[Rule, ...]) -> Iterator[TriedRule]:
    for rule in rules:
        tried = TriedRule(rule, tuple(misses(rule, asked.packet, asked.world)))
        yield tried
        if not tried.misses and rule.action is not Action.LOG:
            return


def _hit(tried: tuple[TriedRule, ...]) -> Rule | None:
    """The rule after which nothing of its tier is asked."""
    last = tried[-1] if tried else None
    return last.rule if last and not last.misses and last.rule.action is not Action.LOG else None


def _left(asked: Question, tier: Tier, policies: tuple[TriedPolicy, ...]) -> Left:
    hit = next((rule for one in policies if (rule := _hit(one.rules))), None)
    if hit:
        return Left.PASSED if hit.action is Action.PASS else Left.DECIDED
    return Left.WENT_ON if tier.passes or asked.hook not in HOOKS_THAT_END else Left.DENIED_AT_END


def _profiles(asked: Question) -> Iterator[WalkedProfile]:
    for name in asked.endpoint.profiles:
        profile = asked.world.profiles.get(name)
        found = WalkedProfile(name, tuple(_of_profile(asked, profile)) if profile else ())
        yield found
        if found.rules and _ends_profiles(found.rules[-1]):
            return


def _of_profile(asked: Question, profile: Profile) -> Iterator[TriedRule]:
    """A Log does nothing in a profile, and a Pass leaves it."""
    yield from _until_hit(asked, profile.rules(asked.direction))


def _ends_profiles(tried: TriedRule) -> bool:
    return not tried.misses and tried.rule.action in (Action.ALLOW, Action.DENY)


def _steps(one: WalkedTier) -> Iterator[Step]:
    for tried in one.policies:
        for rule in tried.rules:
            if not rule.misses and rule.rule.action in (Action.LOG, Action.PASS):
                yield RuleRef(tried.policy, rule.rule, tier=one.tier.name)
    if one.left is Left.WENT_ON:
        yield _end_of(one)


def _end_of(one: WalkedTier) -> EndOfTier:
    return EndOfTier(one.tier, tuple(tried.policy for tried in one.policies))


def _last(one: WalkedTier) -> tuple[Policy, Rule]:
    last = [tried for tried in one.policies if tried.asked][-1]
    return last.policy, last.rules[-1].rule
