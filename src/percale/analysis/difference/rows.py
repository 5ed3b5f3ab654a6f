"""Rows of two engines held against each other, and the pairs of kinds whose fate differs."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from itertools import chain, product
from operator import or_

import numpy as np
import numpy.typing as npt
from pyroaring import FrozenBitMap

from percale.analysis.difference.ends import End, Kinds, coinciding, templates
from percale.analysis.difference.fates import (
    NOT_ASKED,
    Fates,
    KnownFates,
    Numbers,
    Part,
    Piece,
    Written,
    combined,
    pieces,
    written,
)
from percale.analysis.symbolic.bits import Indices
from percale.analysis.symbolic.engine import Engine
from percale.policy.rules import Direction

Flags = npt.NDArray[np.bool_]


#: Up to so many peers are looked at one by one.
_FEW = 8


@dataclass(frozen=True, slots=True)
class Line:
    """From all of the sources to all of the destinations, which are kinds."""

    piece: Piece
    sources: tuple[int, ...]
    destinations: tuple[int, ...]


class Comparison:
    """`subjects` are those identities of the old engine whose rows can differ; without, all can."""

    def __init__(self, ends: tuple[End, ...], old: Engine, new: Engine, subjects: FrozenBitMap | None = None) -> None:
        self.senders = Kinds(ends, old, new, Direction.EGRESS)
        self.receivers = Kinds(ends, old, new, Direction.INGRESS)
        self._subjects = subjects
        self._known = KnownFates()
        self._known.number((Part(old.cells.everything, allows=True, decider=NOT_ASKED),))
        rules = written(old.world), written(new.world)
        self._egress = _Rows(self.senders, self.receivers, self._known, rules, subjects)
        self._ingress = _Rows(self.receivers, self.senders, self._known, rules, subjects)
        self._pieces: dict[tuple[int, ...], tuple[Piece, ...]] = {}

    def touched(self, direction: Direction) -> list[int]:
        """Identities of workloads, in the old engine, that send, or receive, what may have another fate."""
        kinds = self.senders if direction is Direction.EGRESS else self.receivers
        held: Iterable[int] = self._candidates
        if direction is Direction.INGRESS:
            flags = reduce(or_, self._candidates.values(), np.zeros(kinds.count, bool))
            held = np.flatnonzero(flags).tolist()
        return [end.old for kind in held for end in kinds.members[kind] if not end.is_outside]

    @cached_property
    def _candidates(self) -> dict[int, Flags]:
        """For each sender the receivers, where one side has another answer at least."""
        found: dict[int, Flags] = {}
        for sender in self._asked(self.senders):
            differing = self._egress.differing(sender)
            if differing.any():
                found[sender] = differing.copy()
        for receiver in self._asked(self.receivers):
            for sender in np.flatnonzero(self._ingress.differing(receiver)).tolist():
                found.setdefault(sender, np.zeros(self.receivers.count, bool))[receiver] = True
        return found

    def _asked(self, kinds: Kinds) -> Iterator[int]:
        for kind, (end, *_) in enumerate(kinds.members):
            if not end.is_outside and (self._subjects is None or end.old in self._subjects):
                yield kind

    def lines(self) -> list[Line]:
        found: dict[tuple[Piece, tuple[int, ...]], list[int]] = {}
        for source in self._candidates:
            for piece, destinations in self._of_source(source).items():
                found.setdefault((piece, destinations), []).append(source)
        return [Line(piece, tuple(sources), destinations) for (piece, destinations), sources in found.items()]

    def _of_source(self, source: int) -> dict[Piece, tuple[int, ...]]:
        if source not in self._changes:
            self._changes[source] = self._compared(source)
        return self._changes[source]

    @cached_property
    def _changes(self) -> dict[int, dict[Piece, tuple[int, ...]]]:
        return {}

    def _compared(self, source: int) -> dict[Piece, tuple[int, ...]]:
        destinations = np.flatnonzero(self._candidates[source])
        if len(destinations) <= _FEW:
            return self._one_by_one(source, destinations.tolist())
        codes, rows = self._fates(source, destinations)
        found: dict[Piece, Flags] = {}
        for code, row in enumerate(rows):
            for piece in self._changing(row):
                here = codes == code
                found[piece] = found[piece] | here if piece in found else here
        return {piece: tuple(destinations[flags].tolist()) for piece, flags in found.items()}

    def _one_by_one(self, source: int, destinations: Iterable[int]) -> dict[Piece, tuple[int, ...]]:
        found: dict[Piece, tuple[int, ...]] = {}
        for one in destinations:
            for piece in self._changing((*self._egress.between(source, one), *self._ingress.between(one, source))):
                found[piece] = (*found.get(piece, ()), one)
        return found

    def _fates(self, source: int, destinations: Indices) -> tuple[Numbers, list[tuple[int, ...]]]:
        """Of the sender and of the receivers, each in the old world and in the new."""
        return combined([*self._egress.of_subject(source, destinations), *self._ingress.of_peer(source, destinations)])

    def _changing(self, row: tuple[int, ...]) -> tuple[Piece, ...]:
        if row not in self._pieces:
            sent, sends, taken, takes = (self._known.values[number] for number in row)
            self._pieces[row] = pieces((sent, taken), (sends, takes))
        return self._pieces[row]

    @property
    def workloads(self) -> int:
        return len(self.senders.shapes)

    def pairs(self) -> tuple[int, int]:
        """Ordered pairs of workloads, and how many of them have another fate on any part of the wire."""
        senders, receivers = self.senders.shapes, self.receivers.shapes
        sending, receiving = Counter(senders.values()), Counter(receivers.values())
        # No pod sends to itself.
        single = Counter((senders[pair], receivers[pair]) for pair in senders if not templates(pair))
        sender_shapes, receiver_shapes = _by_kind(sending), _by_kind(receiving)
        changed = {
            pair
            for source in self._candidates
            for destination in dict.fromkeys(chain.from_iterable(self._of_source(source).values()))
            for pair in product(sender_shapes.get(source, ()), receiver_shapes.get(destination, ()))
        }
        count = sum(sending[one] * receiving[other] - single[one, other] for one, other in changed)
        involved = {shape for both in changed for shape in both}
        held = (pair for pair in senders if senders[pair] in involved or receivers[pair] in involved)
        # No packet passes between two that can only have one and the same address.
        count -= sum((senders[one], receivers[other]) in changed for one, other in coinciding(self.senders, held))
        return len(senders) ** 2 - single.total(), count

    def holds(self, line: Line, sources: Iterable[int], destinations: Iterable[int]) -> bool:
        """Whether as much changes between all of these kinds, for whatever reasons."""
        return all(self._covers(line.piece, source, sorted(destinations)) for source in sources)

    def _covers(self, asked: Piece, source: int, destinations: Sequence[int]) -> bool:
        _, rows = self._fates(source, np.array(destinations, np.intp))
        return all(
            not asked.wire & ~sum(piece.wire for piece in self._changing(row) if piece.opens == asked.opens)
            for row in rows
        )


class _Rows:
    """Of one direction, for pairs of kinds the numbers of their fates in the old world and in the new."""

    def __init__(
        self,
        asked: Kinds,
        peers: Kinds,
        known: KnownFates,
        rules: tuple[Written, Written],
        subjects: FrozenBitMap | None,
    ) -> None:
        self._known, self._asked, self._peers, self._subjects = known, asked, peers, subjects
        cells = asked.old.cells
        ways = zip(asked.ways(asked.direction), rules, strict=True)
        self._fates = [Fates(way, cells, known, names) for way, names in ways]
        self._differing: dict[tuple[int, int], Flags] = {}

    def of_subject(self, subject: int, peers: Indices) -> list[Numbers]:
        """Number 0 where the subject is outside, and nobody asks."""
        found: list[Numbers] = []
        for fates, subjects, classes in zip(self._fates, self._asked.subjects, self._peers.peers, strict=True):
            if found and self._is_kept(subject):
                return [*found, *found]
            one = int(subjects[subject])
            if one < 0:
                found.append(np.zeros(len(peers), np.int64))
            elif len(peers) <= _FEW:
                found.append(np.array([fates.at(one, peer) for peer in classes[peers].tolist()], np.int64))
            else:
                found.append(fates.of(one)[classes[peers]])
        return found

    def between(self, subject: int, peer: int) -> tuple[int, int]:
        """Of one pair, in both worlds."""
        before = self._at(0, subject, peer)
        return before, before if self._is_kept(subject) else self._at(1, subject, peer)

    def _at(self, index: int, subject: int, peer: int) -> int:
        subjects, classes = self._lists[index]
        return self._fates[index].at(subjects[subject], classes[peer]) if subjects[subject] >= 0 else 0

    @cached_property
    def _lists(self) -> list[tuple[list[int], list[int]]]:
        """The classes of kinds in either world, as subjects and as peers."""
        both = zip(self._asked.subjects, self._peers.peers, strict=True)
        return [(subjects.tolist(), classes.tolist()) for subjects, classes in both]

    def of_peer(self, peer: int, subjects: Indices) -> list[Numbers]:
        found = []
        for fates, classes, peers in zip(self._fates, self._asked.subjects, self._peers.peers, strict=True):
            distinct, positions = np.unique(classes[subjects], return_inverse=True)
            numbers = [fates.at(one, int(peers[peer])) if one >= 0 else 0 for one in distinct.tolist()]
            found.append(np.array(numbers, np.int64)[positions.reshape(-1)])
        return found

    def _is_kept(self, subject: int) -> bool:
        """Whether the row is the same in both worlds: the engines number classes on their own, never identities."""
        end = self._asked.members[subject][0]
        return self._subjects is not None and end.old not in self._subjects

    def differing(self, subject: int) -> Flags:
        """Peers that the subject lets through with something else than before."""
        old, new = (int(subjects[subject]) for subjects in self._asked.subjects)
        if (old, new) not in self._differing:
            codes, rows = combined(self.of_subject(subject, np.arange(self._peers.count)))
            changed = [self._allowed(before) != self._allowed(after) for before, after in rows]
            self._differing[old, new] = np.array(changed, bool)[codes]
        return self._differing[old, new]

    def _allowed(self, number: int) -> int:
        return sum(part.wire for part in self._known.values[number] if part.allows)


def _by_kind(shapes: Iterable[frozenset[int]]) -> dict[int, list[frozenset[int]]]:
    found: dict[int, list[frozenset[int]]] = {}
    for shape in shapes:
        for kind in shape:
            found.setdefault(kind, []).append(shape)
    return found
