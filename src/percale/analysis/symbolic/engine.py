"""The symbolic engine: of one world and one IP version, the traffic that is let through between any two identities."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain

from percale.analysis.symbolic.atoms import Atoms
from percale.analysis.symbolic.cells import Cells, Point, WireCut, cuts_of
from percale.analysis.symbolic.hosts import HostWay
from percale.analysis.symbolic.identities import Identities
from percale.analysis.symbolic.names import Names
from percale.analysis.symbolic.one_way import OneWay
from percale.analysis.symbolic.partition import Partition
from percale.analysis.symbolic.placing import Placing, addresses_of
from percale.analysis.symbolic.terms import Terms
from percale.policy.conntrack import belongs_to_the_link
from percale.policy.endpoints import Endpoint
from percale.policy.policies import Policy, PolicySet
from percale.policy.rules import Direction
from percale.policy.selection import Staged
from percale.policy.settings import ToHost
from percale.policy.world import World
from percale.resources.documents import no_garbage_collection
from percale.traffic.addresses import Address, Network
from percale.traffic.intervals import Intervals
from percale.traffic.packet import Packet
from percale.traffic.traffic import Traffic, point_of


@dataclass(frozen=True, slots=True)
class Scope:
    """What an engine is built for: `told_apart`, `traffic` and `names` are those that will be asked about.

    `pod_networks` are where workloads without an address may get one; none of them can be asked about without.
    """

    pod_networks: tuple[Network, ...] = ()
    told_apart: tuple[Network, ...] = ()
    traffic: tuple[Traffic, ...] = ()
    names: tuple[str, ...] = ()
    staged: Staged = Staged.LEFT_OUT

    def wire_cuts(self) -> Iterator[WireCut]:
        return chain.from_iterable(map(cuts_of, self.traffic))

    def address_cuts(self, version: int) -> Iterator[Intervals]:
        return (addresses_of([one], version) for one in self.told_apart if one.version == version)


EVERYTHING = Scope()


@dataclass(frozen=True)
class Engine:
    world: World
    cells: Cells
    identities: Identities
    egress: OneWay
    ingress: OneWay

    @classmethod
    def of(cls, world: World, version: int, scope: Scope = EVERYTHING) -> "Engine":
        (engine,) = cls.together([world], version, scope)
        return engine

    @classmethod
    def together(cls, worlds: Sequence[World], version: int, scope: Scope = EVERYTHING) -> "tuple[Engine, ...]":
        """Engines with the same cells and the same atoms, so that their answers can be held against each other."""
        return tuple(ground.engine() for ground in Ground.together(worlds, version, scope))

    def with_others(self, policies: PolicySet) -> "Engine":
        """The same identities and classes, with only these of its policies in force: cheap, for trying many sets."""
        world = replace(self.world, policies=policies)
        ways = self.egress.with_others(policies), self.ingress.with_others(policies)
        return Engine(world, self.cells, self.identities, *ways)

    def between(self, source: int, destination: int) -> int:
        """Cells that pass from one identity to another; a workload and its own host are left aside."""
        sent = taken = self.cells.everything
        if source < self.identities.workloads:
            sent = self.egress.allowed(source, destination)
        if destination < self.identities.workloads:
            taken = self.ingress.allowed(destination, source)
        return sent & taken

    def past_host(self, host: Endpoint, direction: Direction, identity: int, peer: int) -> int:
        """Cells that a host's own processes, at an address with the identity, send to a peer or take from it."""
        return self._host_way(host, direction, identity).allowed(peer)

    def _host_way(self, host: Endpoint, direction: Direction, identity: int) -> HostWay:
        key = host, direction, identity
        if key not in self._host_ways:
            way = self.egress if direction is Direction.EGRESS else self.ingress
            settings = self.world.settings_for(host.node)
            self._host_ways[key] = HostWay(way, self.cells, self.identities, settings, host, identity)
        return self._host_ways[key]

    @cached_property
    def _host_ways(self) -> dict[tuple[Endpoint, Direction, int], HostWay]:
        return {}

    def kind(self, identity: int) -> tuple[int, int, int, int]:
        """Equal for identities that are alike in all they send and take; subjects of nothing have class -1."""
        return (
            self._class(self.egress.subjects, identity),
            self._class(self.ingress.subjects, identity),
            int(self.egress.peers.class_of[identity]),
            int(self.ingress.peers.class_of[identity]),
        )

    def host_kind(self, host: Endpoint, identity: int) -> object:
        """Equal where hosts' own processes are alike in all they send and take: rules may ask for their address too."""
        return (*self.kind(identity), *(self._host_way(host, way, identity).row for way in Direction))

    def _class(self, subjects: Partition, identity: int) -> int:
        return int(subjects.class_of[identity]) if identity < self.identities.workloads else -1

    def admits(self, packet: Packet) -> bool:
        """What the judge would say of the packet, host endpoints left aside."""
        cell = self.cells.cell_of(Point(packet.protocol, *point_of(packet)))
        source, destination = (self.world.workload_at(address) for address in (packet.source, packet.destination))
        ends = self.identity(packet.source), self.identity(packet.destination, packet.destination_name)
        return (source is None or self._sends(source, packet, ends, cell)) and (
            destination is None or self._takes(destination, packet, ends, cell)
        )

    def _sends(self, source: Endpoint, packet: Packet, ends: tuple[int, int], cell: int) -> bool:
        to_host = self._is_own_host(source, packet.destination)
        if to_host and belongs_to_the_link(packet):
            return True
        if to_host and self.world.settings_for(source.node).to_host is ToHost.DROP:
            return False
        return bool(self.egress.allowed(*ends) >> cell & 1)

    def _takes(self, destination: Endpoint, packet: Packet, ends: tuple[int, int], cell: int) -> bool:
        if self._is_own_host(destination, packet.source):
            return True
        return bool(self.ingress.allowed(ends[1], ends[0]) >> cell & 1)

    def _is_own_host(self, workload: Endpoint, address: Address) -> bool:
        node = self.world.node_at(address)
        return node is not None and node.name == workload.node

    def identity(self, address: Address, name: str = "") -> int:
        """Of the workload that has the address, or of the outside."""
        atom, holder = self.identities.atoms.at(int(address)), self.world.workload_at(address)
        if holder is None:
            return self.identities.outside[atom, self.identities.names.like(name)]
        return next(one for one in self.identities.of_endpoint[holder] if self.identities.known[one].atom == atom)


@dataclass(frozen=True)
class Ground:
    """What an engine stands on: the packets and the parties of a world, told apart as far as its policies ask."""

    terms: Terms
    cells: Cells
    identities: Identities

    @classmethod
    @no_garbage_collection()
    def together(cls, worlds: Sequence[World], version: int, scope: Scope = EVERYTHING) -> "tuple[Ground, ...]":
        """Worlds that differ in nothing but policies have the same identities."""
        alike: dict[tuple[int, ...], list[World]] = {}
        for world in worlds:
            alike.setdefault(_population(world), []).append(world)
        every = {key: Terms.of(_merged(held), version, scope.staged) for key, held in alike.items()}
        cells = Cells.of(version, chain(scope.wire_cuts(), *(terms.wire_cuts() for terms in every.values())))
        placings = {key: Placing(terms, addresses_of(scope.pod_networks, version)) for key, terms in every.items()}
        cuts = (cut for placing in placings.values() for cut in placing.cuts())
        atoms = Atoms.of(version, [*scope.address_cuts(version), *cuts])
        names = Names(name for terms in every.values() for name in (*terms.domains(), *scope.names))
        identities = {key: placing.identities(atoms, names) for key, placing in placings.items()}
        return tuple(
            cls(Terms.of(world, version, scope.staged), cells, identities[_population(world)]) for world in worlds
        )

    @no_garbage_collection()
    def engine(self, policies: tuple[Policy, ...] | None = None) -> Engine:
        """Of some policies it is right about the workloads that no other policy selects."""
        terms = self.terms if policies is None else replace(self.terms, policies=policies)
        ways = {way: OneWay(terms, self.cells, self.identities, way) for way in Direction}
        return Engine(terms.world, self.cells, self.identities, ways[Direction.EGRESS], ways[Direction.INGRESS])


def _population(world: World) -> tuple[int, ...]:
    """By identity: to compare all that there is takes longer than to look at it twice."""
    kept = (world.workloads, world.network_sets, world.host_endpoints, world.profiles, world.services, world.nodes)
    return tuple(map(id, (*kept, world.settings, world.settings_of_node)))


def _merged(worlds: Sequence[World]) -> World:
    """With the policies of all."""
    if len(worlds) == 1:
        return worlds[0]
    policies = dict.fromkeys(policy for world in worlds for policy in world.policies.policies)
    return replace(worlds[0], policies=PolicySet(worlds[0].policies.tiers, tuple(policies)))
