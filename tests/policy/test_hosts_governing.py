"""Which host endpoint governs an interface, and which interfaces `*` covers.

Source: Calico's felix/rules/endpoints.go.
"""

from dataclasses import replace
from typing import Any

import pytest

from builders import BRIDGE, DOCKER, HOST, NODE, UPLINK, VETH, Manifest, host_endpoint, hosted
from percale.policy.world import Node


def by_address(name: str, *addresses: str, **spec: Any) -> Manifest:
    return host_endpoint(name, "", expectedIPs=addresses, **spec)


ENDPOINTS: list[tuple[str, list[Manifest], str, str | None]] = [
    ("none at all", [], UPLINK, None),
    ("by name", [host_endpoint("x", UPLINK)], UPLINK, "x"),
    ("by another name", [host_endpoint("x", "eth1")], UPLINK, None),
    ("a name is no prefix", [host_endpoint("x", "eth")], UPLINK, None),
    ("of another node", [host_endpoint("x", UPLINK, node="n2")], UPLINK, None),
    ("of a node by its full name", [host_endpoint("x", UPLINK, node="n1.lan")], UPLINK, None),
    ("by an address on it", [by_address("x", HOST)], UPLINK, "x"),
    ("by one of several addresses", [by_address("x", "192.0.2.200", HOST)], UPLINK, "x"),
    ("by an address on another interface", [by_address("x", BRIDGE)], UPLINK, None),
    ("by an address that is nowhere", [by_address("x", "192.0.2.200")], UPLINK, None),
    ("a name leaves addresses out of account", [host_endpoint("x", "eth1", expectedIPs=[HOST])], UPLINK, None),
    ("a name with addresses of elsewhere", [host_endpoint("x", UPLINK, expectedIPs=["192.0.2.200"])], UPLINK, "x"),
    ("the wildcard", [host_endpoint("x")], UPLINK, "x"),
    ("the wildcard on a bridge", [host_endpoint("x")], DOCKER, "x"),
    ("the wildcard on loopback", [host_endpoint("x")], "lo", "x"),
    ("the wildcard on a pod's interface", [host_endpoint("x")], VETH, "x"),
    ("the wildcard on an interface nobody knows", [host_endpoint("x")], "wlan0", "x"),
    ("the wildcard of another node", [host_endpoint("x", node="n2")], UPLINK, None),
    ("a name before the wildcard", [host_endpoint("a"), host_endpoint("x", UPLINK)], UPLINK, "x"),
    ("an address before the wildcard", [host_endpoint("a"), by_address("x", HOST)], UPLINK, "x"),
    ("the wildcard beside a name", [host_endpoint("a"), host_endpoint("x", UPLINK)], DOCKER, "a"),
    ("the lower of two names", [host_endpoint("y", UPLINK), host_endpoint("x", UPLINK)], UPLINK, "x"),
    ("the lower of two by address", [by_address("y", HOST), by_address("x", HOST)], UPLINK, "x"),
    ("the lower of two wildcards", [host_endpoint("y"), host_endpoint("x")], UPLINK, "x"),
    ("a name is no better than an address", [host_endpoint("y", UPLINK), by_address("x", HOST)], UPLINK, "x"),
    ("an address is no better than a name", [by_address("y", HOST), host_endpoint("x", UPLINK)], UPLINK, "x"),
    ("a pod's interface has none of its own", [host_endpoint("x", VETH)], VETH, None),
    ("a pod's interface by name and wildcard", [host_endpoint("x", VETH), host_endpoint("y")], VETH, "y"),
]


@pytest.mark.parametrize(
    ("manifests", "interface", "expected"), [pytest.param(*row[1:], id=row[0]) for row in ENDPOINTS]
)
def test_an_interface_is_governed_by_one_host_endpoint(
    manifests: list[Manifest], interface: str, expected: str | None
) -> None:
    for arrangement in (manifests, manifests[::-1]):
        found = hosted(*arrangement).host_endpoint(NODE, interface)
        assert (found and found.name) == expected


def test_addresses_find_no_interface_of_a_node_that_nobody_describes() -> None:
    here = replace(hosted(by_address("x", HOST), host_endpoint("y", UPLINK)), nodes=())
    found = here.host_endpoint(NODE, UPLINK)
    assert found
    assert found.name == "y"


def test_an_address_finds_no_interface_of_a_pod() -> None:
    here = replace(
        hosted(by_address("x", HOST)), nodes=(Node(NODE, interfaces={}, workload_interfaces=frozenset({VETH})),)
    )
    assert here.host_endpoint(NODE, VETH) is None
