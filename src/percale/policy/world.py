"""Everything that a verdict depends on, as one value."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from percale.policy.domains import covers
from percale.policy.endpoints import Endpoint
from percale.policy.policies import PolicySet, Profile
from percale.policy.rules import ServiceRef
from percale.policy.settings import HostSettings
from percale.traffic.addresses import Address

#: What a host endpoint's interface is called that stands for all without one of their own.
EVERY_INTERFACE = "*"


@dataclass(frozen=True, slots=True)
class Node:
    """A host, the addresses that are its own, and which interfaces have them.

    Interfaces that workloads hang on never have a host endpoint of their own, and only `*` covers them.
    """

    name: str
    addresses: tuple[Address, ...] = ()
    interfaces: Mapping[str, tuple[Address, ...]] = field(default_factory=dict)
    workload_interfaces: frozenset[str] = frozenset()
    labels: Mapping[str, str] = field(default_factory=dict)
    #: Those of its addresses by which automatic host endpoints are known: external ones are not among them.
    expected: tuple[Address, ...] = ()


@dataclass(frozen=True, slots=True)
class ServiceBackend:
    """One port of one endpoint behind a Service: a workload by its name, or whatever has the address."""

    protocol: int
    port: int
    endpoint: str = ""
    address: Address | None = None
    #: The Service's own port that leads here, 0 where the input does not tell.
    service_port: int = 0


@dataclass(frozen=True, slots=True)
class ExternalPort:
    """By what the outside reaches one port of a Service: a port of every node, external addresses, or both."""

    service: ServiceRef
    protocol: int
    port: int
    #: 0 where the cluster has yet to choose it, None where there is none.
    node_port: int | None
    addresses: tuple[Address, ...] = ()
    versions: frozenset[int] = frozenset({4, 6})
    #: Whether the source stays as it is, rather than becoming an address of the node that it came to first.
    keeps_source: bool = False


@dataclass(frozen=True)
class World:
    policies: PolicySet = field(default_factory=PolicySet)
    workloads: tuple[Endpoint, ...] = ()
    network_sets: tuple[Endpoint, ...] = ()
    host_endpoints: tuple[Endpoint, ...] = ()
    profiles: Mapping[str, Profile] = field(default_factory=dict)
    services: Mapping[ServiceRef, tuple[ServiceBackend, ...]] = field(default_factory=dict)
    external_ports: tuple[ExternalPort, ...] = ()
    nodes: tuple[Node, ...] = ()
    #: Workloads on the host's own network: their traffic is the host's, and no policy selects them.
    host_networked: tuple[Endpoint, ...] = ()
    #: Of every node that nothing narrower is said about.
    settings: HostSettings = field(default_factory=HostSettings)
    settings_of_node: Mapping[str, HostSettings] = field(default_factory=dict)

    @cached_property
    def _workload_at(self) -> dict[Address, Endpoint]:
        return {address: one for one in reversed(self.workloads) for address in one.addresses}

    @cached_property
    def _objects_at(self) -> dict[Address, tuple[Endpoint, ...]]:
        found: dict[Address, tuple[Endpoint, ...]] = {}
        for one in (*self.workloads, *self.host_endpoints):
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

    def settings_for(self, node: str) -> HostSettings:
        return self.settings_of_node.get(node, self.settings)

    def node(self, name: str) -> Node:
        """Of a node that nobody describes, only the name is known."""
        return next((node for node in self.nodes if node.name == name), Node(name))

    def host_endpoint(self, node: str, interface: str) -> Endpoint | None:
        """Which host endpoint governs an interface: by name, by an address on it, or else `*`."""
        here = sorted((one for one in self.host_endpoints if one.node == node), key=lambda one: one.name)
        host = self.node(node)
        if interface not in host.workload_interfaces:
            on_it = host.interfaces.get(interface, ())
            for one in here:
                if one.interface == interface or (not one.interface and any(a in on_it for a in one.addresses)):
                    return one
        return next((one for one in here if one.interface == EVERY_INTERFACE), None)

    def named(self, domain: str) -> Iterable[Endpoint]:
        """Every network set that holds the domain name."""
        return [one for one in self.network_sets if domain and any(covers(name, domain) for name in one.domains)]

    def objects_at(self, address: Address) -> Iterable[Endpoint]:
        """Every endpoint and network set that holds the address: rules know addresses only."""
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
