"""Which addresses stand behind selectors, named ports and services: the contents of sets."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from percale.dataplane.peers import NamedPorts
from percale.policy.endpoints import Endpoint
from percale.policy.rules import ServiceRef
from percale.policy.subjects import Label, wanted_labels
from percale.policy.world import World
from percale.selector import Selector
from percale.traffic.addresses import Address, AddressSet, Network


@dataclass(frozen=True, slots=True)
class Members:
    """The addresses of one IP version that a selector stands for, and its text."""

    text: str
    addresses: frozenset[Address]
    networks: tuple[Network, ...]
    _wide: AddressSet

    def __contains__(self, address: Address) -> bool:
        return address in self.addresses or address in self._wide


class Membership:
    """One world's members, each question answered once.

    Single addresses and wider networks are told apart: addresses come and go with pods and live in hash sets,
    networks live in interval sets, where a deletion takes seconds.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._objects: tuple[Endpoint, ...] = (*world.workloads, *world.host_endpoints, *world.network_sets)
        self._by_label: dict[Label, list[Endpoint]] = {}
        for one in self._objects:
            for label in one.labels.items():
                self._by_label.setdefault(label, []).append(one)
        self._members: dict[tuple[str, int], Members] = {}
        self.named_ports = cache(self._named_ports)
        self.service = cache(self._service)
        # A pod with several interfaces is several workloads of one name.
        self._addresses_of: dict[str, tuple[Address, ...]] = {}
        for one in world.workloads:
            self._addresses_of[str(one)] = (*self._addresses_of.get(str(one), ()), *one.addresses)

    def members(self, selector: Selector, version: int) -> Members:
        """Kept by text, which to write out once is quicker than to hash a selector and to compare it."""
        text = str(selector)
        if (text, version) not in self._members:
            self._members[text, version] = self._found(selector, text, version)
        return self._members[text, version]

    def _found(self, selector: Selector, text: str, version: int) -> Members:
        networks = [
            network
            for one in self._candidates(selector)
            if one.networks and selector.matches(one.labels)
            for network in one.networks
            if network.version == version
        ]
        single = (one.network_address for one in networks if one.prefixlen == one.max_prefixlen)
        wide = AddressSet.of(one for one in networks if one.prefixlen < one.max_prefixlen)
        return Members(text, frozenset(single), tuple(wide.networks(version)), wide)

    def _candidates(self, selector: Selector) -> Sequence[Endpoint]:
        narrowed = [
            [one for label in labels for one in self._by_label.get(label, ())] for labels in wanted_labels(selector)
        ]
        return min(narrowed, key=len, default=self._objects)

    def _named_ports(self, named: NamedPorts, version: int) -> frozenset[tuple[Address, int, int]]:
        return frozenset(
            (address, port.protocol, port.number)
            for one in (*self._world.workloads, *self._world.host_endpoints)
            if named.selector is None or named.selector.matches(one.labels)
            for port in one.ports
            if port.name in named.names
            for address in one.addresses
            if address.version == version
        )

    def _service(self, service: ServiceRef, version: int) -> frozenset[tuple[Address, int, int]]:
        return frozenset(
            (address, backend.protocol, backend.port)
            for backend in self._world.services.get(service, ())
            for address in ((backend.address,) if backend.address else self._addresses_of.get(backend.endpoint, ()))
            if address.version == version
        )
