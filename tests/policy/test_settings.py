"""What FelixConfiguration says of hosts, and which object says it.

Source: Calico's felix/config/config_params.go.
"""

from typing import Any

import pytest

from builders import Manifest, calico_node, felix, resource, world
from percale.policy.settings import FAILSAFE_INBOUND, FAILSAFE_OUTBOUND, FailsafePort, HostSettings, LogLimit, ToHost
from percale.traffic.addresses import lenient_network
from percale.traffic.protocols import TCP, UDP


def prefixed(name: str, prefix: str, **spec: Any) -> Manifest:
    return felix(name, logPrefix=prefix, **spec)


CLUSTER, OWN = prefixed("default", "cluster"), prefixed("node.n1", "own")
ZONE = prefixed("zone", "zone", nodeSelector="zone == 'a'")
ANY = prefixed("any", "any", nodeSelector="all()")
OTHER = prefixed("other", "other", nodeSelector="zone == 'b'")


def created(manifest: Manifest, time: str) -> Manifest:
    return manifest | {"metadata": manifest["metadata"] | {"creationTimestamp": time}}


#: Which object a node `n1` in zone `a` gets its log prefix from.
SOURCES: list[tuple[str, list[Manifest], str]] = [
    ("nothing", [], "calico-packet"),
    ("the cluster's", [CLUSTER], "cluster"),
    ("one that selects the node", [CLUSTER, ZONE], "zone"),
    ("without the cluster's", [ZONE], "zone"),
    ("one that selects another node", [CLUSTER, OTHER], "cluster"),
    ("the node's own", [CLUSTER, OWN], "own"),
    ("the node's own before a selector's", [CLUSTER, ZONE, OWN], "own"),
    ("the node's own alone", [OWN], "own"),
    ("another node's own", [CLUSTER, prefixed("node.n2", "other")], "cluster"),
    (
        "the oldest of several that select it",
        [created(ANY, "2025-02-01T00:00:00Z"), created(ZONE, "2024-02-01T00:00:00Z")],
        "zone",
    ),
    (
        "the oldest, in the other order of names",
        [created(ANY, "2024-02-01T00:00:00Z"), created(ZONE, "2025-02-01T00:00:00Z")],
        "any",
    ),
    ("the first by name where no time is known", [ZONE, ANY], "any"),
    ("the node's own says nothing of it", [CLUSTER, ZONE, felix("node.n1")], "zone"),
    ("the selector's says nothing of it", [CLUSTER, felix("zone", nodeSelector="zone == 'a'")], "cluster"),
    (
        "only the oldest counts, though it says nothing",
        [
            CLUSTER,
            created(felix("x", nodeSelector="all()"), "2024-02-01T00:00:00Z"),
            created(ZONE, "2025-02-01T00:00:00Z"),
        ],
        "cluster",
    ),
]


@pytest.mark.parametrize(("manifests", "expected"), [pytest.param(*row[1:], id=row[0]) for row in SOURCES])
def test_the_narrowest_object_counts(manifests: list[Manifest], expected: str) -> None:
    for arrangement in (manifests, manifests[::-1]):
        here = world(calico_node("n1", {"zone": "a"}), *arrangement)
        assert here.settings_for("n1").log_prefix == expected


def test_a_node_that_is_not_described_has_its_own_settings_too() -> None:
    here = world(CLUSTER, OWN)
    assert here.settings_for("n1").log_prefix == "own"
    assert here.settings_for("n2") == here.settings


def test_kubernetes_nodes_are_selected_by_their_labels() -> None:
    here = world(resource("v1", "Node", "n1", {"zone": "a"}), ZONE)
    assert here.settings_for("n1").log_prefix == "zone"


FIELDS: list[tuple[Manifest, HostSettings]] = [
    ({}, HostSettings()),
    ({"defaultEndpointToHostAction": "Drop"}, HostSettings(to_host=ToHost.DROP)),
    ({"defaultEndpointToHostAction": "Return"}, HostSettings(to_host=ToHost.RETURN)),
    ({"defaultEndpointToHostAction": "Accept"}, HostSettings()),
    ({"defaultEndpointToHostAction": "DROP"}, HostSettings(to_host=ToHost.DROP)),
    ({"failsafeInboundHostPorts": []}, HostSettings(failsafe_inbound=())),
    ({"failsafeOutboundHostPorts": []}, HostSettings(failsafe_outbound=())),
    (
        {"failsafeInboundHostPorts": [{"port": 22}, {"protocol": "udp", "port": 68, "net": "10.0.0.1/8"}]},
        HostSettings(failsafe_inbound=(FailsafePort(TCP, 22), FailsafePort(UDP, 68, lenient_network("10.0.0.0/8")))),
    ),
    ({"logPrefix": "%t %k"}, HostSettings(log_prefix="%t %k")),
    ({"logActionRateLimit": "5/second"}, HostSettings(log_limit=LogLimit("5/second", 5))),
    (
        {"logActionRateLimit": "5/second", "logActionRateLimitBurst": 20},
        HostSettings(log_limit=LogLimit("5/second", 20)),
    ),
    ({"logActionRateLimitBurst": 20}, HostSettings()),
    ({"disableConntrackInvalidCheck": True}, HostSettings(drops_invalid=False)),
    ({"disableConntrackInvalidCheck": False}, HostSettings()),
    ({"nftablesFilterDenyAction": "Reject"}, HostSettings(rejects=True)),
    ({"iptablesFilterDenyAction": "Reject"}, HostSettings(rejects=True)),
    ({"iptablesFilterDenyAction": "Reject", "nftablesFilterDenyAction": "Drop"}, HostSettings()),
    ({"iptablesFilterDenyAction": "Drop", "nftablesFilterDenyAction": "Reject"}, HostSettings(rejects=True)),
    ({"bpfEnabled": False, "someNewField": 1}, HostSettings()),
]


@pytest.mark.parametrize(("spec", "expected"), FIELDS, ids=str)
def test_what_a_field_means(spec: Manifest, expected: HostSettings) -> None:
    assert world(felix(**spec)).settings == expected
    assert world(felix("node.n1", **spec)).settings_for("n1") == expected


#: Fields of the cluster's object and of the node's own, and what they come to together.
TOGETHER: list[tuple[Manifest, Manifest, HostSettings]] = [
    ({"logPrefix": "x"}, {"disableConntrackInvalidCheck": True}, HostSettings(log_prefix="x", drops_invalid=False)),
    ({"disableConntrackInvalidCheck": True}, {"disableConntrackInvalidCheck": False}, HostSettings()),
    (
        {"failsafeInboundHostPorts": []},
        {"failsafeOutboundHostPorts": []},
        HostSettings(failsafe_inbound=(), failsafe_outbound=()),
    ),
    ({"failsafeInboundHostPorts": [{"port": 22}]}, {"failsafeInboundHostPorts": []}, HostSettings(failsafe_inbound=())),
    ({"defaultEndpointToHostAction": "Drop"}, {"defaultEndpointToHostAction": "Accept"}, HostSettings()),
    (
        {"logActionRateLimit": "5/second"},
        {"logActionRateLimitBurst": 20},
        HostSettings(log_limit=LogLimit("5/second", 20)),
    ),
    (
        {"logActionRateLimitBurst": 20},
        {"logActionRateLimit": "5/second"},
        HostSettings(log_limit=LogLimit("5/second", 20)),
    ),
    ({"nftablesFilterDenyAction": "Reject"}, {"iptablesFilterDenyAction": "Drop"}, HostSettings(rejects=True)),
]


@pytest.mark.parametrize(("cluster", "own", "expected"), TOGETHER, ids=str)
def test_each_field_is_taken_from_the_narrowest_object_that_has_it(
    cluster: Manifest, own: Manifest, expected: HostSettings
) -> None:
    here = world(felix(**cluster), felix("node.n1", **own))
    assert here.settings_for("n1") == expected
    assert here.settings_for("n2") == here.settings == world(felix(**cluster)).settings


def test_defaults_are_those_of_calico_as_it_is_shipped() -> None:
    here = world()
    assert (here.settings, here.settings_of_node) == (HostSettings(), {})
    assert here.settings.to_host is ToHost.ACCEPT
    assert {(one.protocol, one.port) for one in FAILSAFE_INBOUND} - {
        (one.protocol, one.port) for one in FAILSAFE_OUTBOUND
    } == {(TCP, 22), (UDP, 68)}
