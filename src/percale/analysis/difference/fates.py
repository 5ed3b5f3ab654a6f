"""What becomes of packets, and who decides it: for every peer of a subject at once, then for two worlds together."""

from collections import Counter
from dataclasses import dataclass, field
from itertools import product
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from percale.analysis.symbolic.bits import flags_of
from percale.analysis.symbolic.cells import Cells
from percale.analysis.symbolic.one_way import Hit, OneWay, hits_of
from percale.policy.rules import Action
from percale.policy.world import World

Numbers = npt.NDArray[np.int64]

#: What decides, as far as it matters whether two packets have the same answer: a rule as it is written, a tier by name.
Decider = tuple[int, str] | str

#: To look at one peer costs a part of a row; after so many the whole row has its price.
_FEW = 16

NOBODY, INVALID, NOT_ASKED = "no profile", "invalid", "not asked"


class Part(NamedTuple):
    wire: int
    allows: bool
    decider: Decider


#: Parts are disjoint and hold every cell.
Fate = tuple[Part, ...]


class Fates:
    """Of one direction of one engine."""

    def __init__(self, way: OneWay, cells: Cells, known: "KnownFates", written: "Written") -> None:
        self._way, self._cells, self._known, self._written = way, cells, known, written
        self._of: dict[int, Numbers] = {}
        self._at: dict[tuple[int, int], int] = {}
        self._asked = Counter[int]()

    def of(self, subject: int) -> Numbers:
        """For each peer class the number of its fate."""
        if subject not in self._of:
            self._of[subject] = self._computed(subject)
        return self._of[subject]

    def _computed(self, subject: int) -> Numbers:
        parts = self._way.divided(subject)
        asked = [self._deciding(subject, wire) for wire in parts]
        codes, combinations = combined([column for column, _ in asked])
        numbers = [
            self._known.number(
                _fate(
                    [
                        *((wire, *deciders[n]) for wire, (_, deciders), n in zip(parts, asked, held, strict=True)),
                        *self._invalid(parts),
                    ]
                )
            )
            for held in combinations
        ]
        return np.array(numbers, np.int64)[codes]

    def _deciding(self, subject: int, wire: int) -> tuple[Numbers, list[tuple[bool, Decider]]]:
        """Who decides about each peer class, on a part of the wire that no clause divides."""
        count = self._way.peers.count
        column = np.zeros(count, np.int64)
        found: list[tuple[bool, Decider]] = [(False, NOBODY)]
        for hit in self._way.hits(subject, wire & -wire):
            if hit.action is not Action.PASS:
                column[flags_of(hit.peers, count) != 0] = len(found)
                found.append((hit.action is Action.ALLOW, self._decider(hit)))
        return column, found

    def at(self, subject: int, peer: int) -> int:
        """Of one peer class, without the others' as long as few are asked about."""
        if (subject, peer) not in self._at:
            self._at[subject, peer] = self._looked_up(subject, peer)
        return self._at[subject, peer]

    def _looked_up(self, subject: int, peer: int) -> int:
        self._asked[subject] += 1
        if subject in self._of or self._asked[subject] > _FEW:
            return int(self.of(subject)[peer])
        parts = self._way.divided(subject)
        found = [(wire, *self._deciding_at(subject, peer, wire & -wire)) for wire in parts]
        return self._known.number(_fate([*found, *self._invalid(parts)]))

    def _deciding_at(self, subject: int, peer: int, cell: int) -> tuple[bool, Decider]:
        hits = hits_of(self._way.stages(subject), subject, 1 << peer, cell)
        last = next((hit for hit in hits if hit.action is not Action.PASS), None)
        return (last.action is Action.ALLOW, self._decider(last)) if last else (False, NOBODY)

    def _invalid(self, parts: list[int]) -> list[tuple[int, bool, Decider]]:
        """What is dropped before anybody is asked."""
        wire = self._cells.everything & ~sum(parts)
        return [(wire, False, INVALID)] if wire else []

    def _decider(self, hit: Hit) -> Decider:
        if hit.clause:
            return self._written.get(id(hit.clause.rule), (0, hit.clause.rule.path))
        return hit.stage.tier.name if hit.stage.tier else NOBODY


#: Of each rule, by its identity, its policy and its path there; one path can stand for several rules.
Written = dict[int, tuple[int, str]]


def written(world: World) -> Written:
    return {
        id(rule): (id(policy), rule.path)
        for policy in world.policies.policies
        for rule in (*policy.ingress, *policy.egress)
    }


def _fate(parts: list[tuple[int, bool, Decider]]) -> Fate:
    found: dict[tuple[bool, Decider], int] = {}
    for wire, allows, decider in parts:
        found[allows, decider] = found.get((allows, decider), 0) | wire
    return tuple(Part(wire, allows, decider) for (allows, decider), wire in found.items())


def combined(columns: list[Numbers]) -> tuple[Numbers, list[tuple[int, ...]]]:
    """Rows of the columns as numbers, and for each number the row."""
    codes = np.zeros(len(columns[0]), np.int64)
    rows: list[tuple[int, ...]] = [()]
    for column in columns:
        width = int(column.max(initial=0)) + 1
        distinct, codes = np.unique(codes * width + column, return_inverse=True)
        rows = [(*rows[code // width], code % width) for code in distinct.tolist()]
        codes = codes.reshape(-1)
    return codes, rows


@dataclass(slots=True)
class KnownFates:
    """By number, each once."""

    values: list[Fate] = field(default_factory=list)
    _numbers: dict[Fate, int] = field(default_factory=dict)

    def number(self, value: Fate) -> int:
        found = self._numbers.setdefault(value, len(self.values))
        if found == len(self.values):
            self.values.append(value)
        return found


class Piece(NamedTuple):
    """Cells that change their fate in one way; the deciders are those of the verdict before and after."""

    opens: bool
    wire: int
    before: tuple[Decider, ...]
    after: tuple[Decider, ...]


def pieces(before: tuple[Fate, Fate], after: tuple[Fate, Fate]) -> tuple[Piece, ...]:
    """Of the sender's and the receiver's fates in both worlds; who answers as before does not decide."""
    found: dict[tuple[bool, tuple[Decider, ...], tuple[Decider, ...]], int] = {}
    sent, taken = (_turns(then, now) for then, now in zip(before, after, strict=True))
    for (one, wire), (other, held) in product(sent.items(), taken.items()):
        allowed, allows = one.allowed and other.allowed, one.allows and other.allows
        if allowed != allows and wire & held:
            key = allows, (one.before, other.before), (one.after, other.after)
            found[key] = found.get(key, 0) | wire & held
    return tuple(Piece(opens, wire, then, now) for (opens, then, now), wire in found.items())


class _Turn(NamedTuple):
    """What one side says before and after."""

    allowed: bool
    allows: bool
    before: Decider
    after: Decider


def _turns(then: Fate, now: Fate) -> dict[_Turn, int]:
    found: dict[_Turn, int] = {}
    for one, other in product(then, now):
        if wire := one.wire & other.wire:
            same = one.allows == other.allows
            turn = _Turn(one.allows, other.allows, *(("", "") if same else (one.decider, other.decider)))
            found[turn] = found.get(turn, 0) | wire
    return found
