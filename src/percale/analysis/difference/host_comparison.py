"""What hosts' own processes send and take differently, pair by pair of sides that nothing tells apart."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, reduce
from itertools import chain, product
from operator import and_
from typing import TypeVar

from percale.analysis.difference.ends import End, Kinds
from percale.analysis.difference.host_ends import Governing, Host, Kind, host_ends
from percale.analysis.difference.pairing import Pair
from percale.analysis.symbolic.engine import Engine
from percale.policy.rules import Direction

Engines = tuple[Engine, Engine]


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """`kinds` are all that each of the pairs may be, with the ends that are so; `governing` is of hosts alone."""

    kinds: tuple[tuple[End, ...], ...]
    pairs: tuple[Pair, ...] = ()
    governing: Governing = (None, None)
    is_host: bool = False

    @property
    def sort(self) -> tuple[bool, bool, str]:
        """Sides of one sort can be called by one name."""
        return bool(self.pairs), self.is_host, self.kinds[0][0].name

    @property
    def ends(self) -> tuple[End, ...]:
        return tuple(chain.from_iterable(self.kinds))


@dataclass(frozen=True, slots=True)
class HostLine:
    """Packets from any of the sources to any of the destinations; `shown` are ends between which it is so."""

    opens: bool
    wire: int
    sides: tuple[tuple[Side, ...], tuple[Side, ...]]
    shown: tuple[tuple[End, ...], tuple[End, ...]]
    everywhere: bool


class HostComparison:
    """`asked` says of which ends, other than hosts', there is anything to ask."""

    def __init__(
        self, ends: tuple[End, ...], hosts: tuple[Host, ...], engines: Engines, asked: Callable[[End], bool]
    ) -> None:
        self._engines, self._hosts = engines, hosts
        self._ends = tuple(filter(asked, ends))

    def lines(self, *, among_hosts: bool) -> Iterator[HostLine]:
        hosts = self._host_sides
        yield from self._joined(product(hosts, self._others(Direction.INGRESS)))
        yield from self._joined(product(self._others(Direction.EGRESS), hosts))
        if among_hosts:
            yield from self._joined(product(hosts, hosts))

    @cached_property
    def _host_sides(self) -> list[Side]:
        found: dict[frozenset[Kind], list[tuple[Host, dict[Kind, End]]]] = {}
        for host in self._hosts:
            if ends := host_ends(host, self._engines):
                found.setdefault(frozenset(ends), []).append((host, ends))
        return [
            Side(
                tuple(tuple(ends[kind] for _, ends in held) for kind in held[0][1]),
                tuple(host.pair for host, _ in held),
                held[0][0].governing,
                is_host=True,
            )
            for held in found.values()
        ]

    def _others(self, direction: Direction) -> list[Side]:
        """Workloads by what they may be; outside by kind and name, which only a destination has been looked up by."""
        kinds = Kinds(self._ends, *self._engines, direction)
        shapes: dict[frozenset[int], list[Pair]] = {}
        for pair, shape in kinds.shapes.items():
            shapes.setdefault(shape, []).append(pair)
        found = [
            Side(tuple(_at(kinds.members[kind], pairs) for kind in sorted(shape)), tuple(pairs))
            for shape, pairs in shapes.items()
        ]
        for members in kinds.members:
            outside = [end for end in members if end.is_outside]
            for name in dict.fromkeys(end.name for end in outside):
                if direction is Direction.INGRESS or not name:
                    found += [Side((tuple(end for end in outside if end.name == name),))]
        return found

    # Pairs of sides.

    def _joined(self, pairs: Iterable[tuple[Side, Side]]) -> Iterator[HostLine]:
        """Destinations of one source taken together, and then sources that have the same."""
        by_source: dict[object, list[HostLine]] = {}
        for source, destination in pairs:
            for one in self._between(source, destination):
                key: object = (one.opens, one.wire, one.everywhere, source, destination.sort)
                by_source.setdefault(key, []).append(one)
        found: dict[object, list[HostLine]] = {}
        for lines in by_source.values():
            one = _together(lines)
            key = (one.opens, one.wire, one.everywhere, one.sides[0][0].sort, one.sides[1])
            found.setdefault(key, []).append(one)
        yield from map(_together, found.values())

    def _between(self, source: Side, destination: Side) -> Iterator[HostLine]:
        turned = [
            (self._turned(source, destination, one[0], other[0]), (one, other))
            for one, other in product(source.kinds, destination.kinds)
        ]
        sides = (source,), (destination,)
        for index, opens in enumerate((True, False)):
            always = reduce(and_, (wires[index] for wires, _ in turned))
            if always:
                yield HostLine(opens, always, sides, (source.ends, destination.ends), everywhere=True)
            for wire, shown in {wires[index] & ~always: ends for wires, ends in turned}.items():
                if wire:
                    yield HostLine(opens, wire, sides, shown, everywhere=False)

    def _turned(self, source: Side, destination: Side, one: End, other: End) -> tuple[int, int]:
        """What opens and what closes."""
        before, after = (
            _passing(engine, (source.governing[index], destination.governing[index]), ends)
            for index, (engine, ends) in enumerate(
                zip(self._engines, ((one.old, other.old), (one.new, other.new)), strict=True)
            )
        )
        return after & ~before, before & ~after


def _passing(engine: Engine, hosts: Governing, ends: tuple[int, int]) -> int:
    (sender, receiver), (source, destination) = hosts, ends
    found = engine.between(source, destination) & engine.cells.opening
    if sender:
        found &= engine.past_host(sender, Direction.EGRESS, source, destination)
    if receiver:
        found &= engine.past_host(receiver, Direction.INGRESS, destination, source)
    return found


def _at(members: Sequence[End], pairs: Sequence[Pair]) -> tuple[End, ...]:
    """Workloads at one end share all their ends."""
    there = set(pairs)
    return tuple(end for end in members if not there.isdisjoint(end.pairs))


def _together(lines: Sequence[HostLine]) -> HostLine:
    """They differ in their destinations, or else in their sources."""
    first = lines[0]
    shown = first.shown
    if first.everywhere:
        shown = _union(one.shown[0] for one in lines), _union(one.shown[1] for one in lines)
    return replace(
        first, sides=(_union(one.sides[0] for one in lines), _union(one.sides[1] for one in lines)), shown=shown
    )


_One = TypeVar("_One", Side, End)


def _union(parts: Iterable[tuple[_One, ...]]) -> tuple[_One, ...]:
    return tuple(dict.fromkeys(chain.from_iterable(parts)))
