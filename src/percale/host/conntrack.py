"""The kernel's memory of connections."""

import os
import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address

from percale.host.netfilter_socket import NetfilterSocket
from percale.host.netns import NetNs

_NETLINK_NETFILTER = 12
_GET_FLOWS = 1 << 8 | 1
_DELETE_FLOWS = 1 << 8 | 2
_REQUEST_WITH_ANSWER = 1 | 4
_REQUEST_FOR_ALL = 1 | 0x300
_HEADER = "=IHHII"
_ANYTHING = struct.pack("=BBH", socket.AF_UNSPEC, 0, 0)
_ATTRIBUTE = struct.Struct("=HH")
_TYPE = 0x3FFF

_ORIGINAL, _REPLY, _STATUS = 1, 2, 3
_ADDRESSES, _PROTOCOL = 1, 2
_PROTOCOL_NUMBER, _SOURCE_PORT, _DESTINATION_PORT = 1, 2, 3
_SOURCES, _DESTINATIONS = (1, 3), (2, 4)
_EXPECTED = 1


@dataclass(frozen=True, slots=True)
class End:
    address: IPv4Address | IPv6Address
    port: int


@dataclass(frozen=True, slots=True)
class Flow:
    """As its packets are while they are forwarded: destinations translated already, and sources not yet."""

    protocol: int
    source: End
    destination: End
    #: Another flow announced it, as FTP does: policy has let through that one.
    expected: bool = False


def flows() -> Iterator[Flow]:
    """Of protocols with ports, as the namespace remembers them."""
    request = struct.pack(_HEADER, struct.calcsize(_HEADER) + len(_ANYTHING), _GET_FLOWS, _REQUEST_FOR_ALL, 1, 0)
    with NetfilterSocket() as netlink:
        found = netlink.dump(request + _ANYTHING)
    for body in found:
        if flow := _flow(body):
            yield flow


def _flow(body: bytes) -> Flow | None:
    about = dict(_attributes(body[len(_ANYTHING) :]))
    protocol, source, _ = _tuple(about[_ORIGINAL])
    _, destination, _ = _tuple(about[_REPLY])
    if source is None or destination is None:
        return None
    (status,) = struct.unpack("!I", about.get(_STATUS, bytes(4)))
    return Flow(protocol, source, destination, expected=bool(status & _EXPECTED))


def _tuple(data: bytes) -> tuple[int, End | None, End | None]:
    """The protocol, who sends and who is sent to; nobody where the protocol has no ports."""
    parts = dict(_attributes(data))
    addresses, protocol = dict(_attributes(parts[_ADDRESSES])), dict(_attributes(parts[_PROTOCOL]))
    number = protocol[_PROTOCOL_NUMBER][0]
    if _SOURCE_PORT not in protocol:
        return number, None, None
    return (
        number,
        _end(addresses, _SOURCES, protocol[_SOURCE_PORT]),
        _end(addresses, _DESTINATIONS, protocol[_DESTINATION_PORT]),
    )


def _end(addresses: dict[int, bytes], kinds: tuple[int, int], port: bytes) -> End:
    (packed,) = (addresses[kind] for kind in kinds if kind in addresses)
    return End(ip_address(packed), int.from_bytes(port, "big"))


def _attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + _ATTRIBUTE.size <= len(data):
        length, kind = _ATTRIBUTE.unpack_from(data, at)
        yield kind & _TYPE, data[at + _ATTRIBUTE.size : at + length]
        at += max(length, _ATTRIBUTE.size) + 3 & ~3


def forget_flows(namespace: NetNs) -> None:
    """Every next packet is the first of its flow again. Needs no `conntrack` program."""
    length = struct.calcsize(_HEADER) + len(_ANYTHING)
    with namespace.socket(socket.AF_NETLINK, socket.SOCK_RAW, _NETLINK_NETFILTER) as netlink:
        netlink.send(struct.pack(_HEADER, length, _DELETE_FLOWS, _REQUEST_WITH_ANSWER, 1, 0) + _ANYTHING)
        (error,) = struct.unpack_from("=i", netlink.recv(4096), struct.calcsize(_HEADER))
    if error:
        raise OSError(-error, f"conntrack: {os.strerror(-error)}")
