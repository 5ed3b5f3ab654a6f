"""Live connections when policy turns against them: kept, or cut in both directions."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from agents import PATIENCE_S, put
from kernel_support import require_namespaces
from percale.datastore.interface import Datastore
from percale.lab.topology import Lab
from shop_lab import ADDRESSES, CLIENT, PORT, SERVER, STRANGER, build_shop, enforced, only_from

pytestmark = pytest.mark.kernel

Ends = tuple[socket.socket, socket.socket]
#: How long nothing must be heard of what is cut; what passes takes less than a thousandth of it.
_SILENCE_S = 1.5
_WORD = b"*"


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    require_namespaces()
    with build_shop() as built:
        yield built


@contextmanager
def connected(lab: Lab, source: str, destination: str, kind: socket.SocketKind, version: int = 4) -> Iterator[Ends]:
    """A flow that has been answered, by its two ends."""
    (to,) = (one for one in ADDRESSES[destination] if one.version == version)
    family = socket.AF_INET if version == 4 else socket.AF_INET6
    with ExitStack() as held:
        server = held.enter_context(lab.pods[destination].socket(family, kind))
        client = held.enter_context(lab.pods[source].socket(family, kind))
        client.settimeout(PATIENCE_S)
        server.settimeout(PATIENCE_S)
        server.bind((str(to), PORT))
        if kind is socket.SOCK_STREAM:
            server.listen()
            client.connect((str(to), PORT))
            far, _ = server.accept()
            held.enter_context(far).settimeout(PATIENCE_S)
        else:
            client.connect((str(to), PORT))
            client.send(b"opened")
            _, peer = server.recvfrom(100)
            server.connect(peer)
            far = server
        yield client, far
        # Closed without a word, so that the next one may have the same ports.
        for one in (client, far):
            if kind is socket.SOCK_STREAM:
                one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")


def expect_both_ways(ends: Ends) -> None:
    for near, far in (ends, ends[::-1]):
        near.send(_WORD)
        # What was sent before and held up may come first.
        while _WORD not in far.recv(1000):
            pass


def expect_silence(ends: Ends) -> None:
    """Whoever speaks: also the end that was sent to, from which policy would let a new flow through."""
    client, server = ends
    server.send(b"from the server")
    client.send(b"from the client")
    for one in ends:
        one.settimeout(_SILENCE_S)
        with pytest.raises(TimeoutError):
            one.recv(1000)
        one.settimeout(PATIENCE_S)


@pytest.mark.parametrize("kind", [socket.SOCK_STREAM, socket.SOCK_DGRAM])
def test_by_default_a_live_connection_is_kept(
    lab: Lab, sqlite: tuple[Datastore, dict[str, str]], kind: socket.SocketKind
) -> None:
    with enforced(lab, *sqlite) as agent, connected(lab, CLIENT, SERVER, kind) as flow:
        expect_both_ways(flow)
        put(sqlite[0], only_from("nobody"))
        agent.until_caught_up(sqlite[0])
        expect_both_ways(flow)


@pytest.mark.parametrize("version", [4, 6])
@pytest.mark.parametrize("kind", [socket.SOCK_STREAM, socket.SOCK_DGRAM])
def test_on_request_it_is_cut_and_others_are_not(
    lab: Lab, sqlite: tuple[Datastore, dict[str, str]], kind: socket.SocketKind, version: int
) -> None:
    store = sqlite[0]
    with (
        enforced(lab, *sqlite, "--established", "cut") as agent,
        connected(lab, CLIENT, SERVER, kind, version) as flow,
        connected(lab, CLIENT, STRANGER, kind, version) as other,
    ):
        expect_both_ways(flow)
        expect_both_ways(other)
        put(store, only_from("nobody"))
        agent.until_caught_up(store)
        expect_silence(flow)
        expect_both_ways(other)
        put(store, only_from("client"))
        agent.until_caught_up(store)
        # TCP sends again by itself what was lost; of UDP it is gone.
        expect_both_ways(flow)
        expect_both_ways(other)
