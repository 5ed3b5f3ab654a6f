"""Ports of the node, and external addresses, that lead to pods: node ports, external IPs and host ports."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum, auto

from percale.lab.layout import NODE, Layout
from percale.lab.links import NODE_ADDRESSES
from percale.policy.world import ExternalPort, World
from percale.traffic.addresses import Address
from percale.traffic.protocols import TCP, protocol_name

#: In the order of preference of a Kubernetes server that has to choose: the lower ones are for those who ask for one.
_NODE_PORTS = (*range(30086, 32768), *range(30000, 30086))
_EVERY_HOST_IP = ("", "0.0.0.0", "::")  # noqa: S104  as manifests write it; nothing is bound

#: Clients of published ports take these, so that the port says which backend is meant.
_CLIENT_PORTS = range(61000, 65536)
_LAST_PORT = 65535


class Masquerade(Enum):
    """Whose packets go on from an address of the node, so that the answer comes back to it."""

    ALWAYS = auto()
    OF_THE_NODE = auto()
    NEVER = auto()


@dataclass(frozen=True, slots=True)
class Backend:
    pod: str
    address: Address
    port: int

    def __str__(self) -> str:
        return f"{self.pod}:{self.port}"


@dataclass(frozen=True, slots=True)
class PublishedPort:
    """What is sent there goes to one of the backends, all of the address's IP version, by the client's port."""

    address: Address
    protocol: int
    port: int
    backends: tuple[Backend, ...]
    masquerade: Masquerade

    @property
    def called(self) -> str:
        where = NODE if self.address in NODE_ADDRESSES else _in_url(self.address)
        return f"{where}:{_numbered(self.port, self.protocol)}"

    def clients_of(self, index: int) -> range:
        """The ports of clients that get to this backend in the lab. Elsewhere it is chance that chooses."""
        width = len(_CLIENT_PORTS) // len(self.backends)
        return _CLIENT_PORTS[index * width : (index + 1) * width]

    def span_of(self, index: int) -> tuple[int, int]:
        """The same, with the ports that no client of the lab has shared out as well: first and last."""
        clients, is_last = self.clients_of(index), index == len(self.backends) - 1
        return clients.start if index else 0, _LAST_PORT if is_last else clients.stop - 1


@dataclass(frozen=True, slots=True)
class Published:
    """`remarks` are choices that the lab has made, and what it does not try."""

    ports: tuple[PublishedPort, ...]
    remarks: tuple[str, ...]


def published(world: World, layout: Layout) -> Published:
    """Of a world from `in_lab`. Explicit numbers first, in the order of the names, then those that are chosen."""
    found = _Publishing(layout)
    services = sorted(
        world.external_ports, key=lambda port: (port.service.namespace, port.service.name, port.protocol, port.port)
    )
    for one in services:
        found.external(one, _backends(world, layout, one))
    for backend, protocol, port, host_ip in _host_ports(world):
        found.host_port(backend, protocol, port, host_ip)
    for one in services:
        if one.node_port == 0:
            found.choose(one, _backends(world, layout, one))
    return Published(tuple(found.claimed.values()), tuple(dict.fromkeys(found.remarks)))


def _backends(world: World, layout: Layout, port: ExternalPort) -> tuple[Backend, ...]:
    """Each address of each pod of the lab behind the port."""
    return tuple(
        Backend(one.endpoint, address, one.port)
        for one in world.services.get(port.service, ())
        if (one.protocol, one.service_port) == (port.protocol, port.port) and one.endpoint in layout.workloads
        for address in layout.addresses_of(one.endpoint)
    )


def _host_ports(world: World) -> Iterator[tuple[tuple[Backend, ...], int, int, str]]:
    for one in world.workloads:
        for port in one.ports:
            if port.host_port:
                backends = tuple(Backend(str(one), address, port.number) for address in one.addresses)
                yield backends, port.protocol, port.host_port, port.host_ip


@dataclass(slots=True)
class _Publishing:
    """What is claimed so far: an address and port are one thing's only."""

    layout: Layout
    claimed: dict[tuple[Address, int, int], PublishedPort] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)

    def external(self, one: ExternalPort, backends: tuple[Backend, ...]) -> None:
        if not backends:
            self.remarks.append(f"{_described(one)} leads to no pod of the lab that it names: not tried")
        if one.node_port:
            self._claim(NODE_ADDRESSES, one.node_port, one, backends)
        reachable = [address for address in one.addresses if self._leads_here(address)]
        self._claim(reachable, one.port, one, backends)

    def choose(self, one: ExternalPort, backends: tuple[Backend, ...]) -> None:
        """A node port for a Service that leaves it to the cluster."""
        taken = {(protocol, port) for address, protocol, port in self.claimed if address in NODE_ADDRESSES}
        chosen = next(port for port in _NODE_PORTS if (one.protocol, port) not in taken)
        if backends:
            self.remarks.append(f"{_described(one)} names no node port: the lab takes {chosen}")
        self._claim(NODE_ADDRESSES, chosen, one, backends)

    def host_port(self, backends: tuple[Backend, ...], protocol: int, port: int, host_ip: str) -> None:
        addresses = [one for one in NODE_ADDRESSES if host_ip in (*_EVERY_HOST_IP, str(one))]
        if not addresses:
            whose = f"host port {_numbered(port, protocol)} of {backends[0].pod}"
            self.remarks.append(f"{whose} is of {host_ip}, which the lab's node lacks: not tried")
        for address in addresses:
            self._put(PublishedPort(address, protocol, port, _same_version(backends, address), Masquerade.NEVER))

    def _claim(self, addresses: Iterable[Address], port: int, one: ExternalPort, backends: tuple[Backend, ...]) -> None:
        masquerade = Masquerade.OF_THE_NODE if one.keeps_source else Masquerade.ALWAYS
        for address in addresses:
            if address.version in one.versions:
                self._put(PublishedPort(address, one.protocol, port, _same_version(backends, address), masquerade))

    def _put(self, one: PublishedPort) -> None:
        if one.backends and self.claimed.setdefault((one.address, one.protocol, one.port), one) != one:
            others = ", ".join(map(str, one.backends))
            self.remarks.append(f"{one.called} is published already: the way by it to {others} is not tried")

    def _leads_here(self, address: Address) -> bool:
        owner = self.layout.owner_of(address)
        if owner in (None, NODE) and not any(address in network for network in self.layout.pod_networks):
            return True
        self.remarks.append(f"external IP {address} is one of the lab's own: not tried")
        return False


def _same_version(backends: Iterable[Backend], address: Address) -> tuple[Backend, ...]:
    return tuple(one for one in backends if one.address.version == address.version)


def _described(one: ExternalPort) -> str:
    return f"port {_numbered(one.port, one.protocol)} of Service {one.service.namespace}/{one.service.name}"


def _numbered(port: int, protocol: int) -> str:
    return str(port) if protocol == TCP else f"{port}/{protocol_name(protocol).lower()}"


def _in_url(address: Address) -> str:
    return f"[{address}]" if address.version == 6 else str(address)
