"""Links, addresses, routes and neighbours as a namespace has them."""

from collections.abc import Iterator
from contextlib import closing
from ipaddress import ip_address, ip_network

import pytest

from kernel_support import require_namespaces
from percale.host.netns import NetNs
from percale.host.network import HostNetwork, NetworkChanges, OnLink, read_network

pytestmark = pytest.mark.kernel

_LINES = """link set lo up
link add br0 address 02:00:00:00:00:01 type bridge
link set br0 up
address add 10.1.0.1/24 dev br0
link add veth0 type veth peer name far
link set veth0 master br0
link set veth0 up
link set far up
link add pod0 type veth peer name far0
link set pod0 up
link set far0 up
route add 10.2.0.7/32 dev pod0
route add blackhole 10.3.0.0/26
route add 10.4.0.0/16 via 10.1.0.254
neighbour add 10.1.0.9 lladdr 02:00:00:00:00:09 dev br0 nud permanent
"""


@pytest.fixture
def namespace() -> Iterator[NetNs]:
    require_namespaces()
    with NetNs.create() as one:
        one.run(("ip", "-batch", "-"), stdin=_LINES)
        one.run(("bridge", "fdb", "add", "02:00:00:00:00:09", "dev", "veth0", "master", "static"))
        yield one


def read(namespace: NetNs) -> HostNetwork:
    with namespace.entered():
        return read_network()


def test_the_network_is_read(namespace: NetNs) -> None:
    found = read(namespace)
    assert found.addresses["br0"][0] == ip_address("10.1.0.1")
    assert found.bridges == {"br0"}
    assert found.masters == {"veth0": "br0"}
    assert found.ports == {ip_address("10.1.0.9"): "veth0"}
    assert found.blackholes == {ip_network("10.3.0.0/26")}
    assert found.on_link[ip_network("10.2.0.7/32")] == "pod0"
    assert ip_network("10.4.0.0/16") not in found.on_link


@pytest.mark.parametrize(
    ("to", "route"),
    [
        ("10.2.0.7", OnLink(ip_network("10.2.0.7/32"), "pod0")),
        ("10.1.0.200", OnLink(ip_network("10.1.0.0/24"), "br0")),
        ("10.2.0.8", None),
    ],
)
def test_the_narrowest_route_counts(namespace: NetNs, to: str, route: OnLink | None) -> None:
    assert read(namespace).narrowest(ip_address(to)) == route


def test_changes_are_heard(namespace: NetNs) -> None:
    with namespace.entered():
        changes = NetworkChanges()
    with closing(changes):
        while changes.wait(0.2):
            """What the links themselves still do."""
        namespace.run(("ip", "route", "add", "10.2.0.8/32", "dev", "pod0"))
        assert changes.wait(60)
        assert not changes.wait(0)
