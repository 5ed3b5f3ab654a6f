"""A packet that two worlds treat differently, and what the judge says of it in each."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from percale.analysis.crossings import judged
from percale.analysis.difference.ends import End, templates
from percale.analysis.difference.host_ends import host_addresses
from percale.analysis.difference.pairing import Pair
from percale.analysis.involved import involved
from percale.analysis.symbolic.cells import Cells, Point
from percale.analysis.symbolic.engine import Ground
from percale.analysis.witness import likely, packet_at
from percale.policy.endpoints import Endpoint
from percale.policy.verdict import Verdict
from percale.policy.world import World
from percale.traffic.addresses import Address, address, address_at

#: Outside, of documentation's networks: the first addresses of all are nobody's, and no kernel routes them.
_FAMILIAR = tuple(map(address, ("198.51.100.7", "203.0.113.9", "192.0.2.7", "2001:db8:51::7")))


@dataclass(frozen=True, slots=True)
class Judged:
    """In a world where both ends are where the packet has them, and only what has a say about it is."""

    world: World
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Example:
    """The packets differ only where a workload has other addresses in the new world."""

    source: Pair | None
    destination: Pair | None
    old: Judged
    new: Judged


@dataclass(frozen=True, slots=True)
class Place:
    """Where a party is in the old world and in the new one."""

    pair: Pair | None
    addresses: tuple[Address, Address]

    @property
    def host(self) -> Endpoint | None:
        """By its interface, which other host endpoints may govern in either world."""
        return self.pair.new if self.pair and self.pair.is_host else None


Places = tuple[Place, Place]


def places_between(
    worlds: tuple[World, World], grounds: tuple[Ground, Ground], ends: tuple[Sequence[End], Sequence[End]]
) -> Places | None:
    places = _Places(worlds, grounds)
    # A workload that talks to itself is a poor example where there is another.
    return next(
        (
            (first, second)
            for may_be_one in (False, True)
            for one, other in product(*ends)
            for first in places.of(one)
            for second in places.of(other)
            if _are_two(first, second) and (may_be_one or first.pair is None or first.pair is not second.pair)
        ),
        None,
    )


def example(worlds: tuple[World, World], point: Point, places: Places, name: str) -> Example:
    """`name` is what the destination has been looked up by."""
    source, destination = places
    judgements = []
    for index, world in enumerate(worlds):
        here = involved(world, *(_holder(place, index) for place in places))
        packet = packet_at(source.addresses[index], destination.addresses[index], point, name)
        judgements.append(Judged(here, judged(here, packet, source.host, destination.host)))
    return Example(source.pair, destination.pair, *judgements)


def _holder(place: Place, index: int) -> tuple[Endpoint | None, Address]:
    pair = place.pair
    return (pair.old, pair.new)[index] if pair else None, place.addresses[index]


def _are_two(one: Place, other: Place) -> bool:
    if one.pair is not None and other.pair is not None:
        if one.pair is other.pair and not templates(one.pair):
            return False
        if (one.host or other.host) and _share_a_node(one.pair, other.pair):
            return False
    return all(ours != theirs for ours, theirs in zip(one.addresses, other.addresses, strict=True))


def _share_a_node(one: Pair, other: Pair) -> bool:
    return one.old.node == other.old.node or one.new.node == other.new.node


@dataclass(frozen=True, slots=True)
class _Places:
    worlds: tuple[World, World]
    grounds: tuple[Ground, Ground]

    @property
    def _cells(self) -> Cells:
        return self.grounds[0].cells

    def of(self, end: End) -> Iterator[Place]:
        numbers = [int(one) for one in _FAMILIAR if one.version == self._cells.version and int(one) in end.addresses]
        for number in (*numbers, *likely(end.addresses.spans)):
            at = address_at(number, self._cells.version)
            yield Place(None, (at, at))
        for pair in end.pairs:
            yield from self._of_host(end, pair) if pair.is_host else self._of_pair(end, pair)

    def _of_host(self, end: End, pair: Pair) -> Iterator[Place]:
        known = host_addresses(self.worlds, pair)
        before, after = (
            [at for at in known[index] if at.version == self._cells.version and self._is_at(index, identity, at)]
            for index, identity in enumerate((end.old, end.new))
        )
        places = product(before, after) if any(known) else ((at, at) for at in self._shared(end))
        yield from (Place(pair, both) for both in sorted(places, key=lambda both: both[0] != both[1]))

    def _of_pair(self, end: End, pair: Pair) -> Iterator[Place]:
        """At the same address in both worlds, if there is one."""
        before = self._own(0, pair.old, end.old) if pair.old.networks else None
        after = self._own(1, pair.new, end.new) if pair.new.networks else None
        if before is None and after is None:
            before = after = self._shared(end)
        elif before is None or after is None:
            known = before or after or []
            before, after = before or self._free(0, end.old, known), after or self._free(1, end.new, known)
        for one, other in sorted(product(before or [], after or []), key=lambda both: both[0] != both[1]):
            if one == other or before is not after:
                yield Place(pair, (one, other))

    def _own(self, index: int, one: Endpoint, identity: int) -> list[Address]:
        """Addresses that it has to itself, of the identity's kind."""
        return [
            at
            for at in one.addresses
            if at.version == self._cells.version
            and self._is_at(index, identity, at)
            and self.worlds[index].workload_at(at) is one
        ]

    def _is_at(self, index: int, identity: int, at: Address) -> bool:
        identities = self.grounds[index].identities
        return identities.atoms.at(int(at)) == identities.known[identity].atom

    def _shared(self, end: End) -> list[Address]:
        """Free in both worlds; where the two are never at the same addresses, free in each."""
        old, new = (ground.identities for ground in self.grounds)
        both = old.free[old.known[end.old].atom] & new.free[new.known[end.new].atom]
        return [address_at(number, self._cells.version) for number in likely(both.spans)]

    def _free(self, index: int, identity: int, known: Sequence[Address]) -> list[Address]:
        identities = self.grounds[index].identities
        free = identities.free[identities.known[identity].atom]
        if same := [at for at in known if int(at) in free]:
            return same
        return [address_at(number, self._cells.version) for number in likely(free.spans)]
