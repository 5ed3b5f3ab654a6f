"""Servers of this namespace on the loopback of others: what connects there is passed on to the same port here."""

import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

from percale.host.netns import NetNs


@contextmanager
def relayed(port: int, *namespaces: NetNs) -> Iterator[None]:
    with ExitStack() as listening:
        for one in namespaces:
            server = listening.enter_context(one.socket(socket.AF_INET, socket.SOCK_STREAM))
            server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            server.bind(("127.0.0.1", port))
            server.listen()
            threading.Thread(target=_accept, args=(server, port), daemon=True).start()
            # Closing alone does not wake who accepts.
            listening.callback(server.shutdown, socket.SHUT_RDWR)
        yield


def _accept(server: socket.socket, port: int) -> None:
    with suppress(OSError):
        while True:
            came, _ = server.accept()
            threading.Thread(target=_link, args=(came, port), daemon=True).start()


def _link(came: socket.socket, port: int) -> None:
    with suppress(OSError), came, socket.create_connection(("127.0.0.1", port)) as on:
        back = threading.Thread(target=_pump, args=(on, came), daemon=True)
        back.start()
        _pump(came, on)
        back.join()


def _pump(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while more := source.recv(65536):
            target.sendall(more)
    for one in (source, target):
        with suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
