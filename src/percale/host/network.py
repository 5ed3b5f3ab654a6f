"""Links, addresses, routes and neighbours of the calling thread's network namespace, as one value."""

import errno
import socket
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any, Protocol

from pyroute2 import IPRoute

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_MAIN_TABLE = 254
_UNICAST, _BLACKHOLE = 1, 6
#: Linux calls it AF_BRIDGE, Python does not know it.
_BRIDGE_FAMILY = 7
_EVERYWHERE: Mapping[int, Network] = {socket.AF_INET: ip_network("0.0.0.0/0"), socket.AF_INET6: ip_network("::/0")}


@dataclass(frozen=True, slots=True)
class OnLink:
    """A route to an interface, with no gateway between."""

    destination: Network
    interface: str


@dataclass(frozen=True, slots=True)
class HostNetwork:
    """What a host has; interfaces go by their names."""

    addresses: Mapping[str, tuple[Address, ...]] = field(default_factory=dict)
    #: Routes of the main table that lead to an interface without a gateway.
    on_link: Mapping[Network, str] = field(default_factory=dict)
    #: Networks that the host keeps for itself and has no use for yet, as Calico's address management marks its blocks.
    blackholes: frozenset[Network] = frozenset()
    bridges: frozenset[str] = frozenset()
    #: The bridge of each interface that is a port of one.
    masters: Mapping[str, str] = field(default_factory=dict)
    #: The port of a bridge behind which an address is known to be.
    ports: Mapping[Address, str] = field(default_factory=dict)

    def narrowest(self, address: Address) -> OnLink | None:
        """Of the routes on a link that lead to the address."""
        for length in range(address.max_prefixlen, -1, -1):
            destination = ip_network((address, length), strict=False)
            if interface := self.on_link.get(destination):
                return OnLink(destination, interface)
        return None


class _Message(Protocol):
    """What pyroute2 makes of the kernel's answer: its attributes by the kernel's own names, in small letters."""

    def get(self, name: str) -> Any: ...  # noqa: ANN401  pyroute2 has no types


def read_network() -> HostNetwork:
    with IPRoute() as kernel:
        links: list[_Message] = list(kernel.get_links())
        routes: list[_Message] = list(kernel.get_routes(table=_MAIN_TABLE))
        names: dict[int, str] = {link.get("index"): link.get("ifname") for link in links}
        bridges = {link.get("index") for link in links if _kind(link) == "bridge"}
        return HostNetwork(
            addresses=_addresses(kernel.get_addr(), names),
            on_link=_on_link(routes, names),
            blackholes=frozenset(_destination(route) for route in routes if route.get("type") == _BLACKHOLE),
            bridges=frozenset(names[index] for index in bridges),
            masters={link.get("ifname"): names[link.get("master")] for link in links if link.get("master") in bridges},
            ports=_ports(kernel, names) if bridges else {},
        )


def _kind(link: _Message) -> str:
    about = link.get("linkinfo")
    return str(about.get("kind")) if about else ""


def _addresses(found: Iterable[_Message], names: Mapping[int, str]) -> dict[str, tuple[Address, ...]]:
    on: dict[str, tuple[Address, ...]] = {}
    for one in found:
        if text := one.get("local") or one.get("address"):
            name = names.get(one.get("index"), "")
            on[name] = (*on.get(name, ()), ip_address(text))
    return on


def _on_link(routes: Iterable[_Message], names: Mapping[int, str]) -> dict[Network, str]:
    found: dict[Network, str] = {}
    for route in routes:
        if route.get("type") == _UNICAST and route.get("oif") and not route.get("gateway"):
            found.setdefault(_destination(route), names.get(route.get("oif"), ""))
    return found


def _destination(route: _Message) -> Network:
    if to := route.get("dst"):
        return ip_network(f"{to}/{route.get('dst_len')}")
    return _EVERYWHERE[route.get("family")]


def _ports(kernel: IPRoute, names: Mapping[int, str]) -> dict[Address, str]:
    """By the hardware address of the neighbour, which the bridge has learnt at a port."""
    learnt: dict[tuple[int, str], str] = {}
    for one in kernel.get_neighbours(family=_BRIDGE_FAMILY):
        if (bridge := one.get("master")) and (hardware := one.get("lladdr")):
            learnt[bridge, hardware] = names.get(one.get("ifindex"), "")
    found: dict[Address, str] = {}
    for one in kernel.get_neighbours():
        if port := learnt.get((one.get("ifindex"), one.get("lladdr"))):
            found[ip_address(one.get("dst"))] = port
    return found


_LINKS, _IPV4_ADDRESSES, _IPV4_ROUTES, _IPV6_ADDRESSES, _IPV6_ROUTES = 0x1, 0x10, 0x40, 0x100, 0x400
_GROUPS = _LINKS | _IPV4_ADDRESSES | _IPV4_ROUTES | _IPV6_ADDRESSES | _IPV6_ROUTES
_MOST_BYTES = 1 << 16


class NetworkChanges:
    """Tells that links, addresses or routes have changed; which ones is to be read anew."""

    def __init__(self) -> None:
        self._netlink = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, socket.NETLINK_ROUTE)
        self._netlink.bind((0, _GROUPS))

    def wait(self, timeout_s: float | None = None) -> bool:
        """Whether anything changed, all of it that there is to hear taken together."""
        self._netlink.settimeout(timeout_s)
        try:
            self._netlink.recv(_MOST_BYTES)
        except (TimeoutError, BlockingIOError):
            return False
        except OSError as error:
            if error.errno != errno.ENOBUFS:
                raise
            # More than the kernel would keep for us: something has changed, for certain.
            return True
        self._netlink.settimeout(0)
        with suppress(OSError):
            while True:
                self._netlink.recv(_MOST_BYTES)
        return True

    def close(self) -> None:
        self._netlink.close()
