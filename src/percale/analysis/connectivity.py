"""Who can reach whom on what: everybody who is alike taken together, every pair answered exactly."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property, reduce
from itertools import product
from operator import and_, or_

from percale.analysis.symbolic.engine import Engine
from percale.policy.endpoints import Endpoint, EndpointKind
from percale.policy.rules import Direction
from percale.policy.world import EVERY_INTERFACE, World
from percale.traffic.addresses import Address, AddressSet, single
from percale.traffic.intervals import EMPTY, Intervals


class GroupKind(StrEnum):
    WORKLOAD = "workload"
    HOST = "host"
    OUTSIDE = "outside"
    #: Addresses outside that were looked up by a name.
    DOMAIN = "domain"


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """Workloads, or addresses outside, that nothing tells apart: what one of them can do, each can.

    `identities` has one of each kind that a member may have: several only where a workload has several addresses, or
    none yet. `addresses` are those outside, by the engine's IP version; `name` is what they were looked up by.
    Members that are host endpoints stand for the processes of their hosts.
    """

    identities: tuple[int, ...]
    members: tuple[Endpoint, ...] = ()
    addresses: Intervals = EMPTY
    name: str = ""

    @property
    def is_outside(self) -> bool:
        return not self.members

    @property
    def host(self) -> Endpoint | None:
        """One of the host endpoints that it is of."""
        first = self.members[0] if self.members else None
        return first if first and first.kind is EndpointKind.HOST else None

    @property
    def kind(self) -> GroupKind:
        if self.members:
            return GroupKind.HOST if self.host else GroupKind.WORKLOAD
        return GroupKind.DOMAIN if self.name else GroupKind.OUTSIDE


@dataclass(frozen=True, slots=True)
class Flow:
    """`always` holds wherever the two get or have their addresses, `sometimes` only for some; both are cells."""

    source: Group
    destination: Group
    always: int
    sometimes: int


class Connectivity:
    """Between groups of one engine."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    @cached_property
    def workloads(self) -> tuple[Group, ...]:
        """In the order of their first members."""
        return self.grouped(self.engine.world.workloads)

    def grouped(self, endpoints: Iterable[Endpoint]) -> tuple[Group, ...]:
        """Endpoints without an address of the IP version are left out."""
        found: dict[frozenset[Kind], list[Endpoint]] = {}
        for one in endpoints:
            if numbers := self.engine.identities.of_endpoint[one]:
                found.setdefault(frozenset(map(self.engine.kind, numbers)), []).append(one)
        return tuple(Group(self.distinct(members[0]), tuple(members)) for members in found.values())

    def distinct(self, one: Endpoint) -> tuple[int, ...]:
        """One identity of each kind, with more than one address where there is such: two workloads may share it."""
        numbers = sorted(self.engine.identities.of_endpoint[one], key=self._is_of_several)
        return tuple({self.engine.kind(number): number for number in numbers}.values())

    def _is_of_several(self, number: int) -> bool:
        spans = self.engine.identities.free[self.engine.identities.known[number].atom].spans
        return len(spans) > 1 or any(first < last for first, last in spans)

    @cached_property
    def outside(self) -> tuple[Group, ...]:
        """Addresses that no workload and no host has, and names; in ascending order of their first addresses."""
        identities = self.engine.identities
        found: dict[tuple[str, Kind], list[int]] = {}
        for (_, name), number in identities.outside.items():
            found.setdefault((name, self.engine.kind(number)), []).append(number)
        groups = [Group((numbers[0],), (), self._addresses(numbers), name) for (name, _), numbers in found.items()]
        return tuple(
            sorted((one for one in groups if one.addresses), key=lambda group: (group.name, group.addresses.spans))
        )

    def _addresses(self, numbers: Iterable[int]) -> Intervals:
        identities = self.engine.identities
        free = Intervals.of(span for number in numbers for span in identities.free[identities.known[number].atom])
        return free - self._of_hosts

    @cached_property
    def _of_hosts(self) -> Intervals:
        world = self.engine.world
        addresses = (address for one in world.host_endpoints for address in addresses_of_host(world, one))
        return AddressSet.of(map(single, addresses)).version(self.engine.cells.version)

    @cached_property
    def hosts(self) -> tuple[Group, ...]:
        """Those without an address of the IP version are left out, if they have another."""
        return self.grouped_hosts(self.engine.world.host_endpoints)

    def grouped_hosts(self, hosts: Iterable[Endpoint]) -> tuple[Group, ...]:
        found: dict[object, list[Endpoint]] = {}
        for one in hosts:
            settings = self.engine.world.settings_for(one.node)
            label_kind = self.engine.identities.residence[one]
            # Not their kinds: these say how others see an address, while a host's own policy may ask for its own.
            identities = self._host_identities(one)
            key = label_kind, settings, one.interface == EVERY_INTERFACE, one.profiles, frozenset(identities)
            if identities:
                found.setdefault(key, []).append(one)
        return tuple(Group(self._host_identities(members[0]), tuple(members)) for members in found.values())

    def _host_identities(self, one: Endpoint) -> tuple[int, ...]:
        """Of its addresses or else its node's; where nobody tells them, it may have any that is free."""
        version = self.engine.cells.version
        if addresses := addresses_of_host(self.engine.world, one):
            return tuple(dict.fromkeys(self.engine.identity(it) for it in addresses if it.version == version))
        return tuple(number for (_, name), number in self.engine.identities.outside.items() if not name)

    def flow(self, source: Group, destination: Group) -> Flow:
        ends = product(source.identities, destination.identities)
        passing = [between(self.engine, (source, one), (destination, other)) for one, other in ends]
        return Flow(source, destination, reduce(and_, passing), reduce(or_, passing))


def between(engine: Engine, source: tuple[Group, int], destination: tuple[Group, int]) -> int:
    """Cells that pass from one of a group's identities to one of another's."""
    (sender, one), (receiver, other) = source, destination
    passing = engine.between(one, other)
    if sender.host:
        passing &= engine.past_host(sender.host, Direction.EGRESS, one, other)
    if receiver.host:
        passing &= engine.past_host(receiver.host, Direction.INGRESS, other, one)
    return passing


Kind = tuple[int, int, int, int]


def has_two(group: Group) -> bool:
    """Whether there can be traffic within the group; a template stands for any number of pods."""
    return len(group.members) > 1 or any(one.resource_kind not in SINGLE for one in group.members)


SINGLE = ("Pod", "WorkloadEndpoint")


def addresses_of_host(world: World, one: Endpoint) -> tuple[Address, ...]:
    """Those that its host endpoint expects, or else its node's."""
    return one.addresses or world.node(one.node).addresses


def share_host(one: Endpoint, other: Endpoint) -> bool:
    """Whether one is the host that the other is on: what they send each other is under other rules than these."""
    return EndpointKind.HOST in (one.kind, other.kind) and one.node == other.node
