"""What an endpoint enforces in one direction at one hook, as a value: equal programs share their chains."""

from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache, partial

from percale.dataplane import naming
from percale.dataplane.peers import ASKED_NOTHING, Answer, PeerRule, answer, asks, rules_of_host, rules_of_workload
from percale.dataplane.stages import HOST, HOST_PRE_DNAT, HOST_UNTRACKED, POD_EGRESS, POD_INGRESS, STAGED, Stage
from percale.policy.endpoints import Endpoint
from percale.policy.policies import Hook, Policy, PolicySet, Profile
from percale.policy.rules import OWN_SIDE, Action, Direction, Rule
from percale.policy.selection import Staged, TierInForce, tiers_in_force
from percale.policy.subjects import Subjects
from percale.policy.world import World
from percale.traffic.addresses import Address

Compiled = Callable[[Rule, str], Iterable[PeerRule]]


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that decides, with the name of its counter: a rule, or the end of a tier."""

    name: str
    stage: Stage
    direction: Direction
    action: Action
    says: str
    policy: Policy | None = None


@dataclass(frozen=True, slots=True)
class TierProgram:
    """Rules in order; then `end`, the mark that denies, or on to the next tier when there is none."""

    rules: tuple[PeerRule, ...]
    end: str | None

    @property
    def passes(self) -> bool:
        return any(rule.action is Action.PASS for rule in self.rules)


@dataclass(frozen=True, slots=True)
class Program:
    """Tiers, then profiles where they are asked; without either, traffic that no rule decides goes on."""

    stage: Stage
    direction: Direction
    version: int
    tiers: tuple[TierProgram, ...]
    profiles: tuple[TierProgram, ...] = ()

    @property
    def is_open(self) -> bool:
        """No policy in force, and the first profile lets everything through."""
        first = next((rule for part in self.profiles for rule in part.rules), None)
        return not self.tiers and first is not None and first.is_allow_all


_WORKLOAD_STAGE = {Direction.EGRESS: POD_EGRESS, Direction.INGRESS: POD_INGRESS}
_HOST_STAGE = {
    Hook.NORMAL: HOST,
    Hook.FORWARD: HOST,
    Hook.PRE_DNAT: HOST_PRE_DNAT,
    Hook.UNTRACKED: HOST_UNTRACKED,
}


@dataclass(frozen=True, slots=True, eq=False)
class _InForce:
    """What all endpoints enforce that are alike in the labels that policies ask for, and in their profiles."""

    tiers: tuple[TierInForce, ...]
    profiles: tuple[Profile, ...]
    #: Of which it depends on an endpoint's own address what is left.
    asking: tuple[Rule, ...]

    @property
    def is_staged(self) -> bool:
        return any(policy.staged for tier in self.tiers for policy in tier.policies)


class Programs:
    """Programs of a world, each distinct one compiled once; collects the marks that they mention on the way."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._subjects = Subjects(world.policies.policies)
        self._objects_at = cache(lambda own: tuple(world.objects_at(own)))
        self._selecting: dict[Hashable, PolicySet] = {}
        self._in_force: dict[Hashable, _InForce] = {}
        self._compiled: dict[Hashable, tuple[PeerRule, ...]] = {}
        self._programs: dict[Hashable, Program] = {}
        self.marks: dict[str, Mark] = {}

    def of_workload(self, endpoint: Endpoint, own: Address, direction: Direction) -> Program:
        in_force = self._in_force_for(endpoint, direction, Staged.LEFT_OUT)
        return self._program(in_force, _WORKLOAD_STAGE[direction], direction, own)

    def staged_of_workload(self, endpoint: Endpoint, own: Address, direction: Direction) -> Program | None:
        """What would be enforced if staged policies were; None where none of them is in force."""
        in_force = self._in_force_for(endpoint, direction, Staged.AS_IF_ENFORCED)
        return self._program(in_force, STAGED, direction, own) if in_force.is_staged else None

    def of_host(self, endpoint: Endpoint, version: int, direction: Direction, hook: Hook) -> Program:
        in_force = tiers_in_force(self._world.policies, endpoint, direction, hook=hook)
        return self._at_host(endpoint, version, direction, hook, _HOST_STAGE[hook], in_force)

    def staged_of_host(
        self, endpoint: Endpoint, version: int, direction: Direction, hook: Hook, stage: Stage
    ) -> Program:
        """What would be enforced if staged policies were, whether or not one of them is in force."""
        in_force = self._staged_tiers(endpoint, direction, hook)
        return self._at_host(endpoint, version, direction, hook, stage, in_force)

    def is_staged_at_host(self, endpoint: Endpoint, direction: Direction, hook: Hook) -> bool:
        tiers = self._staged_tiers(endpoint, direction, hook)
        return any(policy.staged for tier in tiers for policy in tier.policies)

    def _staged_tiers(self, endpoint: Endpoint, direction: Direction, hook: Hook) -> Iterator[TierInForce]:
        return tiers_in_force(self._world.policies, endpoint, direction, hook=hook, staged=Staged.AS_IF_ENFORCED)

    def _at_host(
        self,
        endpoint: Endpoint,
        version: int,
        direction: Direction,
        hook: Hook,
        stage: Stage,
        in_force: Iterable[TierInForce],
    ) -> Program:
        compiled = partial(rules_of_host, version=version)
        # Before NAT and before tracking, only an explicit Deny drops.
        ends = hook in (Hook.NORMAL, Hook.FORWARD)
        return Program(
            stage,
            direction,
            version,
            tuple(self._tier(tier, stage, direction, compiled, ends=ends) for tier in in_force),
            self._profiles(self._profiles_of(endpoint), stage, direction, compiled) if hook is Hook.NORMAL else (),
        )

    def _in_force_for(self, endpoint: Endpoint, direction: Direction, staged: Staged) -> _InForce:
        asked = self._subjects.asked_of(endpoint.labels)
        known = (asked, endpoint.profiles, direction, staged)
        if known not in self._in_force:
            if asked not in self._selecting:
                selecting = self._subjects.selecting(endpoint.labels)
                self._selecting[asked] = PolicySet(self._world.policies.tiers, tuple(selecting))
            tiers = tuple(tiers_in_force(self._selecting[asked], endpoint, direction, staged=staged))
            profiles = self._profiles_of(endpoint)
            givers: list[Policy | Profile] = [*(policy for tier in tiers for policy in tier.policies), *profiles]
            rules = (rule for giver in givers for rule in giver.rules(direction))
            asking = tuple(rule for rule in rules if asks(rule.entity(OWN_SIDE[direction])))
            self._in_force[known] = _InForce(tiers, profiles, asking)
        return self._in_force[known]

    def _profiles_of(self, endpoint: Endpoint) -> tuple[Profile, ...]:
        return tuple(self._world.profiles[name] for name in endpoint.profiles if name in self._world.profiles)

    def _program(self, in_force: _InForce, stage: Stage, direction: Direction, own: Address) -> Program:
        answers = tuple(self._answer(rule, direction, own) for rule in in_force.asking)
        known = (in_force, stage, own.version, answers)
        if known not in self._programs:
            compiled = partial(self._rules_of_workload, direction=direction, own=own)
            self._programs[known] = Program(
                stage,
                direction,
                own.version,
                tuple(self._tier(tier, stage, direction, compiled) for tier in in_force.tiers),
                self._profiles(in_force.profiles, stage, direction, compiled),
            )
        return self._programs[known]

    def _answer(self, rule: Rule, direction: Direction, own: Address) -> Answer:
        mine = rule.entity(OWN_SIDE[direction])
        return answer(mine, own, self._objects_at(own)) if asks(mine) else ASKED_NOTHING

    def _rules_of_workload(self, rule: Rule, mark: str, direction: Direction, own: Address) -> tuple[PeerRule, ...]:
        answered = self._answer(rule, direction, own)
        # By identity, which the world keeps: to hash a rule is to write out its selectors.
        known = (id(rule), mark, own.version, answered)
        if known not in self._compiled:
            self._compiled[known] = tuple(rules_of_workload(rule, mark, direction, own.version, answered))
        return self._compiled[known]

    def _tier(
        self, tier: TierInForce, stage: Stage, direction: Direction, compiled: Compiled, *, ends: bool = True
    ) -> TierProgram:
        rules = [
            one
            for policy in tier.policies
            for rule in policy.rules(direction)
            for one in compiled(rule, self._rule_mark(policy, rule, stage, direction))
        ]
        end = self._end_mark(tier, stage, direction) if ends and not tier.tier.passes else None
        return TierProgram(tuple(rules), end)

    def _profiles(
        self, profiles: Iterable[Profile], stage: Stage, direction: Direction, compiled: Compiled
    ) -> tuple[TierProgram, ...]:
        """All in one, but each with a Pass for itself, as this leads on to the next."""
        parts: list[TierProgram] = []
        rules: list[PeerRule] = []
        for profile in profiles:
            rules += (
                one
                for rule in profile.rules(direction)
                if rule.action is not Action.LOG
                for one in compiled(rule, self._mark(stage, direction, rule.action, f"profile {rule.path}".rstrip()))
            )
            if any(rule.action is Action.PASS for rule in profile.rules(direction)):
                parts.append(TierProgram(tuple(rules), None))
                rules = []
        return (*parts, TierProgram(tuple(rules), self._mark(stage, direction, Action.DENY, "no profile allows")))

    def _rule_mark(self, policy: Policy, rule: Rule, stage: Stage, direction: Direction) -> str:
        return self._mark(stage, direction, rule.action, f"{policy.id} {rule.path}", policy)

    def _end_mark(self, tier: TierInForce, stage: Stage, direction: Direction) -> str:
        names = ", ".join(str(policy.id) for policy in tier.policies)
        return self._mark(stage, direction, Action.DENY, f"end of tier {tier.tier.name}: {names}")

    def _mark(self, stage: Stage, direction: Direction, action: Action, says: str, policy: Policy | None = None) -> str:
        letter = "s" if stage.staged else "r"
        name = f"{letter}-{naming.digest(stage.name, direction, action, says)}"
        self.marks.setdefault(name, Mark(name, stage, direction, action, says, policy))
        return name
