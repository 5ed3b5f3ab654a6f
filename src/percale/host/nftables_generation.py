"""The number that the kernel gives to each state of nftables, every program's transactions counted."""

import os
import socket
import struct

_NETLINK_NETFILTER = 12
_GET_GENERATION = 10 << 8 | 16
_REQUEST = 1
_HEADER = struct.Struct("=IHHII")
_ERROR = 2
_FAMILY = b"\0\0\0\0"
#: After the header and the family: the attribute's length and type, and then the number.
_NUMBER = struct.Struct("!I")
_NUMBER_AT = _HEADER.size + len(_FAMILY) + 4


class Generation:
    """Of the network namespace that it was made in."""

    def __init__(self) -> None:
        self._netlink = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, _NETLINK_NETFILTER)
        self._netlink.bind((0, 0))
        self._request = _HEADER.pack(_HEADER.size + len(_FAMILY), _GET_GENERATION, _REQUEST, 1, 0) + _FAMILY

    def __call__(self) -> int:
        self._netlink.send(self._request)
        answer = self._netlink.recv(4096)
        _, kind, _, _, _ = _HEADER.unpack_from(answer)
        if kind == _ERROR:
            (error,) = struct.unpack_from("=i", answer, _HEADER.size)
            raise OSError(-error, f"nftables: {os.strerror(-error)}")
        (number,) = _NUMBER.unpack_from(answer, _NUMBER_AT)
        return int(number)

    def close(self) -> None:
        self._netlink.close()
