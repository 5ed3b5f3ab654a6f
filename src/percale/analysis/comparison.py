"""Rows of two engines held against each other, and the pairs of kinds whose fate differs."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, product

import numpy as np
import numpy.typing as npt

from percale.analysis.ends import Kinds
from percale.analysis.fates import NOT_ASKED, Fates, KnownFates, Numbers, Part, Piece, combined, pieces
from percale.analysis.symbolic.bits import Indices
from percale.policy.rules import Direction

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Line:
    """From all of the sources to all of the destinations, which are kinds."""

    piece: Piece
    sources: tuple[int, ...]
    destinations: tuple[int, ...]


class Comparison:
    """`subjects` are those identities of the old engine whose rows can differ; without, all can."""

    def __init__(self, kinds: Kinds, subjects: int | None = None) -> None:
        self.kinds = kinds
        self._subjects = subjects
        self._known = KnownFates()
        self._known.number((Part(kinds.old.cells.everything, allows=True, decider=NOT_ASKED),))
        self._egress = _Rows(kinds, Direction.EGRESS, self._known)
        self._ingress = _Rows(kinds, Direction.INGRESS, self._known)
        self._pieces: dict[tuple[int, ...], tuple[Piece, ...]] = {}

    @cached_property
    def touched(self) -> list[int]:
        """Kinds at either end of a pair whose fate may differ."""
        flags = np.zeros(self.kinds.count, bool)
        for source, destinations in self._candidates.items():
            flags[source] = True
            flags |= destinations
        return np.flatnonzero(flags).tolist()

    @cached_property
    def _candidates(self) -> dict[int, Flags]:
        """For each source the destinations, where one side has another answer at least."""
        found: dict[int, Flags] = {}
        for kind in self._asked:
            differing = self._egress.differing(kind)
            if differing.any():
                found.setdefault(kind, np.zeros(self.kinds.count, bool))[differing] = True
            for source in np.flatnonzero(self._ingress.differing(kind)).tolist():
                found.setdefault(source, np.zeros(self.kinds.count, bool))[kind] = True
        return found

    @property
    def _asked(self) -> Iterator[int]:
        for kind, (end, *_) in enumerate(self.kinds.members):
            if not end.is_outside and (self._subjects is None or self._subjects >> end.old & 1):
                yield kind

    def lines(self) -> list[Line]:
        found: dict[tuple[Piece, tuple[int, ...]], list[int]] = {}
        for source in self._candidates:
            for piece, destinations in self._of_source(source).items():
                found.setdefault((piece, destinations), []).append(source)
        return [Line(piece, tuple(sources), destinations) for (piece, destinations), sources in found.items()]

    def _of_source(self, source: int) -> dict[Piece, tuple[int, ...]]:
        destinations = np.flatnonzero(self._candidates[source])
        columns = [*self._egress.of_subject(source, destinations), *self._ingress.of_peer(source, destinations)]
        codes, rows = combined(columns)
        found: dict[Piece, Flags] = {}
        for code, row in enumerate(rows):
            for piece in self._changing(row):
                here = codes == code
                found[piece] = found[piece] | here if piece in found else here
        return {piece: tuple(destinations[flags].tolist()) for piece, flags in found.items()}

    def _changing(self, row: tuple[int, ...]) -> tuple[Piece, ...]:
        if row not in self._pieces:
            sent, sends, taken, takes = (self._known.values[number] for number in row)
            self._pieces[row] = pieces((sent, taken), (sends, takes))
        return self._pieces[row]

    def pairs(self) -> tuple[int, int]:
        """Ordered pairs of workloads, and how many of them have another fate on any part of the wire."""
        sizes, single = self.kinds.shapes()
        everyone = sum(sizes.values())
        at: dict[int, list[frozenset[int]]] = {}
        for shape in sizes:
            for kind in shape:
                at.setdefault(kind, []).append(shape)
        changed = {
            pair
            for source in self._candidates
            for destination in dict.fromkeys(chain.from_iterable(self._of_source(source).values()))
            for pair in product(at.get(source, ()), at.get(destination, ()))
        }
        count = sum(sizes[one] * sizes[other] - (single[one] if one == other else 0) for one, other in changed)
        return everyone * everyone - sum(single.values()), count

    def holds(self, line: Line, sources: Iterable[int], destinations: Iterable[int]) -> bool:
        """Whether as much changes between all of these kinds, for whatever reasons."""
        return all(self._covers(line.piece, source, sorted(destinations)) for source in sources)

    def _covers(self, asked: Piece, source: int, destinations: Sequence[int]) -> bool:
        there = np.array(destinations, np.intp)
        _, rows = combined([*self._egress.of_subject(source, there), *self._ingress.of_peer(source, there)])
        return all(
            not asked.wire & ~sum(piece.wire for piece in self._changing(row) if piece.opens == asked.opens)
            for row in rows
        )


class _Rows:
    """Of one direction, for pairs of kinds the numbers of their fates in the old world and in the new."""

    def __init__(self, kinds: Kinds, direction: Direction, known: KnownFates) -> None:
        self._known = known
        ways = [one.egress if direction is Direction.EGRESS else one.ingress for one in (kinds.old, kinds.new)]
        self._fates = [
            Fates(way, kinds.old.cells, known, rules)
            for way, rules in zip(ways, (kinds.old_rules, kinds.new_rules), strict=True)
        ]
        self._subjects = [kinds.classes[f"{age} subject", direction] for age in ("old", "new")]
        self._peers = [kinds.classes[f"{age} peer", direction] for age in ("old", "new")]
        self._differing: dict[tuple[int, int], Flags] = {}
        self._every = np.arange(kinds.count)

    def of_subject(self, subject: int, peers: Indices) -> list[Numbers]:
        """Number 0 where the subject is outside, and nobody asks."""
        return [
            fates.of(int(subjects[subject]))[classes[peers]]
            if subjects[subject] >= 0
            else np.zeros(len(peers), np.int64)
            for fates, subjects, classes in zip(self._fates, self._subjects, self._peers, strict=True)
        ]

    def of_peer(self, peer: int, subjects: Indices) -> list[Numbers]:
        found = []
        for fates, classes, peers in zip(self._fates, self._subjects, self._peers, strict=True):
            distinct, positions = np.unique(classes[subjects], return_inverse=True)
            numbers = [int(fates.of(one)[peers[peer]]) if one >= 0 else 0 for one in distinct.tolist()]
            found.append(np.array(numbers, np.int64)[positions.reshape(-1)])
        return found

    def differing(self, subject: int) -> Flags:
        """Peers that the subject lets through with something else than before."""
        old, new = (int(subjects[subject]) for subjects in self._subjects)
        if (old, new) not in self._differing:
            codes, rows = combined(self.of_subject(subject, self._every))
            changed = [self._allowed(before) != self._allowed(after) for before, after in rows]
            self._differing[old, new] = np.array(changed, bool)[codes]
        return self._differing[old, new]

    def _allowed(self, number: int) -> int:
        return sum(part.wire for part in self._known.values[number] if part.allows)
