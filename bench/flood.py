"""The same packet again and again, sent faster than Python can loop."""

import ctypes
import os
from pathlib import Path

from percale.errors import PercaleError
from percale.lab import links
from percale.lab.capture import ethernet, frame_socket
from percale.lab.frames import ip_packet
from percale.lab.topology import Lab
from percale.traffic.packet import Packet

_IPV4 = 0x0800
#: One system call's worth, well below the 1000 frames of the kernel's queue for each CPU.
_AT_ONCE = 256

_libc = ctypes.CDLL(None, use_errno=True)


class _Piece(ctypes.Structure):
    """`struct iovec`."""

    _fields_ = (("base", ctypes.c_void_p), ("length", ctypes.c_size_t))


class _Header(ctypes.Structure):
    """`struct msghdr`, whose end is padding."""

    _fields_ = (
        ("name", ctypes.c_void_p),
        ("name_length", ctypes.c_uint),
        ("pieces", ctypes.POINTER(_Piece)),
        ("piece_count", ctypes.c_size_t),
        ("control", ctypes.c_void_p),
        ("control_length", ctypes.c_size_t),
        ("flags", ctypes.c_int),
    )


class _Message(ctypes.Structure):
    """`struct mmsghdr`."""

    _fields_ = (("header", _Header), ("sent", ctypes.c_uint))


class Flood:
    """One packet of one pod, ready to be sent any number of times."""

    def __init__(self, lab: Lab, sender: str, packet: Packet) -> None:
        header = ethernet(lab.next_hop_mac(sender, packet.destination), lab.mac_of(sender), _IPV4)
        self._frame = ctypes.create_string_buffer(header + ip_packet(packet, b"", flow=0))
        piece = _Piece(ctypes.addressof(self._frame), len(self._frame) - 1)
        message = _Message(_Header(pieces=ctypes.pointer(piece), piece_count=1))
        self._messages = (_Message * _AT_ONCE)(*[message] * _AT_ONCE)
        self._kept_alive = piece
        self._socket = frame_socket(lab.namespace(sender), links.FAR_DEVICE)

    def send(self, packets: int) -> None:
        """A multiple of `_AT_ONCE` is sent quickest."""
        while packets > 0:
            count = min(packets, _AT_ONCE)
            sent = _libc.sendmmsg(self._socket.fileno(), self._messages, count, 0)
            if sent < 0:
                number = ctypes.get_errno()
                raise OSError(number, f"sendmmsg: {os.strerror(number)}")
            packets -= sent

    def close(self) -> None:
        self._socket.close()


class Received:
    """How many frames came out of the cable in a pod."""

    def __init__(self, lab: Lab, pod: str) -> None:
        with lab.namespace(pod).entered():
            # /sys shows the namespace it was mounted in; this one follows the thread that opens it.
            self._counters = Path("/proc/thread-self/net/dev").open(encoding="ascii")  # noqa: SIM115

    def count(self) -> int:
        self._counters.seek(0)
        for line in self._counters:
            device, _, numbers = line.partition(":")
            if device.strip() == links.FAR_DEVICE:
                return int(numbers.split()[1])
        raise PercaleError(f"the pod has no `{links.FAR_DEVICE}`")

    def close(self) -> None:
        self._counters.close()


def swallow_udp(lab: Lab, pod: str) -> None:
    """What arrives is counted and gone, where the pod would answer that nobody listens."""
    hook = f"type filter hook ingress device {links.FAR_DEVICE} priority 0; policy accept;"
    rules = f"table netdev bench {{\nchain swallow {{\n{hook}\nmeta l4proto udp drop\n}}\n}}\n"
    lab.namespace(pod).run(("nft", "-f", "-"), stdin=rules)
