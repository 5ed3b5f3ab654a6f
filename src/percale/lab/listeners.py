"""Servers in the lab's pods, all of them in one thread of this process."""

import selectors
import socket
import threading
from functools import partial
from itertools import product
from types import TracebackType
from typing import Self

from percale.lab.layout import LabPod
from percale.lab.topology import Lab
from percale.traffic.addresses import Address
from percale.traffic.protocols import TCP, UDP

#: Short of it, the kernel drops connections that a policy allowed.
_BACKLOG = 4096
_DATAGRAM_BYTES = 2048


class Listeners:
    """Every port of every pod: TCP says the pod's name and hangs up, UDP repeats what it is told.

    Ports of other protocols are left alone: what is sent to those is seen on the wire.
    """

    def __init__(self, lab: Lab) -> None:
        self._selector = selectors.DefaultSelector()
        self._wake, self._woken = socket.socketpair()
        self._selector.register(self._woken, selectors.EVENT_READ)
        self._sockets = [self._wake, self._woken]
        self._thread = threading.Thread(target=self._serve, name="lab-listeners", daemon=True)
        try:
            for pod in lab.workloads.values():
                self._listen(lab, pod)
        except BaseException:
            self._close_sockets()
            raise
        self._thread.start()

    def close(self) -> None:
        self._wake.send(b"\0")
        self._thread.join()
        self._close_sockets()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _listen(self, lab: Lab, pod: LabPod) -> None:
        for listen, address in product(pod.ports, pod.addresses):
            if listen.protocol == TCP:
                server = self._bound(lab, pod, socket.SOCK_STREAM, address, listen.port)
                server.listen(_BACKLOG)
                answer = partial(_greet, server, f"{pod.name}\n".encode())
            elif listen.protocol == UDP:
                server = self._bound(lab, pod, socket.SOCK_DGRAM, address, listen.port)
                answer = partial(_echo, server)
            else:
                continue
            self._selector.register(server, selectors.EVENT_READ, answer)

    def _bound(self, lab: Lab, pod: LabPod, kind: int, address: Address, port: int) -> socket.socket:
        family = socket.AF_INET if address.version == 4 else socket.AF_INET6
        server = lab.pods[pod.name].socket(family, kind)
        self._sockets.append(server)
        server.settimeout(0)
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind((str(address), port))
        return server

    def _serve(self) -> None:
        while True:
            for key, _ in self._selector.select():
                if key.fileobj is self._woken:
                    return
                key.data()

    def _close_sockets(self) -> None:
        self._selector.close()
        for each in self._sockets:
            each.close()


def _greet(server: socket.socket, banner: bytes) -> None:
    while True:
        try:
            connection, _ = server.accept()
        except BlockingIOError:
            return
        except ConnectionError:
            continue
        with connection:
            try:
                connection.send(banner)
            except ConnectionError:
                continue


def _echo(server: socket.socket) -> None:
    while True:
        try:
            data, client = server.recvfrom(_DATAGRAM_BYTES)
            server.sendto(data, client)
        except BlockingIOError:
            return
        except OSError:
            # An earlier answer was refused, or has no way back now: the one who asked notices.
            continue
