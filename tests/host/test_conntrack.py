"""Forgetting connections."""

import socket

import pytest

from percale.host.conntrack import forget_flows
from percale.host.netns import NetNs

pytestmark = pytest.mark.kernel

_ANSWERS_ONLY = """
table inet t {
    chain i {
        type filter hook input priority 0; policy drop;
        ct state established accept
        udp dport 53 accept
    }
}
"""


def _arrives(receiver: socket.socket) -> bool:
    try:
        return receiver.recv(10) == b"x"
    except TimeoutError:
        return False


def test_after_forgetting_an_answer_is_a_new_flow() -> None:
    with NetNs.create() as namespace:
        namespace.run(("ip", "link", "set", "lo", "up"))
        namespace.run(("nft", "-f", "-"), stdin=_ANSWERS_ONLY)
        udp = (socket.AF_INET, socket.SOCK_DGRAM)
        with namespace.socket(*udp) as server, namespace.socket(*udp) as client:
            server.bind(("127.0.0.1", 53))
            client.bind(("127.0.0.1", 5000))
            client.settimeout(0.05)
            client.sendto(b"x", ("127.0.0.1", 53))
            server.sendto(b"x", ("127.0.0.1", 5000))
            assert _arrives(client)
            forget_flows(namespace)
            server.sendto(b"x", ("127.0.0.1", 5000))
            assert not _arrives(client)
