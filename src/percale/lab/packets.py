"""Sends raw packets through the lab and tells which of them arrive."""

import secrets
import socket
import struct
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from types import MappingProxyType

from percale.host.conntrack import forget_flows
from percale.lab import links
from percale.lab.capture import Captures, Markers, close_together, ethernet, frame_socket, on_one_cpu
from percale.lab.frames import ip_packet
from percale.lab.layout import NODE, OUTSIDE
from percale.lab.topology import Lab
from percale.traffic.addresses import Address
from percale.traffic.packet import Packet

Sent = tuple[str, Packet]
_Flow = tuple[object, ...]

#: Small enough for the smallest receive buffer a kernel allows, and far below its queue of 1000 frames.
_SENT_AT_ONCE = 64
_TAG = struct.Struct("!III")
_MAGIC = 0x50435200
_ETHERTYPE = {4: 0x0800, 6: 0x86DD}
_ANY_PROTOCOL = 255


def send_all(
    lab: Lab, packets: Sequence[Sent], *, translated: Mapping[int, Address] = MappingProxyType({})
) -> frozenset[int]:
    """The indexes of the packets that reach the namespace their destination address belongs to.

    `translated` is the destination that the node's NAT gives to a packet, by its index, where it gives another.

    The sender of each is a pod, `node` or `outside`; the packet's source may be forged. Every packet counts
    as the first of its flow: the node forgets its flows before, and a packet that would look like the answer
    to another one waits until that one is forgotten too.
    """
    run = _Run(lab, packets, translated)
    with closing(run), on_one_cpu():
        for indexes in _without_answers(packets):
            forget_flows(lab.node)
            run.send(indexes)
    return frozenset(run.arrived)


class _Run:
    """The sockets and the score of one `send_all`."""

    def __init__(self, lab: Lab, packets: Sequence[Sent], translated: Mapping[int, Address]) -> None:
        self._lab = lab
        self._packets = packets
        self._series = secrets.randbits(32)
        self._contents = [self._content(index) for index in range(len(packets))]
        self._receivers = [
            lab.owner_of(translated.get(index, packet.destination)) for index, (_, packet) in enumerate(packets)
        ]
        self._senders: dict[tuple[str, int], socket.socket] = {}
        self._captures = Captures()
        self._markers = Markers(lab)
        self.arrived: set[int] = set()
        self._watch()

    def send(self, indexes: Sequence[int]) -> None:
        for start in range(0, len(indexes), _SENT_AT_ONCE):
            for index in indexes[start : start + _SENT_AT_ONCE]:
                self._send_one(index)
            self._markers.settle()
            self._collect()
        self._captures.check_complete()

    def close(self) -> None:
        self._captures.close()
        self._markers.close()
        close_together(self._senders.values())

    def _content(self, index: int) -> bytes:
        tag = _TAG.pack(_MAGIC, self._series, index)
        return ip_packet(self._packets[index][1], tag, flow=self._series + index)

    def _watch(self) -> None:
        for name in {name for name in self._receivers if name and name != NODE}:
            self._captures.watch(self._lab, name)
        to_node = (packet for (_, packet), name in zip(self._packets, self._receivers, strict=True) if name == NODE)
        for version, protocol in {(packet.version, packet.protocol) for packet in to_node}:
            self._captures.watch_node(self._lab, version, protocol)

    def _send_one(self, index: int) -> None:
        name, packet = self._packets[index]
        sender = self._senders.get((name, packet.version)) or self._sender(name, packet.version)
        content = self._contents[index]
        if name == NODE:
            _send_by_routing(sender, content, packet)
        else:
            hop = self._lab.next_hop_mac(name, packet.destination)
            own = links.OUTSIDE_MAC if name == OUTSIDE else self._lab.mac_of(name)
            sender.send(ethernet(hop, own, _ETHERTYPE[packet.version]) + content)

    def _sender(self, name: str, version: int) -> socket.socket:
        if name == NODE:
            family = socket.AF_INET if version == 4 else socket.AF_INET6
            sender = self._lab.node.socket(family, socket.SOCK_RAW, _ANY_PROTOCOL)
        else:
            sender = frame_socket(self._lab.namespace(name), links.FAR_DEVICE)
        self._senders[name, version] = sender
        return sender

    def _collect(self) -> None:
        for arrival in self._captures.arrivals():
            magic, series, index = _TAG.unpack(arrival.data[-_TAG.size :].rjust(_TAG.size))
            # An error message about one of our packets ends like it, and is longer.
            if (
                (magic, series) == (_MAGIC, self._series)
                and arrival.receiver == self._receivers[index]
                and arrival.length == len(self._contents[index])
            ):
                self.arrived.add(index)


def _send_by_routing(sender: socket.socket, content: bytes, packet: Packet) -> None:
    # This is what the kernel says where the node's own output rules drop or reject.
    with suppress(PermissionError, ConnectionRefusedError):
        sender.sendto(content, (str(packet.destination), 0))


def _without_answers(packets: Sequence[Sent]) -> tuple[list[int], list[int]]:
    """Two rounds, neither of which holds two packets of opposite directions of one flow."""
    first: list[int] = []
    second: list[int] = []
    started: set[_Flow] = set()
    for index, (_, packet) in enumerate(packets):
        if _flow(packet, index, backwards=True) in started:
            second.append(index)
        else:
            started.add(_flow(packet, index, backwards=False))
            first.append(index)
    return first, second


def _flow(packet: Packet, index: int, *, backwards: bool) -> _Flow:
    near = (packet.source, packet.source_port if packet.has_ports else 0)
    far = (packet.destination, packet.destination_port if packet.has_ports else 0)
    own_identifier = index if packet.is_icmp else None
    return (packet.protocol, own_identifier, *((far, near) if backwards else (near, far)))
