"""What host endpoints of two worlds let through otherwise of what their nodes forward."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, TypeVar

from percale.analysis.difference.changes import Grounds, Parties, Worlds
from percale.analysis.difference.counterexample import places_between
from percale.analysis.difference.ends import End
from percale.analysis.difference.forward_ways import ForwardWay
from percale.analysis.difference.forwarded import ForwardChange
from percale.analysis.difference.host_ends import Host
from percale.analysis.difference.pairing import Pair
from percale.analysis.symbolic.engine import Engine
from percale.analysis.symbolic.one_way import Part
from percale.policy.endpoints import Endpoint
from percale.policy.policies import Hook
from percale.policy.rules import Direction
from percale.policy.world import EVERY_INTERFACE, World
from percale.traffic.intervals import Intervals


def forward_changes(
    worlds: Worlds, grounds: Grounds, ends: tuple[End, ...], hosts: tuple[Host, ...]
) -> Iterator[ForwardChange]:
    comparison = _Comparison(worlds, grounds, (_engine(grounds, hosts, 0), _engine(grounds, hosts, 1)), ends)
    for alike in _alike(worlds, hosts):
        for direction in (Direction.INGRESS, Direction.EGRESS):
            yield from comparison.changes(alike, direction)


def _engine(grounds: Grounds, hosts: Iterable[Host], index: int) -> Engine:
    """Of the policies that any host is asked about what it forwards."""
    ground, asked = grounds[index], [one for host in hosts if (one := host.governing[index])]
    return ground.engine(
        tuple(
            policy
            for policy in ground.terms.policies
            if policy.hooks - {Hook.NORMAL} and any(policy.subject.matches(one.labels) for one in asked)
        )
    )


def _alike(worlds: Worlds, hosts: Iterable[Host]) -> list[tuple[Host, ...]]:
    """Hosts that the same policies select, with the same settings."""

    def shape(host: Host) -> Hashable:
        return tuple(_shape(world, one) for world, one in zip(worlds, host.governing, strict=True))

    return list(map(tuple, _grouped(hosts, shape).values()))


def _shape(world: World, host: Endpoint | None) -> Hashable:
    if host is None:
        return None
    settings = world.settings_for(host.node)
    spared = frozenset(settings.failsafe_inbound), frozenset(settings.failsafe_outbound)
    return frozenset(host.labels.items()), host.interface == EVERY_INTERFACE, spared


class _Turn(NamedTuple):
    opens: bool
    wire: int


@dataclass(frozen=True)
class _Comparison:
    worlds: Worlds
    grounds: Grounds
    engines: tuple[Engine, Engine]
    ends: tuple[End, ...]

    def changes(self, hosts: tuple[Host, ...], direction: Direction) -> Iterator[ForwardChange]:
        found: dict[tuple[_Turn, tuple[End, ...]], list[End]] = {}
        before, after = (
            _Way(engine, ForwardWay(engine, host, direction) if host else None)
            for engine, host in zip(self.engines, hosts[0].governing, strict=True)
        )
        for own, turned in self._turned(before, after):
            for turn, others in turned.items():
                found.setdefault((turn, tuple(others)), []).extend(own)
        for (turn, peers), ends in found.items():
            sides: tuple[Sequence[End], ...] = (ends, peers) if direction is Direction.EGRESS else (peers, ends)
            for one in _sides(sides[0], may_be_named=False):
                for other in _sides(sides[1], may_be_named=True):
                    yield from self._told(hosts, direction, turn, (one, other))

    def _turned(self, before: "_Way", after: "_Way") -> Iterator[tuple[list[End], Mapping[_Turn, list[End]]]]:
        """Ends that nothing tells apart, and with which others what of the wire opens, or closes."""
        peers = _grouped(self.ends, lambda end: (before.peer(end.old), after.peer(end.new)))
        own = _grouped(self.ends, lambda end: (before.own(end.old), after.own(end.new)))
        for ends in own.values():
            then, now = before.row(ends[0].old), after.row(ends[0].new)
            turned: dict[_Turn, list[End]] = {}
            for (one, other), others in peers.items():
                allowed, allows = _passing(then, one), _passing(now, other)
                for turn in (_Turn(opens=True, wire=allows & ~allowed), _Turn(opens=False, wire=allowed & ~allows)):
                    if turn.wire:
                        turned.setdefault(turn, []).extend(others)
            yield ends, turned

    def _told(
        self, hosts: tuple[Host, ...], direction: Direction, turn: _Turn, sides: tuple[list[End], list[End]]
    ) -> Iterator[ForwardChange]:
        if places := places_between(self.worlds, self.grounds, sides):
            yield ForwardChange(
                opens=turn.opens,
                hosts=hosts,
                direction=direction,
                sources=_parties(sides[0]),
                destinations=_parties(sides[1]),
                wire=turn.wire,
                everywhere=all(map(self._holds_everywhere, sides)),
                version=self.grounds[0].cells.version,
                worlds=self.worlds,
                grounds=self.grounds,
                places=places,
            )

    def _holds_everywhere(self, ends: Sequence[End]) -> bool:
        held = Counter(pair for end in ends for pair in end.pairs)
        return all(count == self._ends_of[pair] for pair, count in held.items())

    @cached_property
    def _ends_of(self) -> Counter[Pair]:
        return Counter(pair for end in self.ends for pair in end.pairs)


class _Way:
    """Of one world; where no host endpoint governs the interface, everything passes."""

    def __init__(self, engine: Engine, way: ForwardWay | None) -> None:
        self._engine, self._way = engine, way
        self._sets = way.told_apart() if way else ()

    def peer(self, identity: int) -> int:
        return self._way.peer(identity) if self._way else 0

    def own(self, identity: int) -> tuple[bool, ...]:
        return tuple(identity in held for held in self._sets)

    def row(self, identity: int) -> tuple[Part, ...]:
        return self._way.row(identity) if self._way else (Part(self._engine.cells.opening, 1),)


def _passing(row: tuple[Part, ...], peer: int) -> int:
    return sum(part.wire for part in row if part.peers >> peer & 1)


def _sides(ends: Iterable[End], *, may_be_named: bool) -> list[list[End]]:
    """Workloads, and addresses outside by the name that they are looked up by, as only a destination is."""
    told = (end for end in ends if may_be_named or not end.name)
    return list(_grouped(told, lambda end: (end.is_outside, end.name)).values())


def _parties(ends: Sequence[End]) -> Parties:
    pairs = tuple(dict.fromkeys(pair for end in ends for pair in end.pairs))
    if pairs:
        return Parties(pairs)
    return Parties((), Intervals.of(span for end in ends for span in end.addresses), ends[0].name)


_One = TypeVar("_One")
_Key = TypeVar("_Key", bound=Hashable)


def _grouped(ones: Iterable[_One], key: Callable[[_One], _Key]) -> dict[_Key, list[_One]]:
    found: dict[_Key, list[_One]] = {}
    for one in ones:
        found.setdefault(key(one), []).append(one)
    return found
