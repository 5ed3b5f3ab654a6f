"""Real TCP connections between two pods, opened, used and torn down."""

import socket
import struct

from percale.lab.topology import Lab
from percale.traffic.addresses import Address

#: Connections that are open at once.
_IN_FLIGHT = 32
_RESET_ON_CLOSE = struct.pack("=ii", 1, 0)
#: The kernel's own limit on waiting: Python's would cost two system calls for each real one.
_PATIENCE = struct.pack("@ll", 2, 0)


class Connections:
    """A client and a server in one thread.

    On one CPU each packet is delivered while its sender is still in its system call, so no call ever waits: both
    pods' work and the node's between them is the thread's own CPU time.
    """

    def __init__(self, lab: Lab, client: str, server: str, address: Address, port: int) -> None:
        self._client = lab.namespace(client)
        self._target = (str(address), port)
        self._listener = lab.namespace(server).socket(socket.AF_INET, socket.SOCK_STREAM)
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, _PATIENCE)
        self._listener.bind(self._target)
        self._listener.listen(2 * _IN_FLIGHT)

    def make(self, count: int) -> None:
        with self._client.entered():
            for _ in range(count // _IN_FLIGHT):
                self._make_some()

    def close(self) -> None:
        self._listener.close()

    def _make_some(self) -> None:
        clients = []
        for _ in range(_IN_FLIGHT):
            one = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
            one.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, _PATIENCE)
            one.connect(self._target)
            one.send(b"?")
            clients.append(one)
        servers = []
        for _ in range(_IN_FLIGHT):
            one, _ = self._listener.accept()
            one.recv(1)
            one.send(b"!")
            servers.append(one)
        for one in clients:
            one.recv(1)
            one.close()
        for one in servers:
            one.close()
