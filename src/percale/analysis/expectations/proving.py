"""Whether what is expected holds of every packet, and if not, a packet of which it does not."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from percale.analysis.connectivity import Group
from percale.analysis.expectations.claims import Claim, claims_of
from percale.analysis.expectations.ends import Party, SelectsNothing, party_of
from percale.analysis.expectations.field import Field, Flows, couple, scope_of, versions_for
from percale.analysis.expectations.isolation import Open, open_among
from percale.analysis.expectations.wording import words
from percale.analysis.symbolic.cells import Point
from percale.analysis.symbolic.engine import Engine
from percale.analysis.witness import Witness, witness
from percale.policy.endpoints import Endpoint
from percale.policy.rules import Direction
from percale.policy.selection import Staged
from percale.policy.world import World
from percale.resources.policy_test import Expectation
from percale.resources.problems import Place
from percale.traffic.addresses import AddressSet, Network
from percale.traffic.intervals import Intervals
from percale.traffic.traffic import point_of


@dataclass(frozen=True, slots=True)
class Expected:
    """An expectation with the suite and the namespace that it is read in."""

    suite: str
    namespace: str
    expectation: Expectation
    place: Place

    @property
    def name(self) -> str:
        return self.expectation.name or words(self.expectation)


class Outcome(Enum):
    HOLDS = auto()
    FAILS = auto()
    #: Nothing was checked, because nothing is there to check.
    SELECTS_NOTHING = auto()


@dataclass(frozen=True, slots=True)
class Violation:
    """A packet that is not as claimed.

    `at_source` and `at_destination` are the addresses for which that is so, where it is not so for all that a workload
    may get.
    """

    claim: Claim
    source: Group
    destination: Group
    witness: Witness
    at_source: tuple[Network, ...] = ()
    at_destination: tuple[Network, ...] = ()


@dataclass(frozen=True, slots=True)
class Result:
    expected: Expected
    outcome: Outcome
    violations: tuple[Violation, ...] = ()
    exposed: tuple[Open, ...] = ()
    #: What selects nothing, and what would be right.
    says: str = ""
    hint: str = ""

    @property
    def holds(self) -> bool:
        return self.outcome is Outcome.HOLDS


@dataclass(frozen=True, slots=True)
class Setting:
    """What is proved against: where pods without addresses may be, and whether staged policies count."""

    world: World
    pod_networks: tuple[Network, ...]
    staged: Staged = Staged.LEFT_OUT


class Prover:
    def __init__(self, setting: Setting, expected: Sequence[Expected]) -> None:
        self.setting = setting
        self.expected = tuple(expected)
        self.claims = [_claims(one, setting.world) for one in self.expected]
        every = [claim for claims in self.claims if isinstance(claims, tuple) for claim in claims]
        versions = versions_for(setting.world, every) if every else ()
        scope = scope_of(setting.world, every, setting.pod_networks, setting.staged)
        parties = [party for claim in every for party in (claim.source, claim.destination)]
        self._proofs = [_Proof(Field(Engine.of(setting.world, version, scope), parties)) for version in versions]

    def results(self) -> Iterator[Result]:
        for one, claims in zip(self.expected, self.claims, strict=True):
            yield self._result(one, claims)

    def _result(self, one: Expected, claims: "_Claims") -> Result:
        if isinstance(claims, SelectsNothing):
            return Result(one, Outcome.SELECTS_NOTHING, says=claims.says, hint=claims.hint)
        if isolation := self.isolation_of(one):
            return self._isolation(one, *isolation)
        found = [self._violations(claim) for claim in claims]
        if not any(pairs for _, pairs in found):
            return Result(one, Outcome.SELECTS_NOTHING, says=_NO_PACKET, hint=_NO_PACKET_HINT)
        violations = tuple(violation for held, _ in found for violation in held)
        return Result(one, Outcome.FAILS if violations else Outcome.HOLDS, violations)

    def _violations(self, claim: Claim) -> tuple[list[Violation], int]:
        """With how many pairs there are."""
        found: list[Violation] = []
        pairs = 0
        for proof in self._proofs:
            violations, asked = proof.of(claim)
            found += violations
            pairs += asked
        return found, pairs

    def isolation_of(self, one: Expected) -> tuple[Party, tuple[Direction, ...]] | None:
        """Who must be isolated, and in which directions."""
        asked = one.expectation.isolated
        if asked is None:
            return None
        party = party_of(asked.workloads, self.setting.world, one.namespace)
        return party, tuple(Direction(direction) for direction in asked.directions)

    def _isolation(self, one: Expected, workloads: Party, directions: Sequence[Direction]) -> Result:
        world = self.setting.world
        exposed = tuple(open_among(_in_order(world, workloads.workloads), directions, world, self.setting.staged))
        return Result(one, Outcome.FAILS if exposed else Outcome.HOLDS, exposed=exposed)


_Claims = tuple[Claim, ...] | SelectsNothing
_NO_PACKET = "no packet can go from the one to the other"
_NO_PACKET_HINT = "they are one and the same pod, both outside, or share no IP version, or the traffic opens no flow"


def _claims(one: Expected, world: World) -> _Claims:
    try:
        if one.expectation.isolated:
            party = party_of(one.expectation.isolated.workloads, world, one.namespace)
            return () if party.workloads else SelectsNothing("no workload is meant", hint="only workloads are isolated")
        return claims_of(one.expectation, world, one.namespace)
    except SelectsNothing as nothing:
        return nothing


def _in_order(world: World, workloads: Iterable[Endpoint]) -> list[Endpoint]:
    held = frozenset(workloads)
    return [one for one in world.workloads if one in held]


class _Proof:
    """In one IP version."""

    def __init__(self, field: Field) -> None:
        self._field = field
        self._engine = field.engine
        self._flows = Flows(field, field.engine)

    def of(self, claim: Claim) -> tuple[list[Violation], int]:
        cells = self._engine.cells
        wire = cells.mask_of(claim.traffic(cells.version)) & cells.opening
        found: list[Violation] = []
        pairs = 0
        for source, destination in self._field.pairs(claim) if wire else ():
            pairs += 1
            flow = self._flows.between(source, destination)
            if wrong := wire & ~flow.always if claim.passes else wire & flow.sometimes:
                found.append(self._violation(claim, flow.source, flow.destination, wrong))
        return found, pairs

    def _violation(self, claim: Claim, source: Group, destination: Group, wrong: int) -> Violation:
        ends = couple(source, destination)
        shown = witness(self._engine, *ends, wrong, passes=not claim.passes)
        bit = 1 << self._engine.cells.cell_of(Point(shown.packet.protocol, *point_of(shown.packet)))

        def fails(one: int, other: int) -> bool:
            return bool(self._engine.between(one, other) & bit) is not claim.passes

        there, here = destination.identities, source.identities
        at_source = [one for one in here if any(fails(one, other) for other in there)]
        at_destination = [other for other in there if any(fails(one, other) for one in here)]
        places = (self._addresses(*end) for end in zip(ends, (at_source, at_destination), strict=True))
        return Violation(claim, source, destination, shown, *places)

    def _addresses(self, group: Group, failing: Sequence[int]) -> tuple[Network, ...]:
        """Those by which a member has one of the identities, or none where it fails by all of them."""
        if group.is_outside or len(failing) == len(group.identities) or group.members[0].networks:
            return ()
        identities, version = self._engine.identities, self._engine.cells.version
        kinds = set(map(self._engine.kind, failing))
        numbers = [one for one in identities.of_endpoint[group.members[0]] if self._engine.kind(one) in kinds]
        spans = Intervals.of(span for one in numbers for span in identities.free[identities.known[one].atom])
        return tuple((AddressSet(v4=spans) if version == 4 else AddressSet(v6=spans)).networks(version))
