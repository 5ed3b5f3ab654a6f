"""What endpoints of a node enforce, by the policies that select them and by their profiles."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from weakref import WeakValueDictionary

from percale.dataplane.local_policies import LocalPolicies
from percale.dataplane.peers import answer
from percale.dataplane.places import Places
from percale.dataplane.programs import Program
from percale.dataplane.stages import HOST, HOST_PRE_DNAT, HOST_UNTRACKED, POD_EGRESS, POD_INGRESS, STAGED, Stage
from percale.dataplane.tier_programs import Answers, Site, TierPrograms, asking
from percale.policy.endpoints import Endpoint
from percale.policy.policies import Hook, PolicySet, Profile, Tier
from percale.policy.rules import OWN_SIDE, Direction, Rule
from percale.policy.selection import Staged, TierInForce, tiers_in_force
from percale.traffic.addresses import Address

_WORKLOAD_STAGE = {Direction.EGRESS: POD_EGRESS, Direction.INGRESS: POD_INGRESS}
_HOST_STAGE = {
    Hook.NORMAL: HOST,
    Hook.FORWARD: HOST,
    Hook.PRE_DNAT: HOST_PRE_DNAT,
    Hook.UNTRACKED: HOST_UNTRACKED,
}


@dataclass(frozen=True, slots=True, eq=False)
class _Way:
    """What is asked in one direction, with staged policies or without."""

    tiers: tuple[TierInForce, ...]
    #: For each policy of each tier, and for each profile: the rules that ask the own address something.
    asking: tuple[tuple[tuple[Rule, ...], ...], ...]
    programs: WeakValueDictionary[Hashable, Program] = field(default_factory=WeakValueDictionary)

    @property
    def is_staged(self) -> bool:
        return any(policy.staged for tier in self.tiers for policy in tier.policies)


class InForce:
    """What all endpoints enforce that the same policies select and that have the same profiles.

    Programs are remembered as long as somebody holds on to them and to this.
    """

    def __init__(
        self,
        like: Endpoint,
        policies: PolicySet,
        profiles: tuple[Profile, ...],
        tiers: TierPrograms,
        places: Places,
    ) -> None:
        self._like = like
        self._policies = policies
        self._profiles = profiles
        self._tiers = tiers
        self._places = places
        self._ways: dict[tuple[Direction, Staged], _Way] = {}

    def of_workload(self, own: Address, direction: Direction) -> Program:
        return self._program(self._way(direction, Staged.LEFT_OUT), _WORKLOAD_STAGE[direction], direction, own)

    def staged_of_workload(self, own: Address, direction: Direction) -> Program | None:
        """What would be enforced if staged policies were; None where none of them is in force."""
        way = self._way(direction, Staged.AS_IF_ENFORCED)
        return self._program(way, STAGED, direction, own) if way.is_staged else None

    def of_host(self, version: int, direction: Direction, hook: Hook) -> Program:
        return self._at_host(version, direction, hook, _HOST_STAGE[hook], Staged.LEFT_OUT)

    def staged_of_host(self, version: int, direction: Direction, hook: Hook, stage: Stage) -> Program:
        """What would be enforced if staged policies were, whether or not one of them is in force."""
        return self._at_host(version, direction, hook, stage, Staged.AS_IF_ENFORCED)

    def is_staged_at_host(self, direction: Direction, hook: Hook) -> bool:
        tiers = tiers_in_force(self._policies, self._like, direction, hook=hook, staged=Staged.AS_IF_ENFORCED)
        return any(policy.staged for tier in tiers for policy in tier.policies)

    def _at_host(self, version: int, direction: Direction, hook: Hook, stage: Stage, staged: Staged) -> Program:
        # Before NAT and before tracking, only an explicit Deny drops.
        site = Site(stage, direction, version, on_host=True, ends=hook in (Hook.NORMAL, Hook.FORWARD))
        tiers = tiers_in_force(self._policies, self._like, direction, hook=hook, staged=staged)
        profiles = self._tiers.of_profiles(self._profiles, site, ()) if hook is Hook.NORMAL else ()
        return Program(
            stage, direction, version, tuple(self._tiers.of_tier(tier, site, ()) for tier in tiers), profiles
        )

    @property
    def asks(self) -> bool:
        """Whether anything depends on what else has an endpoint's address."""
        return any(rules for way in self._ways.values() for givers in way.asking for rules in givers)

    def _way(self, direction: Direction, staged: Staged) -> _Way:
        if (direction, staged) not in self._ways:
            tiers = tuple(tiers_in_force(self._policies, self._like, direction, staged=staged))
            asked = [tuple(asking(policy, direction) for policy in tier.policies) for tier in tiers]
            asked.append(tuple(asking(profile, direction) for profile in self._profiles))
            self._ways[direction, staged] = _Way(tiers, tuple(asked))
        return self._ways[direction, staged]

    def _program(self, way: _Way, stage: Stage, direction: Direction, own: Address) -> Program:
        answers = tuple(tuple(self._answers(rules, direction, own) for rules in givers) for givers in way.asking)
        key = (stage.name, own.version, answers)
        if (known := way.programs.get(key)) is None:
            site = Site(stage, direction, own.version)
            known = way.programs[key] = Program(
                stage,
                direction,
                own.version,
                tuple(self._tiers.of_tier(tier, site, each) for tier, each in zip(way.tiers, answers, strict=False)),
                self._tiers.of_profiles(self._profiles, site, answers[-1]),
            )
        return known

    def _answers(self, rules: tuple[Rule, ...], direction: Direction, own: Address) -> Answers:
        side = OWN_SIDE[direction]
        return tuple(answer(rule.entity(side), own, self._places.objects_at(own)) for rule in rules)


class Programs:
    def __init__(self, policies: LocalPolicies, places: Places) -> None:
        self._local_policies = policies
        self._places = places
        self.follow((), {})

    def follow(self, tiers: tuple[Tier, ...], profiles: Mapping[str, Profile]) -> None:
        """All is made again that depends on these: there are few of them, and they seldom change."""
        self._tiers, self._profiles = tiers, profiles
        self._tier_programs = TierPrograms()
        self._in_force: WeakValueDictionary[Hashable, InForce] = WeakValueDictionary()

    def in_force(self, endpoint: Endpoint) -> InForce:
        """Of one that the policies know; to be held on to as long as its programs are."""
        selecting = self._local_policies.of(endpoint)
        key = (selecting, endpoint.profiles)
        if (known := self._in_force.get(key)) is None:
            policies, profiles = PolicySet(self._tiers, selecting), self._profiles_of(endpoint)
            known = InForce(endpoint, policies, profiles, self._tier_programs, self._places)
            self._in_force[key] = known
        return known

    def _profiles_of(self, endpoint: Endpoint) -> tuple[Profile, ...]:
        return tuple(self._profiles[name] for name in endpoint.profiles if name in self._profiles)
