"""Parties that two worlds have in common: what they are in the one, and what in the other."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain, permutations, product

import numpy as np
import numpy.typing as npt

from percale.analysis.difference.fates import combined
from percale.analysis.difference.pairing import Pair, Pairing
from percale.analysis.symbolic.bits import Indices
from percale.analysis.symbolic.engine import Engine, Ground
from percale.analysis.symbolic.one_way import OneWay
from percale.policy.endpoints import Endpoint
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
    return by_atom(
        {old.identities.known[number].atom: number for number in before},
        {new.identities.known[number].atom: number for number in after},
        placed=bool(pair.old.networks and pair.new.networks),
    )


def by_atom(before: dict[int, int], after: dict[int, int], *, placed: bool) -> list[tuple[int, int]]:
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
    """Ends that are alike in both worlds as senders, or as receivers, by number."""

    ends: tuple[End, ...]
    old: Engine
    new: Engine
    direction: Direction

    def ways(self, direction: Direction) -> tuple[OneWay, OneWay]:
        if direction is Direction.EGRESS:
            return self.old.egress, self.new.egress
        return self.old.ingress, self.new.ingress

    @cached_property
    def _numbers(self) -> tuple[Indices, Indices]:
        return np.array([end.old for end in self.ends], np.intp), np.array([end.new for end in self.ends], np.intp)

    @cached_property
    def _rows(self) -> npt.NDArray[np.intp]:
        """Of each end whether it is outside, its classes as a subject, and those as a peer of the others."""
        first = [end.is_outside for end in self.ends]
        other = Direction.INGRESS if self.direction is Direction.EGRESS else Direction.EGRESS
        workloads = [one.identities.workloads for one in (self.old, self.new)]
        asked = zip(self.ways(self.direction), self._numbers, workloads, strict=True)
        peers = zip(self.ways(other), self._numbers, strict=True)
        return np.stack(
            [
                np.array(first, np.intp),
                *(_subjects(way, numbers, count) for way, numbers, count in asked),
                *(way.peers.class_of[numbers] for way, numbers in peers),
            ]
        )

    @cached_property
    def _unique(self) -> tuple[Indices, Indices]:
        """A member of each kind, and of each end its kind."""
        codes, _ = combined([row + 1 for row in self._rows])
        _, members = np.unique(codes, return_index=True)
        return members, codes

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
    def subjects(self) -> tuple[Indices, Indices]:
        """Of each kind its class as a subject in the old world and in the new; -1 outside."""
        _, old, new, _, _ = self._rows[:, self._unique[0]]
        return old, new

    @cached_property
    def peers(self) -> tuple[Indices, Indices]:
        """Of each kind its class as a peer of the other direction's subjects."""
        _, _, _, old, new = self._rows[:, self._unique[0]]
        return old, new

    @cached_property
    def shapes(self) -> dict[Pair, frozenset[int]]:
        """Of each workload all kinds that it may be; workloads at one end share all their ends."""
        found: dict[Pair, frozenset[int]] = {}
        for kind, ends in enumerate(self.members):
            alone = frozenset((kind,))
            for end in ends:
                for pair in end.pairs:
                    before = found.get(pair)
                    found[pair] = alone if before is None else before | alone
        return found


def _subjects(way: OneWay, numbers: Indices, workloads: int) -> Indices:
    known = np.append(way.subjects.class_of, -1)
    return known[np.where(numbers < workloads, numbers, -1)]


def coinciding(kinds: Kinds, pairs: Iterable[Pair]) -> set[tuple[Pair, Pair]]:
    """Two by two, those that can only have one and the same address in either world."""
    found: set[tuple[Pair, Pair]] = set()
    held = list(pairs)
    for index, engine in enumerate((kinds.old, kinds.new)):
        free = _free(engine, index, kinds.ends)
        at: dict[int, list[Pair]] = {}
        for pair in held:
            if (only := _only_place(engine, (pair.old, pair.new)[index], free.get(pair))) is not None:
                at.setdefault(only, []).append(pair)
        found.update(chain.from_iterable(permutations(ones, 2) for ones in at.values()))
    return found


def _free(engine: Engine, index: int, ends: Iterable[End]) -> dict[Pair, Intervals]:
    """Of each workload that has no address in the world, those that it may get."""
    identities, found = engine.identities, dict[Pair, Intervals]()
    for end in ends:
        for pair in end.pairs:
            if not (pair.old, pair.new)[index].networks:
                free = identities.free[identities.known[(end.old, end.new)[index]].atom]
                found[pair] = found[pair] | free if pair in found else free
    return found


def _only_place(engine: Engine, one: Endpoint, free: Intervals | None) -> int | None:
    if free is None:
        own = [int(address) for address in one.addresses if address.version == engine.cells.version]
        return own[0] if len(own) == 1 else None
    (first, last), *others = free.spans or ((0, 1),)
    return first if first == last and not others else None


def templates(pair: Pair) -> bool:
    """Whether either stands for any number of pods."""
    return any(one.resource_kind not in _SINGLE for one in (pair.old, pair.new))


_SINGLE = ("Pod", "WorkloadEndpoint")
