"""Everything that a verdict depends on, as one value."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from percale.policy.endpoints import Endpoint
from percale.policy.policies import PolicySet, Profile
from percale.policy.rules import ServiceRef
from percale.traffic.addresses import Address


@dataclass(frozen=True, slots=True)
class Node:
    """A host and the addresses that are its own."""

    name: str
    addresses: tuple[Address, ...] = ()


@dataclass(frozen=True, slots=True)
class ServiceBackend:
    """One port of one endpoint behind a Service, by the endpoint's name."""

    endpoint: str
    protocol: int
    port: int


@dataclass(frozen=True)
class World:
    policies: PolicySet = field(default_factory=PolicySet)
    workloads: tuple[Endpoint, ...] = ()
    network_sets: tuple[Endpoint, ...] = ()
    profiles: Mapping[str, Profile] = field(default_factory=dict)
    services: Mapping[ServiceRef, tuple[ServiceBackend, ...]] = field(default_factory=dict)
    nodes: tuple[Node, ...] = ()
    #: Workloads on the host's own network: their traffic is the host's, and no policy selects them.
    host_networked: tuple[Endpoint, ...] = ()

    @cached_property
    def _workload_at(self) -> dict[Address, Endpoint]:
        return {address: one for one in reversed(self.workloads) for address in one.addresses}

    @cached_property
    def _objects_at(self) -> dict[Address, tuple[Endpoint, ...]]:
        found: dict[Address, tuple[Endpoint, ...]] = {}
        for one in self.workloads:
            for address in one.addresses:
                found[address] = (*found.get(address, ()), one)
        return found

    @cached_property
    def _node_at(self) -> dict[Address, Node]:
        return {address: node for node in self.nodes for address in node.addresses}

    def workload_at(self, address: Address) -> Endpoint | None:
        return self._workload_at.get(address)

    def node_at(self, address: Address) -> Node | None:
        return self._node_at.get(address)

    def objects_at(self, address: Address) -> Iterable[Endpoint]:
        """Every endpoint and network set that holds the address: rules know addresses only (§3.3)."""
        yield from self._objects_at.get(address, ())
        for one in self.network_sets:
            if any(address in network for network in one.networks):
                yield one

    def placed(self, addresses: Mapping[str, tuple[Address, ...]], *, node: str = "") -> "World":
        """The same world with these workloads, by name, at these addresses and on that node."""
        moved = [
            replace(one.at(*addresses[str(one)]), node=node or one.node) if str(one) in addresses else one
            for one in self.workloads
        ]
        return replace(self, workloads=tuple(moved))
