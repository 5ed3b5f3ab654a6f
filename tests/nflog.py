"""Prefixes that the kernel sends to an NFLOG group, read from netlink as any listener would."""

import socket
import struct
from collections.abc import Iterator
from contextlib import closing, contextmanager

from percale.host.netns import NetNs

_NETLINK_NETFILTER = 12
_ULOG = 4 << 8
_PACKET, _CONFIG = _ULOG | 0, _ULOG | 1
_REQUEST, _ACKNOWLEDGE = 1, 4
_ERROR = 2
_CFG_CMD, _CFG_MODE, _CFG_QTHRESH = 1, 2, 5
_BIND, _COPY_META = 1, 1
_PREFIX = 10
_HEADER, _FAMILY, _ATTRIBUTE = struct.Struct("=IHHII"), struct.Struct("!BBH"), struct.Struct("=HH")


class Listener:
    """Bound to one group of one namespace."""

    def __init__(self, netlink: socket.socket, group: int) -> None:
        self._netlink = netlink
        self._configure(group, _CFG_CMD, struct.pack("!B", _BIND))
        self._configure(group, _CFG_MODE, struct.pack("!IBx", 0, _COPY_META))
        # One by one: the kernel waits for a hundred otherwise.
        self._configure(group, _CFG_QTHRESH, struct.pack("!I", 1))
        netlink.settimeout(0)

    def prefixes(self) -> Iterator[str]:
        """Of what has been logged by now."""
        while True:
            try:
                received = self._netlink.recv(65536)
            except BlockingIOError:
                return
            for kind, body in _messages(received):
                if kind == _PACKET:
                    yield dict(_attributes(body[_FAMILY.size :]))[_PREFIX].rstrip(b"\0").decode()

    def _configure(self, group: int, attribute: int, value: bytes) -> None:
        body = _FAMILY.pack(socket.AF_UNSPEC, 0, group) + _ATTRIBUTE.pack(_ATTRIBUTE.size + len(value), attribute)
        body += value + bytes(-len(value) % 4)
        header = _HEADER.pack(_HEADER.size + len(body), _CONFIG, _REQUEST | _ACKNOWLEDGE, 0, 0)
        self._netlink.send(header + body)
        ((kind, answer),) = _messages(self._netlink.recv(65536))
        assert (kind, answer[:4]) == (_ERROR, bytes(4)), "the kernel does not take the configuration"


@contextmanager
def listening(namespace: NetNs, group: int) -> Iterator[Listener]:
    with closing(namespace.socket(socket.AF_NETLINK, socket.SOCK_RAW, _NETLINK_NETFILTER)) as netlink:
        yield Listener(netlink, group)


def _messages(received: bytes) -> Iterator[tuple[int, bytes]]:
    while received:
        length, kind, *_ = _HEADER.unpack_from(received)
        yield kind, received[_HEADER.size : length]
        received = received[-(-length // 4) * 4 :]


def _attributes(body: bytes) -> Iterator[tuple[int, bytes]]:
    while body:
        length, kind = _ATTRIBUTE.unpack_from(body)
        yield kind, body[_ATTRIBUTE.size : length]
        body = body[-(-length // 4) * 4 :]
