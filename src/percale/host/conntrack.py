"""The kernel's memory of connections."""

import os
import socket
import struct

from percale.host.netns import NetNs

_NETLINK_NETFILTER = 12
_DELETE_FLOWS = 1 << 8 | 2
_REQUEST_WITH_ANSWER = 1 | 4
_HEADER = "=IHHII"


def forget_flows(namespace: NetNs) -> None:
    """Every next packet is the first of its flow again. Needs no `conntrack` program."""
    anything = struct.pack("=BBH", socket.AF_UNSPEC, 0, 0)
    length = struct.calcsize(_HEADER) + len(anything)
    with namespace.socket(socket.AF_NETLINK, socket.SOCK_RAW, _NETLINK_NETFILTER) as netlink:
        netlink.send(struct.pack(_HEADER, length, _DELETE_FLOWS, _REQUEST_WITH_ANSWER, 1, 0) + anything)
        (error,) = struct.unpack_from("=i", netlink.recv(4096), struct.calcsize(_HEADER))
    if error:
        raise OSError(-error, f"conntrack: {os.strerror(-error)}")
