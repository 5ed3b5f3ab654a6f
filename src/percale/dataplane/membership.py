"""Which addresses stand behind selectors, named ports and services: the contents of sets."""

from functools import cache

from percale.dataplane.peers import NamedPorts
from percale.policy.endpoints import Endpoint
from percale.policy.rules import ServiceRef
from percale.policy.world import World
from percale.selector import Selector
from percale.traffic.addresses import Address, AddressSet, Network


class Membership:
    """One world's members, each question answered once.

    Single addresses and wider networks are told apart: addresses come and go with pods and live in hash sets,
    networks live in interval sets, where a deletion takes seconds (dataplane notes §3.4).
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._objects: tuple[Endpoint, ...] = (*world.workloads, *world.network_sets)
        self.addresses = cache(self._addresses)
        self.networks = cache(self._networks)

    def _members(self, selector: Selector) -> list[Endpoint]:
        return [one for one in self._objects if one.networks and selector.matches(one.labels)]

    def _addresses(self, selector: Selector, version: int) -> frozenset[Address]:
        return frozenset(
            network.network_address
            for one in self._members(selector)
            for network in one.networks
            if network.version == version and network.prefixlen == network.max_prefixlen
        )

    def _networks(self, selector: Selector, version: int) -> tuple[Network, ...]:
        wide = [
            network
            for one in self._members(selector)
            for network in one.networks
            if network.prefixlen < network.max_prefixlen
        ]
        return tuple(AddressSet.of(wide).networks(version))

    def named_ports(self, named: NamedPorts, version: int) -> frozenset[tuple[Address, int, int]]:
        return frozenset(
            (address, port.protocol, port.number)
            for one in self._world.workloads
            if named.selector is None or named.selector.matches(one.labels)
            for port in one.ports
            if port.name in named.names
            for address in one.addresses
            if address.version == version
        )

    def service(self, service: ServiceRef, version: int) -> frozenset[tuple[Address, int, int]]:
        addresses = {str(one): one.addresses for one in self._world.workloads}
        return frozenset(
            (address, backend.protocol, backend.port)
            for backend in self._world.services.get(service, ())
            for address in addresses.get(backend.endpoint, ())
            if address.version == version
        )
