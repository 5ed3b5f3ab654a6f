"""What the lab's namespaces receive, and how to know that nothing more is to come."""

import os
import selectors
import socket
import struct
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache

from percale.errors import PercaleError
from percale.host.netns import NetNs
from percale.lab import links
from percale.lab.layout import NODE
from percale.lab.topology import Lab

_ALL_PROTOCOLS = 0x0003
_MARKER_PROTOCOL = 0x88B5  # set aside for experiments: no rule and no protocol stack looks at it
_SOL_PACKET = 263
_PACKET_IGNORE_OUTGOING = 23
_SO_RCVBUFFORCE = 33
_SO_MEMINFO = 55
_MEMINFO = struct.Struct("=9I")
_MEMINFO_DROPS = 8
_BUFFER_BYTES = 64 << 20

#: From a pod to the node, from the node to a pod: no packet of the lab crosses more cables.
_CABLES_CROSSED = 2
_MARKER_TIMEOUT_S = 10
_IPV6_HEADER_BYTES = 40


class LabFailed(PercaleError):
    """The lab cannot vouch for what it saw."""


@dataclass(frozen=True, slots=True)
class _Tap:
    owner: str
    socket: socket.socket
    #: How many bytes of the IP packet this kind of socket keeps to itself.
    withheld: int


@dataclass(frozen=True, slots=True)
class Arrival:
    receiver: str
    #: Of the whole IP packet.
    length: int
    #: What of the IP packet the socket hands out, its end in any case.
    data: bytes


class Captures:
    """Sockets that see what arrives at pods and outside, and what the node's own rules let in."""

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()
        self._taps: list[_Tap] = []

    def watch(self, lab: Lab, name: str) -> None:
        """A pod or `outside`: filtering happens before its cable, so the cable's end tells."""
        tap = lab.namespace(name).socket(socket.AF_PACKET, socket.SOCK_DGRAM)
        tap.setsockopt(_SOL_PACKET, _PACKET_IGNORE_OUTGOING, 1)
        self._add(_Tap(name, tap, withheld=0))
        tap.bind((links.FAR_DEVICE, _ALL_PROTOCOLS))

    def watch_node(self, lab: Lab, version: int, protocol: int) -> None:
        """The node filters for itself: only a socket of the protocol gets what its rules let through."""
        family = socket.AF_INET if version == 4 else socket.AF_INET6
        withheld = 0 if version == 4 else _IPV6_HEADER_BYTES
        self._add(_Tap(NODE, lab.node.socket(family, socket.SOCK_RAW, protocol), withheld))

    def arrivals(self) -> Iterator[Arrival]:
        """Everything there is by now."""
        for key, _ in self._selector.select(0):
            tap: _Tap = key.data
            for data in _waiting(tap.socket):
                yield Arrival(tap.owner, len(data) + tap.withheld, data)

    def check_complete(self) -> None:
        for tap in self._taps:
            memory = tap.socket.getsockopt(socket.SOL_SOCKET, _SO_MEMINFO, _MEMINFO.size)
            if dropped := _MEMINFO.unpack(memory)[_MEMINFO_DROPS]:
                raise LabFailed(f"the capture at `{tap.owner}` lost {dropped} packet(s)")

    def close(self) -> None:
        self._selector.close()
        close_together(tap.socket for tap in self._taps)

    def _add(self, tap: _Tap) -> None:
        self._taps.append(tap)
        tap.socket.settimeout(0)
        _enlarge_buffer(tap.socket)
        self._selector.register(tap.socket, selectors.EVENT_READ, tap)


class Markers:
    """Knows when everything sent before has been delivered or dropped.

    The kernel hands a frame from one end of a cable to the other through a queue of the sending CPU. On that
    same CPU, a marker sent later is delivered later, and by then the frames before it are in the queue of
    their next cable, if they have one. So one marker for each cable crossed settles it, without any waiting.
    Use only inside `on_one_cpu`.
    """

    def __init__(self, lab: Lab) -> None:
        self._sender = frame_socket(lab.outside, links.FAR_DEVICE)
        self._receiver = lab.node.socket(socket.AF_PACKET, socket.SOCK_RAW)
        self._receiver.bind((links.UPLINK, _MARKER_PROTOCOL))
        self._receiver.settimeout(_MARKER_TIMEOUT_S)
        self._sent = 0

    def settle(self) -> None:
        for _ in range(_CABLES_CROSSED):
            self._sent += 1
            marker = ethernet(links.UPLINK_MAC, links.OUTSIDE_MAC, _MARKER_PROTOCOL) + self._sent.to_bytes(8)
            self._sender.send(marker)
            try:
                received = self._receiver.recv(len(marker))
            except TimeoutError as failure:
                raise LabFailed("the lab's marker did not arrive: the kernel's queue ran over") from failure
            if received != marker:
                raise LabFailed("the lab's markers arrive out of order")

    def close(self) -> None:
        close_together([self._sender, self._receiver])


@contextmanager
def on_one_cpu() -> Iterator[None]:
    """Keeps the calling thread on one CPU until the block ends."""
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(allowed)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, allowed)


def frame_socket(namespace: NetNs, device: str) -> socket.socket:
    """For sending whole Ethernet frames; receives none."""
    frames = namespace.socket(socket.AF_PACKET, socket.SOCK_RAW)
    frames.bind((device, 0))
    return frames


def close_together(sockets: Iterable[socket.socket]) -> None:
    # To close one packet socket takes the kernel 10 ms, most of it waiting; many at once take as long as one.
    with ThreadPoolExecutor(max_workers=64) as pool:
        for closing in [pool.submit(each.close) for each in sockets]:
            closing.result()


@cache
def ethernet(destination: str, source: str, protocol: int) -> bytes:
    return bytes.fromhex((destination + source).replace(":", "")) + protocol.to_bytes(2, "big")


def _waiting(source: socket.socket) -> Iterator[bytes]:
    while True:
        try:
            yield source.recv(65536)
        except BlockingIOError:
            return


def _enlarge_buffer(receiver: socket.socket) -> None:
    try:
        receiver.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, _BUFFER_BYTES)
    except PermissionError:
        # Root of a user namespace gets what the machine allows to everybody.
        receiver.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER_BYTES)
