"""Host endpoints that the node controller would make.

Source: Calico's libcalico-go/lib/apis/internalapi/node.go.
"""

from typing import Any

import pytest

from builders import (
    CALICO,
    HOST,
    NODE,
    OUTSIDE,
    UPLINK,
    Manifest,
    allow,
    allowed,
    calico_node,
    deny,
    host_endpoint,
    hosted,
    policy,
    resource,
    stopped,
    tcp,
    world,
)
from percale.policy.endpoints import Endpoint

BY = {"projectcalico.org/created-by": "calico-kube-controllers"}
OWN = {"to host", "from host", "container to host", "host to container", "loopback in", "loopback out"}


def making(*templates: Manifest, default: str = "Enabled", created: str = "Enabled") -> Manifest:
    wanted = {"autoCreate": created, "createDefaultHostEndpoint": default, "templates": templates}
    controllers = {"node": {"hostEndpoint": wanted}}
    return resource(CALICO, "KubeControllersConfiguration", "default", spec={"controllers": controllers})


def kubernetes_node(name: str, labels: dict[str, str] | None = None, **addresses: str) -> Manifest:
    listed = [{"type": kind, "address": at} for kind, at in addresses.items()]
    return resource("v1", "Node", name, labels, status={"addresses": listed})


def template(name: str = "t", **fields: Any) -> Manifest:
    return {"generateName": name, **fields}


def made(*manifests: Manifest) -> dict[str, Endpoint]:
    return {one.name: one for one in world(*manifests).host_endpoints}


def addresses(one: Endpoint) -> set[str]:
    return {str(at) for at in one.addresses}


@pytest.mark.parametrize("node", [kubernetes_node("n1", {"zone": "a"}), calico_node("n1", {"zone": "a"})], ids=str)
def test_a_node_gets_one_for_every_interface(node: Manifest) -> None:
    (one,) = made(making(), node).values()
    assert (one.name, one.node, one.interface) == ("n1-auto-hep", "n1", "*")
    assert one.profiles == ("projectcalico-default-allow",)
    assert one.labels == {"zone": "a"} | BY


@pytest.mark.parametrize(
    ("configuration", "expected"),
    [
        (making(), {"n1-auto-hep", "n2-auto-hep"}),
        (making(created="Disabled"), set()),
        (making(default="Disabled"), set()),
        (making(template(interfaceCIDRs=["10.0.0.0/8"]), created="Disabled"), set()),
        (resource(CALICO, "KubeControllersConfiguration", "default"), set()),
        (resource(CALICO, "KubeControllersConfiguration", "default", spec={"controllers": {"node": {}}}), set()),
    ],
    ids=lambda value: ", ".join(sorted(value)) or "none" if isinstance(value, set) else "",
)
def test_whether_any_are_made_is_configured(configuration: Manifest, expected: set[str]) -> None:
    assert made(configuration, calico_node("n1"), kubernetes_node("n2")).keys() == expected


def test_a_node_that_both_describe_gets_one_with_the_labels_of_both() -> None:
    nodes = (kubernetes_node("n1", {"zone": "a", "x": "1"}, InternalIP="10.0.0.1"), calico_node("n1", {"x": "2"}))
    (one,) = made(making(), *nodes).values()
    assert (one.labels, addresses(one)) == ({"zone": "a", "x": "2"} | BY, {"10.0.0.1"})


#: What a node's description adds to the addresses by which selectors know its host endpoint.
KNOWN: list[tuple[str, Manifest, set[str]]] = [
    ("Kubernetes, internal", kubernetes_node("n1", InternalIP="10.0.0.1"), {"10.0.0.1"}),
    ("Kubernetes, external", kubernetes_node("n1", ExternalIP="198.51.100.7"), set()),
    ("Kubernetes, a name", kubernetes_node("n1", Hostname="n1"), set()),
    (
        "BGP and IPIP",
        calico_node(
            "n1", bgp={"ipv4Address": "10.0.0.1/24", "ipv6Address": "fd00::1/64", "ipv4IPIPTunnelAddr": "10.9.0.1"}
        ),
        {"10.0.0.1", "fd00::1", "10.9.0.1"},
    ),
    (
        "VXLAN",
        calico_node("n1", ipv4VXLANTunnelAddr="10.9.0.2", ipv6VXLANTunnelAddr="fd09::2"),
        {"10.9.0.2", "fd09::2"},
    ),
    (
        "WireGuard",
        calico_node("n1", wireguard={"interfaceIPv4Address": "10.9.0.3", "interfaceIPv6Address": "fd09::3"}),
        {"10.9.0.3", "fd09::3"},
    ),
    ("internal", calico_node("n1", addresses=[{"address": "10.0.0.1", "type": "InternalIP"}]), {"10.0.0.1"}),
    ("external", calico_node("n1", addresses=[{"address": "198.51.100.7", "type": "ExternalIP"}]), set()),
    ("interfaces", calico_node("n1", interfaces=[{"name": "eth0", "addresses": ["10.0.0.1"]}]), {"10.0.0.1"}),
]


@pytest.mark.parametrize(("node", "expected"), [pytest.param(*row[1:], id=row[0]) for row in KNOWN])
def test_it_is_known_by_the_nodes_addresses_but_external_ones(node: Manifest, expected: set[str]) -> None:
    (one,) = made(making(), node).values()
    assert addresses(one) == expected


def test_an_external_address_is_the_nodes_all_the_same() -> None:
    (node,) = world(kubernetes_node("n1", InternalIP="10.0.0.1", ExternalIP="198.51.100.7")).nodes
    assert {str(at) for at in node.addresses} == {"10.0.0.1", "198.51.100.7"}


LISTED = calico_node(
    "n1",
    {"zone": "a"},
    interfaces=[
        {"name": "eth0", "addresses": ["10.0.0.1"]},
        {"name": "eth1", "addresses": ["192.168.0.1", "fd00::1"]},
        {"name": "wlan0", "addresses": ["172.16.0.1"]},
    ],
)
TEMPLATES: list[tuple[str, Manifest, dict[str, tuple[str, set[str]]]]] = [
    ("CIDRs", template(interfaceCIDRs=["10.0.0.0/8"]), {"n1-t-auto-hep": ("", {"10.0.0.1"})}),
    (
        "several CIDRs",
        template(interfaceCIDRs=["10.0.0.0/8", "fd00::/8"]),
        {"n1-t-auto-hep": ("", {"10.0.0.1", "fd00::1"})},
    ),
    ("CIDRs without an address", template(interfaceCIDRs=["10.99.0.0/16"]), {}),
    (
        "a pattern",
        template(interfacePattern="^eth"),
        {
            "n1-t-eth0-auto-hep": ("eth0", {"10.0.0.1"}),
            "n1-t-eth1-auto-hep": ("eth1", {"192.168.0.1", "fd00::1"}),
        },
    ),
    (
        "a pattern anywhere in the name",
        template(interfacePattern="lan"),
        {"n1-t-wlan0-auto-hep": ("wlan0", {"172.16.0.1"})},
    ),
    ("a pattern that fits none", template(interfacePattern="^docker"), {}),
    (
        "a pattern, and CIDRs that add addresses",
        template(interfacePattern="^wlan0$", interfaceCIDRs=["10.0.0.0/8"]),
        {"n1-t-wlan0-auto-hep": ("wlan0", {"10.0.0.1", "172.16.0.1"})},
    ),
    (
        "a selected node",
        template(interfacePattern="eth0", nodeSelector="zone == 'a'"),
        {"n1-t-eth0-auto-hep": ("eth0", {"10.0.0.1"})},
    ),
    ("another node", template(interfacePattern="eth0", nodeSelector="zone == 'b'"), {}),
]


@pytest.mark.parametrize(("wanted", "expected"), [pytest.param(*row[1:], id=row[0]) for row in TEMPLATES])
def test_a_template_makes_its_own(wanted: Manifest, expected: dict[str, tuple[str, set[str]]]) -> None:
    found = made(making(wanted, default="Disabled"), LISTED)
    assert {name: (one.interface, addresses(one)) for name, one in found.items()} == expected


def test_a_templates_labels_win_over_the_nodes_and_lose_to_the_controllers() -> None:
    labels = {"zone": "b", "tier": "edge", "projectcalico.org/created-by": "me"}
    (one,) = made(making(template(interfacePattern="eth0", labels=labels), default="Disabled"), LISTED).values()
    assert one.labels == {"zone": "b", "tier": "edge"} | BY


def test_what_a_template_makes_lets_through_what_no_policy_is_about() -> None:
    found = made(making(template("a", interfacePattern="eth0"), template("b", interfaceCIDRs=["10.0.0.0/8"])), LISTED)
    assert {one.profiles for one in found.values()} == {("projectcalico-default-allow",)}
    assert len(found) == 3


def test_a_name_that_is_too_long_is_a_digest() -> None:
    node, name = "n" * 120, "t" * 140
    (found,) = made(
        making(template(name, interfacePattern="eth0"), default="Disabled"),
        calico_node(node, interfaces=[{"name": "eth0"}]),
    )
    assert found.endswith("-auto-hep")
    assert len(found) < 60


def test_a_written_host_endpoint_of_the_same_name_replaces_it() -> None:
    (one,) = made(making(), calico_node("n1"), host_endpoint("n1-auto-hep", "eth7")).values()
    assert one.interface == "eth7"


AUTOMATIC = (making(), calico_node(NODE, {"zone": "a"}, bgp={"ipv4Address": f"{HOST}/24"}))


@pytest.mark.parametrize(
    ("manifests", "expected"),
    [
        pytest.param([], set(), id="no policy"),
        pytest.param([policy("x", selector="zone == 'b'", ingress=[deny()])], set(), id="a policy for another zone"),
        pytest.param([policy("a/x", ingress=[allow()])], set(), id="a namespaced policy"),
        pytest.param(
            [policy("x", selector="zone == 'a'")],
            {"to host", "container to host", "loopback in"},
            id="by the node's label, default deny inwards",
        ),
        pytest.param([policy("x", selector="zone == 'a'", types=["Ingress", "Egress"])], OWN, id="both directions"),
        pytest.param([policy("x", selector="zone == 'a'", ingress=[allow()])], set(), id="allowed"),
    ],
)
def test_it_restricts_nothing_until_a_policy_selects_it(manifests: list[Manifest], expected: set[str]) -> None:
    assert stopped(hosted(*AUTOMATIC, *manifests)) == expected


def test_rules_may_name_it_by_the_nodes_labels() -> None:
    here = hosted(*AUTOMATIC, policy("x", selector="app == 'web'", ingress=[allow(source={"selector": "zone == 'a'"})]))
    far = world(*AUTOMATIC, policy("x", ingress=[allow(source={"selector": "zone == 'a'"})]))
    assert stopped(here) == {"pod in", "node port", "container to pod"}
    assert [one.interface for one in far.host_endpoints] == ["*"]
    assert not allowed(here, tcp(here, OUTSIDE, "a/pod"))


def test_a_host_endpoint_by_name_goes_before_it() -> None:
    here = hosted(*AUTOMATIC, host_endpoint("named", UPLINK, profiles=[]))
    assert stopped(here) == {"to host", "from host"}
