"""A packet out of a set, in a world where both ends are where the packet has them, for the judge to be asked about."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from percale.analysis.connectivity import Group, addresses_of_host, between, share_host
from percale.analysis.crossings import judged
from percale.analysis.symbolic.cells import Point
from percale.analysis.symbolic.engine import Engine
from percale.policy.endpoints import Endpoint, EndpointKind
from percale.policy.selection import Staged
from percale.policy.verdict import Verdict
from percale.policy.world import World
from percale.traffic.addresses import Address, address_at
from percale.traffic.packet import Packet
from percale.traffic.protocols import PROTOCOLS_WITH_PORTS


@dataclass(frozen=True, slots=True)
class Witness:
    source: Endpoint | None
    destination: Endpoint | None
    world: World
    packet: Packet

    def verdict(self, staged: Staged = Staged.LEFT_OUT) -> Verdict:
        return judged(self.world, self.packet, *self.hosts, staged=staged)

    @property
    def hosts(self) -> tuple[Endpoint | None, Endpoint | None]:
        """Of the two ends those that are a host's own processes."""
        source, destination = (
            one if one and one.kind is EndpointKind.HOST else None for one in (self.source, self.destination)
        )
        return source, destination


def witness(engine: Engine, source: Group, destination: Group, wire: int, *, passes: bool) -> Witness:
    """Of cells that pass, or do not, between at least some of the groups' identities."""
    for one in source.identities:
        for other in destination.identities:
            passing = between(engine, (source, one), (destination, other))
            held = wire & passing if passes else wire & ~passing
            found = held and _between(engine, (source, one), (destination, other), engine.cells.example(held))
            if found:
                return found
    raise ValueError("no packet between the two groups is like that")


def _between(engine: Engine, source: tuple[Group, int], destination: tuple[Group, int], point: Point) -> Witness | None:
    """None where both could only have one and the same address, or be a workload and its own host."""
    pairs = ((one, other) for one in _holders(engine, *source) for other in _holders(engine, *destination))
    alone: tuple[Held, Held] | None = None
    for pair in pairs:
        if pair[0][1] != pair[1][1] and not _is_on_host(pair[0][0], pair[1][0]):
            alone = alone or pair
            if not pair[0][0] or pair[0][0] is not pair[1][0]:
                return _witness(engine, pair, point, destination[0].name)
    # One endpoint at either end is two replicas of a template, or two addresses of a pod.
    return _witness(engine, alone, point, destination[0].name) if alone else None


def _is_on_host(source: Endpoint | None, destination: Endpoint | None) -> bool:
    """Between a workload and its own host other rules hold than those that the sets are made of."""
    return bool(source and destination and share_host(source, destination))


Held = tuple[Endpoint | None, Address]


def _witness(engine: Engine, ends: tuple[Held, Held], point: Point, name: str) -> Witness:
    (source, one), (destination, other) = ends
    return Witness(source, destination, placed_at(engine.world, *ends), packet_at(one, other, point, name))


def _holders(engine: Engine, group: Group, identity: int) -> Iterator[Held]:
    """Members with addresses by which they have the identity, or one that is alike."""
    identities, version, kind = engine.identities, engine.cells.version, engine.kind(identity)
    if group.is_outside:
        yield from ((None, address_at(number, version)) for number in likely(group.addresses.spans))
    for one in group.members:
        own = addresses_of_host(engine.world, one) if group.host else one.addresses
        for like in identities.of_endpoint.get(one, (identity,)) if not own else ():
            if engine.kind(like) == kind:
                free = identities.free[identities.known[like].atom]
                yield from ((one, address_at(number, version)) for number in likely(free.spans))
        for address in own:
            if address.version == version and engine.kind(engine.identity(address)) == kind:
                yield one, address


def likely(spans: tuple[tuple[int, int], ...]) -> Iterator[int]:
    """The second and the third of each span first, since the first is often a network's own address."""
    for first, last in spans:
        yield from range(min(first + 1, last), min(first + 3, last + 1))
    yield from (first for first, _ in spans)


def packet_at(source: Address, destination: Address, point: Point, name: str) -> Packet:
    if point.protocol in PROTOCOLS_WITH_PORTS:
        return Packet(source, destination, point.protocol, point.x, point.y, destination_name=name)
    return Packet(source, destination, point.protocol, icmp_type=point.x, icmp_code=point.y, destination_name=name)


def placed_at(world: World, *ends: Held) -> World:
    moved: dict[Endpoint, list[Address]] = {}
    for one, address in ends:
        if one and one.kind is EndpointKind.WORKLOAD and not one.networks:
            moved.setdefault(one, []).append(address)
    if not moved:
        return world
    return replace(world, workloads=tuple(one.at(*moved[one]) if one in moved else one for one in world.workloads))
