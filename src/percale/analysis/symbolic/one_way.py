"""What workloads let through in one direction, by classes.

Subjects of one class are asked the same questions. Peers of one class get the same answer to each of them.
"""

from collections.abc import Iterable, Iterator, Sequence
from copy import copy
from functools import cached_property
from itertools import groupby
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from pyroaring import FrozenBitMap

from percale.analysis.symbolic.bitmaps import NOTHING
from percale.analysis.symbolic.bits import indices_of, ones
from percale.analysis.symbolic.cells import Cells
from percale.analysis.symbolic.clauses import Clause, Clauses, sets_on
from percale.analysis.symbolic.identities import Identities, Standing
from percale.analysis.symbolic.partition import Partition, partition
from percale.analysis.symbolic.terms import Terms
from percale.policy.endpoints import Endpoint
from percale.policy.policies import Hook, Policy, PolicySet, Profile, Tier
from percale.policy.rules import Action, Direction
from percale.resources.documents import no_garbage_collection


class Stage(NamedTuple):
    """A tier, with those of its policies that select a subject and their clauses; no tier for a profile."""

    tier: Tier | None
    policies: tuple[Policy, ...]
    clauses: tuple[Clause[int], ...]


class Hit(NamedTuple):
    """Peers that a clause decides about or passes on; without a clause, those that a stage's end is left with."""

    stage: Stage
    clause: Clause[int] | None
    action: Action
    peers: int


class Part(NamedTuple):
    """Cells on all of which the same peers are let through."""

    wire: int
    peers: int


class Table(NamedTuple):
    """For each subject class and peer class a number, and for each number a set of cells."""

    numbers: npt.NDArray[np.uint16] | npt.NDArray[np.uint32]
    wires: tuple[int, ...]


class OneWay:
    def __init__(self, terms: Terms, cells: Cells, identities: Identities, direction: Direction) -> None:
        self.direction = direction
        self._terms, self._cells, self._identities = terms, cells, identities
        self._tiers = {tier.name: tier for tier in terms.world.policies.tiers}
        self._policies = [one for one in terms.policies if direction in one.governs]
        self._spared = [identities.within((one.net,)) for one in terms.failsafes() if one.net]
        compiled = Clauses(cells, identities)
        self._written = [compiled.of(policy.rules(direction), direction) for policy in self._policies]
        self._profiles = {
            profile: compiled.of(profile.rules(direction), direction) for profile in _profiles_in_use(terms, identities)
        }
        self._stages: dict[int, tuple[Stage, ...]] = {}
        self._rows: dict[int, tuple[Part, ...]] = {}

    # Classes.

    @cached_property
    @no_garbage_collection()
    def peers(self) -> Partition:
        return partition([*self._told_apart(of_peer=True), *self._spared], len(self._identities.known))

    @cached_property
    @no_garbage_collection()
    def subjects(self) -> Partition:
        """By the policies that select them, by what rules ask of their own side, and by their standing."""
        own = self._told_apart(of_peer=False)
        family = (*self._selected, *own, *self._identities.standings.values())
        return partition(family, self._identities.workloads)

    def _told_apart(self, *, of_peer: bool) -> Iterator[FrozenBitMap]:
        clauses = (clause for written in (*self._written, *self._profiles.values()) for clause in written)
        found = dict.fromkeys(held for clause in clauses for held in sets_on(clause, of_peer=of_peer))
        return iter(found) if of_peer else map(self._workloads_in, found)

    def _workloads_in(self, held: FrozenBitMap) -> FrozenBitMap:
        return held & self._identities.own

    @cached_property
    def _selected(self) -> list[FrozenBitMap]:
        """Of each policy; workloads are asked at one hook only."""
        return [
            self._identities.subjects(policy.subject) if Hook.NORMAL in policy.hooks else NOTHING
            for policy in self._policies
        ]

    # What a subject is asked.

    @cached_property
    def _asked(self) -> list[list[int]]:
        """Of each subject class, which policies select it, by their number."""
        return self._asked_by(range(len(self._policies)))

    def _asked_by(self, numbers: Iterable[int]) -> list[list[int]]:
        found: list[list[int]] = [[] for _ in range(self.subjects.count)]
        for number in numbers:
            for subject in self._selecting[number]:
                found[subject].append(number)
        return found

    @cached_property
    def _selecting(self) -> list[list[int]]:
        """Of each policy, the subject classes."""
        return [self.subjects.classes(selected).tolist() for selected in self._selected]

    @cached_property
    def _number_of(self) -> dict[Policy, int]:
        return {policy: number for number, policy in enumerate(self._policies)}

    def with_others(self, policies: PolicySet) -> "OneWay":
        """The same classes and clauses, with only these of its policies, in their order, and their tiers."""
        # What is cached here is shared by all that are made of this one.
        _ = self._localised, self._local_profiles, self._selecting, self._number_of
        known = (self._number_of.get(policy) for policy in policies.policies)
        asked = self._asked_by(number for number in known if number is not None)
        other = copy(self)
        tiers = {tier.name: tier for tier in policies.tiers}
        other.__dict__.update(_tiers=tiers, _asked=asked, _stages={}, _rows={})
        other.__dict__.pop("table", None)
        return other

    def asked_otherwise(self, other: "OneWay") -> Iterator[int]:
        """The subject classes whose stages are not the same in the other, which has the same classes."""
        tiers, asked = other._tiers, other._asked  # noqa: SLF001  one of the same kind
        changed = {name for name, tier in self._tiers.items() if tier != tiers.get(name)}
        for subject, (here, there) in enumerate(zip(self._asked, asked, strict=True)):
            if here != there or (changed and any(self._policies[number].tier in changed for number in here)):
                yield subject

    @cached_property
    def _localised(self) -> list[list[Clause[int]]]:
        return [[self._local(clause) for clause in written] for written in self._written]

    @cached_property
    def _local_profiles(self) -> dict[Profile, list[Clause[int]]]:
        return {profile: [self._local(clause) for clause in written] for profile, written in self._profiles.items()}

    def _local(self, clause: Clause[FrozenBitMap]) -> Clause[int]:
        return clause.localised(own=self._own_classes, peer=self.peers.column)

    def _own_classes(self, held: FrozenBitMap) -> int:
        return self.subjects.column(self._workloads_in(held))

    def stages(self, subject: int) -> tuple[Stage, ...]:
        """In the order of evaluation."""
        stages = self._stages.get(subject)
        if stages is None:
            stages = self._stages[subject] = tuple(self._staged(subject))
        return stages

    def _staged(self, subject: int) -> Iterator[Stage]:
        asked = [(self._policies[number], self._localised[number]) for number in self._asked[subject]]
        profiles = [self._local_profiles[profile] for profile in self._standing(subject).profiles]
        return self._in_order(asked, profiles, subject)

    def stages_at(self, hook: Hook, host: Endpoint, identity: int) -> tuple[Stage, ...]:
        """What a host endpoint is asked of packets at one of its addresses, which is subject 0 there."""

        def local(clause: Clause[FrozenBitMap]) -> Clause[int]:
            return clause.localised(own=lambda held: int(identity in held), peer=self.peers.column)

        asked = [
            (policy, [local(clause) for clause in written])
            for policy, written in zip(self._policies, self._written, strict=True)
            if hook in policy.hooks and policy.subject.matches(host.labels)
        ]
        # Profiles are asked about a host's own traffic only.
        profiles = (self._profiles[one] for one in self._terms.profiles_of(host) if hook is Hook.NORMAL)
        return tuple(self._in_order(asked, [[local(clause) for clause in written] for written in profiles], 0))

    def told_apart_at(self, hooks: Iterable[Hook], host: Endpoint) -> Iterator[FrozenBitMap]:
        """Sets of identities that rules asked of a host endpoint tell apart, as the end that is their own."""
        asked = frozenset(hooks)
        for policy, written in zip(self._policies, self._written, strict=True):
            if asked & policy.hooks and policy.subject.matches(host.labels):
                for clause in written:
                    yield from sets_on(clause, of_peer=False)

    def _in_order(
        self, asked: Sequence[tuple[Policy, list[Clause[int]]]], profiles: Iterable[list[Clause[int]]], subject: int
    ) -> Iterator[Stage]:
        """`asked` are in the order of evaluation."""
        for name, grouped in groupby(asked, key=lambda one: one[0].tier):
            of_tier = list(grouped)
            clauses = (clause for _, written in of_tier for clause in written)
            yield Stage(self._tiers[name], tuple(policy for policy, _ in of_tier), self._about(subject, clauses))
        for written in profiles:
            yield Stage(None, (), self._about(subject, written))

    @staticmethod
    def _about(subject: int, clauses: Iterable[Clause[int]]) -> tuple[Clause[int], ...]:
        return tuple(clause for clause in clauses if clause.own >> subject & 1)

    def _standing(self, subject: int) -> Standing:
        standing = self._identities.known[int(self.subjects.members[subject])].standing
        if standing is None:
            raise AssertionError("only workloads are subjects")
        return standing

    # Answers.

    def hits(self, subject: int, cell: int) -> Iterator[Hit]:
        """Who decides about which peers, on a part of the wire that no clause asked divides."""
        return hits_of(self.stages(subject), subject, self.everyone, cell)

    @cached_property
    def everyone(self) -> int:
        return ones(self.peers.count)

    def row(self, subject: int) -> tuple[Part, ...]:
        """All that the subject lets through; parts are disjoint."""
        row = self._rows.get(subject)
        if row is None:
            row = self._rows[subject] = self._computed(subject)
        return row

    def _computed(self, subject: int) -> tuple[Part, ...]:
        found: dict[int, int] = {}
        for cells in self.divided(subject):
            peers = 0
            for hit in self.hits(subject, cells & -cells):
                if hit.action is Action.ALLOW:
                    peers |= hit.peers
            if peers:
                found[peers] = found.get(peers, 0) | cells
        return tuple(Part(wire, peers) for peers, wire in found.items())

    def divided(self, subject: int) -> list[int]:
        """The wire in parts that no clause asked of the subject divides; what is invalid for it left out."""
        wire = self._cells.opening if self._standing(subject).drops_invalid else self._cells.everything
        return divided(wire, self.stages(subject))

    def allowed(self, subject: int, peer: int) -> int:
        """The cells that an identity lets through with a peer's."""
        peers = 1 << int(self.peers.class_of[peer])
        return sum(part.wire for part in self.row(int(self.subjects.class_of[subject])) if part.peers & peers)

    @cached_property
    @no_garbage_collection()
    def table(self) -> Table:
        """All rows at once."""
        known: dict[int, int] = {}
        numbers = np.empty((self.subjects.count, self.peers.count), np.uint16)
        for subject in range(self.subjects.count):
            by_wire = self._by_wire(self.row(subject))
            peers_of = {known.setdefault(wire, len(known)): peers for wire, peers in by_wire.items()}
            if len(known) > np.iinfo(numbers.dtype).max:
                numbers = numbers.astype(np.uint32)
            # Most peers of a row have the same number: only the others are looked up.
            usual, _ = max(peers_of.items(), key=lambda pair: pair[1].bit_count())
            numbers[subject] = usual
            for number, peers in peers_of.items():
                if number != usual:
                    numbers[subject, indices_of(peers, self.peers.count)] = number
        return Table(numbers, tuple(known))

    def _by_wire(self, row: Iterable[Part]) -> dict[int, int]:
        """All peers, by all that passes between them and the row's subject."""
        found = {0: self.everyone}
        for part in row:
            within = ((wire | part.wire, peers & part.peers) for wire, peers in found.items())
            beyond = ((wire, peers & ~part.peers) for wire, peers in found.items())
            found = {wire: peers for wire, peers in (*within, *beyond) if peers}
        return found


def divided(wire: int, stages: Iterable[Stage], further: Iterable[int] = ()) -> list[int]:
    """In parts that no clause of the stages tells apart, nor any of the further sets."""
    parts = [wire]
    for cells in {*further, *(cells for stage in stages for one in stage.clauses for cells in one.divides())}:
        parts = [piece for part in parts for piece in (part & cells, part & ~cells) if piece]
    return parts


def _profiles_in_use(terms: Terms, identities: Identities) -> Iterator[Profile]:
    for standing in identities.standings:
        yield from standing.profiles
    for host in terms.world.host_endpoints:
        yield from terms.profiles_of(host)


def hits_of(stages: Iterable[Stage], subject: int, peers: int, cell: int, *, ends: bool = True) -> Iterator[Hit]:
    """`ends` says whether the end of a tier denies, as it does not at the hooks before routing."""
    left = peers
    for stage in stages:
        passed = 0
        for clause in stage.clauses:
            if found := left & peers_of(clause, subject, cell):
                left ^= found
                yield Hit(stage, clause, clause.rule.action, found)
                if clause.rule.action is Action.PASS:
                    passed |= found
        goes_on = stage.tier is None or stage.tier.passes or not ends
        if stage.tier and left:
            yield Hit(stage, None, Action.PASS if goes_on else Action.DENY, left)
        left = passed | left if goes_on else passed
        if not left:
            return


def peers_of(clause: Clause[int], subject: int, cell: int) -> int:
    """Whom the clause matches, on a part of the wire that it does not divide."""
    if not clause.wire & cell:
        return 0
    found = clause.peer
    for choice in clause.choices:
        held = choice.holding(cell)
        if choice.on_peer:
            found &= held
        elif not held >> subject & 1:
            return 0
    return found
