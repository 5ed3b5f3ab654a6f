"""Parties that two worlds have in common: what they are in the one, and what in the other."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain, product

import numpy as np

from percale.analysis.fates import Written, written
from percale.analysis.pairing import Pair, Pairing
from percale.analysis.symbolic.bits import Indices
from percale.analysis.symbolic.engine import Engine, Ground
from percale.analysis.symbolic.one_way import OneWay
from percale.policy.rules import Direction
from percale.traffic.intervals import EMPTY, Intervals


@dataclass(frozen=True, slots=True, eq=False)
class End:
    """An identity in either world. Outside there are no pairs, and addresses that no workload has in either."""

    old: int
    new: int
    pairs: list[Pair] = field(default_factory=list)
    addresses: Intervals = EMPTY
    name: str = ""

    @property
    def is_outside(self) -> bool:
        return not self.pairs


def ends_of(old: Ground, new: Ground, pairing: Pairing) -> tuple[End, ...]:
    """Workloads' come first; a workload may be at several ends, as it may have several identities."""
    found: dict[tuple[int, int], End] = {}
    for pair in pairing.common:
        for numbers in _identities(old, new, pair):
            end = found.get(numbers)
            if end is None:
                end = found[numbers] = End(*numbers)
            end.pairs.append(pair)
    return (*found.values(), *_outside(old, new))


def _identities(old: Ground, new: Ground, pair: Pair) -> Sequence[tuple[int, int]]:
    before = old.identities.of_endpoint[pair.old]
    # The engine may know both worlds by the old one's objects.
    after = new.identities.of_endpoint.get(pair.new)
    if after is None:
        after = new.identities.of_endpoint[pair.old]
    if len(before) == len(after) == 1:
        return ((before[0], after[0]),)
    return _by_atom(
        {old.identities.known[number].atom: number for number in before},
        {new.identities.known[number].atom: number for number in after},
        placed=bool(pair.old.networks and pair.new.networks),
    )


def _by_atom(before: dict[int, int], after: dict[int, int], *, placed: bool) -> list[tuple[int, int]]:
    """At the same addresses, where it can be; addresses that it has in one world only, with any of the other's."""
    same = [(before[atom], after[atom]) for atom in before if atom in after]
    if same and not placed:
        return same
    gone = [number for atom, number in before.items() if atom not in after]
    come = [number for atom, number in after.items() if atom not in before]
    moved = dict.fromkeys(chain(product(gone, after.values()), product(before.values(), come)))
    return [*same, *(numbers for numbers in moved if numbers not in same)]


def _outside(old: Ground, new: Ground) -> Iterator[End]:
    for (atom, name), number in old.identities.outside.items():
        other = new.identities.outside.get((atom, name))
        if other is not None and (both := old.identities.free[atom] & new.identities.free[atom]):
            yield End(number, other, addresses=both, name=name)


@dataclass(frozen=True)
class Kinds:
    """Ends that are alike in both worlds, by number; -1 is the class of what is no subject."""

    ends: tuple[End, ...]
    old: Engine
    new: Engine

    @cached_property
    def _columns(self) -> tuple[tuple[tuple[str, Direction], Indices], ...]:
        found = []
        for direction in Direction:
            for age, engine, numbers in (("old", self.old, self._old), ("new", self.new, self._new)):
                way = engine.egress if direction is Direction.EGRESS else engine.ingress
                found.append(((f"{age} subject", direction), _subjects(way, numbers, engine.identities.workloads)))
                found.append(((f"{age} peer", direction), way.peers.class_of[numbers]))
        return tuple(found)

    @cached_property
    def _old(self) -> Indices:
        return np.array([end.old for end in self.ends], np.intp)

    @cached_property
    def _new(self) -> Indices:
        return np.array([end.new for end in self.ends], np.intp)

    @cached_property
    def _unique(self) -> tuple[Indices, Indices]:
        """A member of each kind, and of each end its kind."""
        outside = np.array([end.is_outside for end in self.ends], np.intp)
        rows = np.stack([outside, *(column for _, column in self._columns)])
        _, members, kinds = np.unique(rows, axis=1, return_index=True, return_inverse=True)
        return members, kinds.reshape(-1)

    @property
    def count(self) -> int:
        return len(self._unique[0])

    @cached_property
    def members(self) -> list[list[End]]:
        """The ends of each kind."""
        found: list[list[End]] = [[] for _ in range(self.count)]
        for end, kind in zip(self.ends, self._unique[1].tolist(), strict=True):
            found[kind].append(end)
        return found

    @cached_property
    def classes(self) -> dict[tuple[str, Direction], Indices]:
        """Of each kind, as `old subject`, `old peer`, `new subject` and `new peer` of either direction."""
        return {name: column[self._unique[0]] for name, column in self._columns}

    @cached_property
    def old_rules(self) -> Written:
        return written(self.old.world)

    @cached_property
    def new_rules(self) -> Written:
        return written(self.new.world)

    def shape(self, end: End) -> frozenset[int]:
        """All kinds that a workload at the end may be; workloads at one end share all their ends."""
        return self._shapes[end.pairs[0]]

    def shapes(self) -> tuple["Counter[frozenset[int]]", "Counter[frozenset[int]]"]:
        """How many workloads there are of each shape, and how many of them are single pods."""
        every = Counter(self._shapes.values())
        return every, Counter(shape for pair, shape in self._shapes.items() if not templates(pair))

    @cached_property
    def _shapes(self) -> dict[Pair, frozenset[int]]:
        found: dict[Pair, set[int]] = {}
        for kind, ends in enumerate(self.members):
            for end in ends:
                for pair in end.pairs:
                    found.setdefault(pair, set()).add(kind)
        return {pair: frozenset(kinds) for pair, kinds in found.items()}


def _subjects(way: OneWay, numbers: Indices, workloads: int) -> Indices:
    known = np.append(way.subjects.class_of, -1)
    return known[np.where(numbers < workloads, numbers, -1)]


def templates(pair: Pair) -> bool:
    """Whether either stands for any number of pods."""
    return any(one.resource_kind not in _SINGLE for one in (pair.old, pair.new))


_SINGLE = ("Pod", "WorkloadEndpoint")
