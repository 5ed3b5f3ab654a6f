"""The lab's cables, addresses and routes, as lines for `ip -batch`.

Neighbours are permanent everywhere: nothing waits for ARP, no rule can break it, and the kernel's limit
on neighbour entries, which all namespaces share, does not count permanent ones.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from ipaddress import ip_address

from percale.lab.addressing import gateway_of
from percale.traffic.addresses import Address, Network

#: The far end of every cable, in a pod and in the outside host.
FAR_DEVICE = "eth0"
UPLINK = "uplink"
BRIDGE = "br0"

UPLINK_MAC = "02:70:00:00:00:01"
OUTSIDE_MAC = "02:70:00:00:00:02"
BRIDGE_MAC = "02:70:00:00:00:03"

NODE_ADDRESSES: tuple[Address, ...] = (ip_address("192.0.2.1"), ip_address("2001:db8::1"))
OUTSIDE_ADDRESSES: tuple[Address, ...] = (ip_address("192.0.2.2"), ip_address("2001:db8::2"))
_UPLINK_LENGTH = {4: 24, 6: 64}

#: Where a routed pod sends everything; no interface has these addresses.
_POD_GATEWAY: dict[int, Address] = {4: ip_address("169.254.1.1"), 6: ip_address("fe80::1")}


@dataclass(frozen=True, slots=True)
class Cable:
    """The veth pair between the node and one pod."""

    number: int
    addresses: tuple[Address, ...]
    called: str = ""

    @property
    def interface(self) -> str:
        return self.called or f"pod{self.number}"

    @property
    def node_mac(self) -> str:
        return _mac(0x71, self.number)

    @property
    def pod_mac(self) -> str:
        return _mac(0x72, self.number)


def uplink_of_node(outside: str, elsewhere: Iterable[Address]) -> Iterator[str]:
    """`outside` is the path of the outside host's namespace, `elsewhere` what is to be found behind it."""
    yield "link set lo up"
    yield from _veth(UPLINK, UPLINK_MAC, OUTSIDE_MAC, outside)
    yield from _addresses(UPLINK, ((address, _UPLINK_LENGTH[address.version]) for address in NODE_ADDRESSES))
    for gateway in OUTSIDE_ADDRESSES:
        yield _neighbour(gateway, OUTSIDE_MAC, UPLINK)
        yield f"route add {_default(gateway)} via {gateway} dev {UPLINK}"
    gateway_for = {gateway.version: gateway for gateway in OUTSIDE_ADDRESSES}
    for address in elsewhere:
        yield f"route add {_host(address)} via {gateway_for[address.version]} dev {UPLINK}"


def outside_host(own: Iterable[Address], behind_node: Iterable[Address | Network]) -> Iterator[str]:
    # Not a default route: what it answers to a forged source would travel to and fro until it is too old.
    yield from _far_end()
    yield from _addresses(FAR_DEVICE, ((address, _UPLINK_LENGTH[address.version]) for address in OUTSIDE_ADDRESSES))
    yield from _addresses("lo", ((address, address.max_prefixlen) for address in own))
    gateway_for = {gateway.version: gateway for gateway in NODE_ADDRESSES}
    for gateway in NODE_ADDRESSES:
        yield _neighbour(gateway, UPLINK_MAC, FAR_DEVICE)
    for target in behind_node:
        yield f"route add {target} via {gateway_for[target.version]} dev {FAR_DEVICE}"


def route_by_node(target: Address) -> str:
    """For the outside host: another address that it reaches by way of the node."""
    gateway = next(one for one in NODE_ADDRESSES if one.version == target.version)
    return f"route replace {_host(target)} via {gateway} dev {FAR_DEVICE}"


def routed_node(cable: Cable, pod: str) -> Iterator[str]:
    yield from _veth(cable.interface, cable.node_mac, cable.pod_mac, pod)
    for address in cable.addresses:
        yield _neighbour(address, cable.pod_mac, cable.interface)
        yield f"route add {_host(address)} dev {cable.interface}"


def routed_pod(cable: Cable) -> Iterator[str]:
    yield from _far_end()
    yield from _addresses(FAR_DEVICE, ((address, address.max_prefixlen) for address in cable.addresses))
    for version in sorted({address.version for address in cable.addresses}):
        gateway = _POD_GATEWAY[version]
        yield _neighbour(gateway, cable.node_mac, FAR_DEVICE)
        yield f"route add {gateway} dev {FAR_DEVICE}"
        yield f"route add {_default(gateway)} via {gateway} dev {FAR_DEVICE}"


def bridge(networks: Sequence[Network]) -> Iterator[str]:
    yield f"link add {BRIDGE} address {BRIDGE_MAC} type bridge mcast_snooping 0"
    yield from _up(BRIDGE)
    yield from _addresses(BRIDGE, ((gateway_of(network), network.prefixlen) for network in networks))


def bridged_node(cable: Cable, pod: str) -> Iterator[str]:
    yield from _veth(cable.interface, cable.node_mac, cable.pod_mac, pod)
    yield f"link set {cable.interface} master {BRIDGE}"
    for address in cable.addresses:
        yield _neighbour(address, cable.pod_mac, BRIDGE)


def bridge_port(cable: Cable) -> str:
    """A line for `bridge -batch`: without it the bridge floods what goes to a pod that has not spoken yet."""
    return f"fdb replace {cable.pod_mac} dev {cable.interface} master static"


def bridged_pod(cable: Cable, cables: Iterable[Cable], networks: Sequence[Network]) -> Iterator[str]:
    lengths = {network.version: network.prefixlen for network in networks}
    yield from _far_end()
    yield from _addresses(FAR_DEVICE, ((address, lengths[address.version]) for address in cable.addresses))
    for network in networks:
        gateway = gateway_of(network)
        yield _neighbour(gateway, BRIDGE_MAC, FAR_DEVICE)
        yield f"route add {_default(gateway)} via {gateway} dev {FAR_DEVICE}"
    for other in cables:
        for address in other.addresses if other != cable else ():
            yield _neighbour(address, other.pod_mac, FAR_DEVICE)


def _veth(interface: str, near_mac: str, far_mac: str, far: str) -> Iterator[str]:
    yield (f"link add {interface} address {near_mac} type veth peer name {FAR_DEVICE} address {far_mac} netns {far}")
    yield from _up(interface)


def _far_end() -> Iterator[str]:
    yield "link set lo up"
    yield from _up(FAR_DEVICE)


def _up(device: str) -> Iterator[str]:
    # No link-local address: nobody needs it, and its announcements would be noise on every cable.
    yield f"link set {device} addrgenmode none"
    yield f"link set {device} up"


def _addresses(device: str, addresses: Iterable[tuple[Address, int]]) -> Iterator[str]:
    for address, length in addresses:
        at_once = " nodad" if address.version == 6 else ""
        yield f"address add {address}/{length} dev {device}{at_once}"


def _neighbour(address: Address, mac: str, device: str) -> str:
    return f"neighbour add {address} lladdr {mac} dev {device} nud permanent"


def _host(address: Address) -> str:
    return f"{address}/{address.max_prefixlen}"


def _default(gateway: Address) -> str:
    return "0.0.0.0/0" if gateway.version == 4 else "::/0"


@cache
def _mac(kind: int, number: int) -> str:
    return bytes([0x02, kind, *number.to_bytes(4, "big")]).hex(":")
