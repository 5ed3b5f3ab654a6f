"""Each mutant put to the suite: noticed, survived, or no mutant at all because no packet's verdict changes.

All mutants share one engine's classes, and of each only what it changes is looked at.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto
from itertools import product
from typing import NamedTuple

from percale.analysis.connectivity import Group
from percale.analysis.expectations.claims import Claim
from percale.analysis.expectations.ends import Party
from percale.analysis.expectations.field import (
    Field,
    Flows,
    can_talk,
    couple,
    is_one_address,
    scope_of,
    versions_for,
)
from percale.analysis.expectations.mutation.mutants import Mutant, mutants_of
from percale.analysis.expectations.proving import Prover
from percale.analysis.symbolic.engine import Engine
from percale.analysis.symbolic.one_way import OneWay, Part
from percale.analysis.witness import Witness, witness
from percale.policy.policies import PolicySet
from percale.policy.rules import Action, Direction
from percale.policy.world import World


class Fate(Enum):
    KILLED = auto()
    SURVIVED = auto()
    #: No packet's verdict changes.
    EQUIVALENT = auto()
    #: It changes nothing for workloads, and may for hosts, of which no expectation speaks.
    OF_HOSTS = auto()


@dataclass(frozen=True, slots=True)
class Trial:
    """`noticed_by` are numbers of expectations. `passes` says whether the packet does so now, as it did not before."""

    mutant: Mutant
    fate: Fate
    noticed_by: tuple[int, ...] = ()
    witness: Witness | None = None
    passes: bool = False


class Trials:
    """Of the suite of a prover, all of which must hold."""

    def __init__(self, prover: Prover) -> None:
        self._world, self._staged = prover.setting.world, prover.setting.staged
        self._mutants = tuple(mutants_of(self._world, self._staged))
        claims = [(n, claim) for n, found in enumerate(prover.claims) if isinstance(found, tuple) for claim in found]
        every = [claim for _, claim in claims]
        isolated = [(n, *asked) for n, one in enumerate(prover.expected) if (asked := prover.isolation_of(one))]
        scope = scope_of(self._world, every, prover.setting.pod_networks, self._staged)
        union = replace(self._world, policies=_all_of(self._world.policies, [one.policies for one in self._mutants]))
        parties = [party for claim in every for party in (claim.source, claim.destination)]
        parties += [party for _, party, _ in isolated]
        self._boards = [
            _Board(Field(Engine.of(union, version, scope), parties), self._world.policies, claims, isolated)
            for version in versions_for(union, every)
        ]

    def __len__(self) -> int:
        return len(self._mutants)

    def run(self) -> Iterator[Trial]:
        for mutant in self._mutants:
            yield self._tried(mutant)

    def _tried(self, mutant: Mutant) -> Trial:
        found = [board.tried(mutant.policies) for board in self._boards]
        if noticed := sorted({number for one in found for number in one.noticed_by}):
            return Trial(mutant, Fate.KILLED, tuple(noticed))
        for one in found:
            if one.change:
                return Trial(mutant, Fate.SURVIVED, (), *one.change.shown())
        return Trial(mutant, Fate.OF_HOSTS if _is_of_hosts(mutant, self._world) else Fate.EQUIVALENT)


def _all_of(known: PolicySet, others: Iterable[PolicySet]) -> PolicySet:
    """As if all policies that occur were there at once; only their terms matter, never their order."""
    return replace(known, policies=tuple(dict.fromkeys(p for one in (known, *others) for p in one.policies)))


def _is_of_hosts(mutant: Mutant, world: World) -> bool:
    policies = [mutant.policy] if mutant.policy else world.policies.policies
    return any(policy.subject.matches(host.labels) for policy in policies for host in world.host_endpoints)


@dataclass(frozen=True, slots=True)
class _Change:
    """A pair of identities between which other cells pass than before."""

    before: Engine
    after: Engine
    source: Group
    destination: Group

    def shown(self) -> tuple[Witness, bool]:
        (one,), (other,) = self.source.identities, self.destination.identities
        then, now = self.before.between(one, other), self.after.between(one, other)
        passes = bool(now & ~then)
        engine, wire = (self.after, now & ~then) if passes else (self.before, then & ~now)
        return witness(engine, self.source, self.destination, wire, passes=True), passes


@dataclass(frozen=True, slots=True)
class _Found:
    noticed_by: frozenset[int]
    change: _Change | None


class _Pair(NamedTuple):
    """Groups by their numbers in the field, each with the number of one of its identities."""

    source: int
    one: int
    destination: int
    other: int


Claims = Sequence[tuple[int, Claim]]
Isolated = Sequence[tuple[int, Party, tuple[Direction, ...]]]


class _Board:
    """Who is where in one IP version, and what the suite claims of each pair."""

    def __init__(self, field: Field, policies: PolicySet, claims: Claims, isolated: Isolated) -> None:
        self._field = field
        self._engine = field.engine.with_others(policies)
        self._of_class = {direction: _by_class(field, direction) for direction in Direction}
        self._peer_classes = {direction: _peer_classes(field, direction) for direction in Direction}
        self._known: dict[tuple[int, int], int] = {}
        self._talking: dict[_Pair, bool] = {}
        self._claimed: dict[tuple[int, int], list[tuple[int, int, bool]]] = {}
        for number, claim in claims:
            self._add(number, claim)
        self._isolated: dict[tuple[Direction, int], list[int]] = {}
        for number, party, directions in isolated:
            for direction, group in product(directions, field.destinations(party)):
                self._isolated.setdefault((direction, group), []).append(number)

    def _add(self, number: int, claim: Claim) -> None:
        cells = self._engine.cells
        if wire := cells.mask_of(claim.traffic(cells.version)) & cells.opening:
            for pair in self._field.pairs(claim):
                self._claimed.setdefault(pair, []).append((number, wire, claim.passes))

    def tried(self, policies: PolicySet) -> _Found:
        engine = self._engine.with_others(policies)
        flows = Flows(self._field, engine)
        noticed: set[int] = set()
        shown: _Pair | None = None
        for pair in self._changed(engine):
            # The first between workloads tells more than one with somebody outside.
            if shown is None or (self._has_outside(shown) and not self._has_outside(pair)):
                shown = pair
            noticed.update(self._noticed(flows, (pair.source, pair.destination)))
        if shown is None:
            return _Found(frozenset(), None)
        noticed |= self._no_longer_isolated(engine)
        return _Found(frozenset(noticed), self._change(engine, shown))

    def _has_outside(self, pair: _Pair) -> bool:
        return not (self._field.groups[pair.source].members and self._field.groups[pair.destination].members)

    def _change(self, engine: Engine, pair: _Pair) -> _Change:
        ends = couple(self._field.groups[pair.source], self._field.groups[pair.destination])
        source, destination = (
            replace(end, identities=(number,)) for end, number in zip(ends, (pair.one, pair.other), strict=True)
        )
        return _Change(self._engine, engine, source, destination)

    def _noticed(self, flows: Flows, pair: tuple[int, int]) -> Iterator[int]:
        if claims := self._claimed.get(pair):
            flow = flows.between(*pair)
            for number, wire, passes in claims:
                if wire & ~flow.always if passes else wire & flow.sometimes:
                    yield number

    def _changed(self, engine: Engine) -> Iterator[_Pair]:
        """Pairs of groups and of their identities between which other cells pass than before."""
        for direction in Direction:
            before, after = _way(self._engine, direction), _way(engine, direction)
            for subject in after.asked_otherwise(before):
                if peers := _differing(before.row(subject), after.row(subject)):
                    for own, peer in product(self._of_class[direction].get(subject, ()), self._peers(direction, peers)):
                        pair = _Pair(*own, *peer) if direction is Direction.EGRESS else _Pair(*peer, *own)
                        if self._can_talk(pair) and self._before(pair) != engine.between(pair.one, pair.other):
                            yield pair

    def _peers(self, direction: Direction, classes: int) -> list[tuple[int, int]]:
        return [held for number, held in self._peer_classes[direction] if classes >> number & 1]

    def _before(self, pair: _Pair) -> int:
        known = self._known.get((pair.one, pair.other))
        if known is None:
            known = self._known[pair.one, pair.other] = self._engine.between(pair.one, pair.other)
        return known

    def _can_talk(self, pair: _Pair) -> bool:
        known = self._talking.get(pair)
        if known is None:
            known = self._talking[pair] = self._asked_whether_they_talk(pair)
        return known

    def _asked_whether_they_talk(self, pair: _Pair) -> bool:
        source, destination = self._field.groups[pair.source], self._field.groups[pair.destination]
        return (
            not source.name
            and can_talk(source, destination)
            and not self._field.is_from_own_host(pair.source, pair.destination)
            and not is_one_address(self._engine, pair.one, pair.other)
        )

    def _no_longer_isolated(self, engine: Engine) -> set[int]:
        noticed: set[int] = set()
        for direction in Direction:
            before, after = _way(self._engine, direction), _way(engine, direction)
            for subject in after.asked_otherwise(before):
                if not _isolates(after, subject):
                    for group, _ in self._of_class[direction].get(subject, ()):
                        noticed.update(self._isolated.get((direction, group), ()))
        return noticed


def _way(engine: Engine, direction: Direction) -> OneWay:
    return engine.egress if direction is Direction.EGRESS else engine.ingress


def _isolates(way: OneWay, subject: int) -> bool:
    stages = way.stages(subject)
    if any(stage.tier and not stage.tier.passes for stage in stages):
        return True
    return not any(clause.rule.action is Action.ALLOW for stage in stages if not stage.tier for clause in stage.clauses)


def _by_class(field: Field, direction: Direction) -> dict[int, list[tuple[int, int]]]:
    """Of each subject class, groups of workloads with the identity by which they have it."""
    subjects, found = _way(field.engine, direction).subjects, dict[int, list[tuple[int, int]]]()
    for number, group in enumerate(field.groups):
        for identity in group.identities if group.members else ():
            found.setdefault(int(subjects.class_of[identity]), []).append((number, identity))
    return found


def _peer_classes(field: Field, direction: Direction) -> list[tuple[int, tuple[int, int]]]:
    """Of each group and identity, the class that it has as a peer."""
    peers = _way(field.engine, direction).peers
    return [
        (int(peers.class_of[identity]), (number, identity))
        for number, group in enumerate(field.groups)
        for identity in group.identities
    ]


def _differing(before: Sequence[Part], after: Sequence[Part]) -> int:
    """The peer classes with which other cells are let through."""
    wire = 0
    for part in (*before, *after):
        wire |= part.wire
    differing = 0
    for one, other in product(_whole(before, wire), _whole(after, wire)):
        if one.wire & other.wire:
            differing |= one.peers ^ other.peers
    return differing


def _whole(row: Sequence[Part], wire: int) -> list[Part]:
    """With the part on which nobody is let through."""
    for part in row:
        wire &= ~part.wire
    return [*row, Part(wire, 0)]
