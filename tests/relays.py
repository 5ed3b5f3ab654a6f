"""Loopbacks of several namespaces joined: what connects to a port of one is passed on to a port of another."""

import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

from percale.host.netns import NetNs


@contextmanager
def relayed(port: int, *namespaces: NetNs) -> Iterator[None]:
    """A server of this namespace is found at the same port of those."""
    with ExitStack() as held:
        here = held.enter_context(NetNs.current())
        for one in namespaces:
            held.enter_context(_relay(one, port, here, port))
        yield


@contextmanager
def relayed_from(namespace: NetNs, port: int) -> Iterator[int]:
    """A server of that namespace is found at a port of this one."""
    with NetNs.current() as here, _relay(here, 0, namespace, port) as own:
        yield own


@contextmanager
def _relay(namespace: NetNs, port: int, other: NetNs, to: int) -> Iterator[int]:
    with namespace.socket(socket.AF_INET, socket.SOCK_STREAM) as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind(("127.0.0.1", port))
        server.listen()
        threading.Thread(target=_accept, args=(server, other, to), daemon=True).start()
        yield server.getsockname()[1]
        # Closing alone does not wake who accepts.
        server.shutdown(socket.SHUT_RDWR)


def _accept(server: socket.socket, other: NetNs, to: int) -> None:
    with suppress(OSError):
        while True:
            came, _ = server.accept()
            threading.Thread(target=_link, args=(came, other, to), daemon=True).start()


def _link(came: socket.socket, other: NetNs, to: int) -> None:
    with suppress(OSError), came, other.socket(socket.AF_INET, socket.SOCK_STREAM) as on:
        on.connect(("127.0.0.1", to))
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
