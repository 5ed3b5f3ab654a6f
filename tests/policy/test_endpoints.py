"""Endpoints that are written, the profiles they name, and slices behind services.

Source: Calico's libcalico-go/lib/apis/internalapi/workloadendpoint.go.
"""

from typing import Any

import pytest

from builders import (
    CALICO,
    OUTSIDE,
    Manifest,
    allow,
    allowed,
    closed,
    deny,
    kubernetes_policy,
    namespace,
    packet,
    pod,
    policy,
    profile,
    resource,
    service_account,
    tcp,
    udp,
    world,
)
from percale.policy.endpoints import EndpointPort
from percale.policy.rules import ServiceRef
from percale.policy.world import World
from percale.traffic.protocols import TCP, UDP

VM = "10.77.0.1"
OPEN = profile("open", ingress=[allow()], egress=[allow()])


def endpoint(
    name: str = "a/vm", labels: dict[str, str] | None = None, *, orchestrator: str = "openstack", **spec: Any
) -> Manifest:
    """A WorkloadEndpoint of the workload `name`, at `VM` and with the profile `open` unless told otherwise."""
    space, _, own = name.partition("/")
    third = {"pod": own} if orchestrator == "k8s" else {"workload": own}
    fields = {"orchestrator": orchestrator, "node": "n1", "endpoint": "eth0", "interfaceName": "tap1", **third}
    full = f"{space}/n1-{orchestrator}-{own.replace('-', '--')}-eth0"
    return resource(
        CALICO,
        "WorkloadEndpoint",
        full,
        labels,
        spec=fields | {"ipNetworks": [f"{VM}/32"], "profiles": ["open"]} | spec,
    )


def names(here: World) -> list[str]:
    return [str(one) for one in here.workloads]


def test_a_written_endpoint_is_a_workload() -> None:
    ports = [{"name": "http", "protocol": "TCP", "port": 80}, {"protocol": "TCP", "port": 81, "hostPort": 81}]
    (one,) = world(OPEN, endpoint(labels={"app": "db"}, serviceAccountName="robot", ports=ports)).workloads
    assert (str(one), one.node, one.resource_kind, one.profiles) == ("a/vm", "n1", "WorkloadEndpoint", ("open",))
    assert [str(at) for at in one.addresses] == [VM]
    assert one.ports == (EndpointPort(TCP, 80, "http"), EndpointPort(TCP, 81, host_port=81))
    assert one.labels == {
        "app": "db",
        "projectcalico.org/namespace": "a",
        "projectcalico.org/orchestrator": "openstack",
        "projectcalico.org/serviceaccount": "robot",
    }


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        pytest.param({}, ["a/vm"], id="one address"),
        pytest.param({"ipNetworks": [f"{VM}/32", "fd00::1/128"]}, ["a/vm"], id="both versions"),
        pytest.param({"ipNetworks": []}, [], id="no networks, no endpoint"),
    ],
)
def test_an_endpoint_without_networks_is_none(spec: Manifest, expected: list[str]) -> None:
    assert names(world(OPEN, endpoint(**spec))) == expected


def test_an_endpoint_beside_its_pod_is_the_pod() -> None:
    here = world(pod("a/web", {"app": "web"}), endpoint("a/web", {"app": "other"}, orchestrator="k8s"))
    assert [(str(one), one.resource_kind) for one in here.workloads] == [("a/web", "Pod")]
    assert names(world(pod("b/web"), endpoint("a/web", orchestrator="k8s"))) == ["b/web", "a/web"]


SELECTED: list[tuple[str, Manifest, bool]] = [
    ("a Kubernetes policy", kubernetes_policy("a/x"), False),
    ("Calico's in its namespace", policy("a/x"), True),
    ("Calico's in another namespace", policy("b/x"), False),
    ("Calico's for all", policy("x"), True),
    ("by label", policy("x", selector="app == 'db'"), True),
    ("by its orchestrator", policy("x", selector="projectcalico.org/orchestrator == 'openstack'"), True),
    ("by its service account", policy("x", serviceAccountSelector="all()"), False),
    ("by its namespace's labels, which only a profile gives", policy("x", namespaceSelector="env == 'p'"), False),
    ("by having a namespace", policy("x", namespaceSelector="all()"), True),
]


@pytest.mark.parametrize(("manifest", "expected"), [pytest.param(*row[1:], id=row[0]) for row in SELECTED])
def test_which_policies_select_a_written_endpoint(manifest: Manifest, *, expected: bool) -> None:
    here = world(OPEN, namespace("a", env="p"), endpoint(labels={"app": "db"}), manifest)
    assert closed(here) == ({"a/vm"} if expected else set())


@pytest.mark.parametrize(("orchestrator", "expected"), [("k8s", {"a/vm"}), ("openstack", set())])
def test_kubernetes_policies_and_peers_are_of_its_own_endpoints(orchestrator: str, expected: set[str]) -> None:
    one = endpoint(orchestrator=orchestrator)
    assert closed(world(OPEN, one, kubernetes_policy("a/x"))) == expected
    here = world(OPEN, one, pod("a/web"), kubernetes_policy("a/x", ingress=[{"from": [{"podSelector": {}}]}]))
    assert allowed(here, tcp(here, VM, "a/web")) is bool(expected)


#: Labels of profiles in the order in which the endpoint names them, its own labels, and what selectors see as `x`.
GIVEN: list[tuple[str, list[dict[str, str]], dict[str, str], str | None]] = [
    ("nobody", [{}], {}, None),
    ("a profile", [{"x": "1"}], {}, "1"),
    ("its own win", [{"x": "1"}], {"x": "2"}, "2"),
    ("the first of two profiles", [{"x": "1"}, {"x": "2"}], {}, "1"),
    ("the second, where the first says nothing", [{"y": "1"}, {"x": "2"}], {}, "2"),
]


@pytest.mark.parametrize(("given", "own", "expected"), [pytest.param(*row[1:], id=row[0]) for row in GIVEN])
@pytest.mark.parametrize("kind", ["WorkloadEndpoint", "HostEndpoint"])
def test_labels_that_profiles_give(
    kind: str, given: list[dict[str, str]], own: dict[str, str], expected: str | None
) -> None:
    profiles = [profile(f"p{number}", labelsToApply=labels) for number, labels in enumerate(given)]
    listed = [f"p{number}" for number in range(len(given))]
    host = resource(CALICO, "HostEndpoint", "h", own, spec={"node": "n1", "interfaceName": "*", "profiles": listed})
    here = world(*profiles, endpoint(labels=own, profiles=listed) if kind == "WorkloadEndpoint" else host)
    (one,) = here.workloads or here.host_endpoints
    assert one.labels.get("x") == expected


def test_implicit_labels_win_over_written_ones_and_synthetic_ones_are_left_out() -> None:
    written = {
        "projectcalico.org/namespace": "b",
        "projectcalico.org/orchestrator": "k8s",
        "pcns.env": "p",
        "pcsa.x": "y",
    }
    (one,) = world(OPEN, endpoint(labels=written)).workloads
    assert one.labels == {"projectcalico.org/namespace": "a", "projectcalico.org/orchestrator": "openstack"}


def test_profiles_of_a_namespace_and_an_account_give_their_labels() -> None:
    listed = ["kns.a", "ksa.a.robot"]
    accounts = service_account("a/robot", team="x")
    (one,) = world(namespace("a", env="p"), accounts, endpoint(profiles=listed)).workloads
    assert (one.labels["pcns.env"], one.labels["pcsa.team"]) == ("p", "x")
    assert closed(world(namespace("a", env="p"), accounts, endpoint(profiles=listed))) == set()


ALLOW, DENY, PASS, LOG = allow(), deny(), {"action": "Pass"}, {"action": "Log"}
#: Ingress rules of profiles in order, None for one that does not exist, and whether TCP gets in.
PROFILES: list[tuple[str, list[list[Manifest] | None], bool]] = [
    ("no profile", [], False),
    ("without rules", [[]], False),
    ("an allow", [[ALLOW]], True),
    ("a deny", [[DENY, ALLOW]], False),
    ("an allow before a deny", [[ALLOW, DENY]], True),
    ("rules of other traffic", [[allow(protocol="UDP")]], False),
    ("a log before an allow", [[LOG, ALLOW]], True),
    ("a log alone", [[LOG]], False),
    ("a pass alone", [[PASS]], False),
    ("a pass, then another profile", [[PASS], [ALLOW]], True),
    ("a pass before an allow of its profile", [[PASS, ALLOW]], False),
    ("a pass before a deny of its profile, then another profile", [[PASS, DENY], [ALLOW]], True),
    ("a pass that does not match", [[{"action": "Pass", "protocol": "UDP"}, DENY], [ALLOW]], False),
    ("nothing matches, then another profile", [[allow(protocol="UDP")], [ALLOW]], True),
    ("a deny before another profile", [[DENY], [ALLOW]], False),
    ("an allow before another profile", [[ALLOW], [DENY]], True),
    ("one that is missing", [None], False),
    ("one that is missing before an allow", [None, [ALLOW]], False),
    ("one that is missing after an allow", [[ALLOW], None], True),
    ("one that is missing after no match", [[], None, [ALLOW]], False),
]


@pytest.mark.parametrize(("rules", "expected"), [pytest.param(*row[1:], id=row[0]) for row in PROFILES])
def test_profiles_are_asked_in_their_order(rules: list[list[Manifest] | None], *, expected: bool) -> None:
    listed = [f"p{number}" for number in range(len(rules))]
    written = [profile(name, ingress=one) for name, one in zip(listed, rules, strict=True) if one is not None]
    here = world(endpoint(profiles=listed), *written)
    assert allowed(here, tcp(here, OUTSIDE, "a/vm")) is expected
    assert not allowed(here, tcp(here, "a/vm", OUTSIDE))


def test_profiles_decide_only_where_no_tier_does() -> None:
    here = world(OPEN, endpoint(), policy("x", ingress=[deny(protocol="UDP")]))
    assert not allowed(here, tcp(here, OUTSIDE, "a/vm"))
    assert allowed(here, tcp(here, "a/vm", OUTSIDE))
    shut = world(profile("shut", ingress=[deny()]), endpoint(profiles=["shut"]), policy("x", ingress=[allow()]))
    assert allowed(shut, tcp(shut, OUTSIDE, "a/vm"))


SERVICE = resource("v1", "Service", "a/web", spec={"selector": {"app": "web"}, "ports": [{"port": 80}]})
PODS = (
    pod("a/client", {"app": "client"}),
    pod("a/web", {"app": "web"}, at=["10.66.0.1"]),
    pod("a/old", at=["10.66.0.2"]),
)
TO_WEB = policy("a/x", selector="app == 'client'", egress=[allow(destination={"services": {"name": "web"}})])
FROM_WEB = policy("a/x", selector="app == 'client'", ingress=[allow(source={"services": {"name": "web"}})])


def slices(
    *addresses: str, ports: list[Manifest] | None = None, of: str = "web", name: str = "a/web-1", **fields: Any
) -> Manifest:
    listed = [{"addresses": [one]} for one in addresses]
    given = {"endpoints": listed, "ports": [{"port": 80}] if ports is None else ports, "addressType": "IPv4"}
    labels = {"kubernetes.io/service-name": of} if of else {}
    return resource("discovery.k8s.io/v1", "EndpointSlice", name, labels, **given | fields)


def subsets(ready: list[str], unready: list[str], *ports: Manifest, name: str = "a/web") -> Manifest:
    given = {"addresses": [{"ip": at} for at in ready], "notReadyAddresses": [{"ip": at} for at in unready]}
    return resource("v1", "Endpoints", name, subsets=[given | {"ports": ports}])


UNREADY = {"conditions": {"ready": False, "serving": False, "terminating": True}}
#: What is behind the service, and where the client gets to by TCP.
BEHIND: list[tuple[str, list[Manifest], set[str]]] = [
    ("what the service selects", [SERVICE], {"10.66.0.1 80"}),
    ("a slice instead", [SERVICE, slices("10.66.0.2")], {"10.66.0.2 80"}),
    ("a slice of an empty service", [SERVICE, slices()], set()),
    (
        "two slices",
        [SERVICE, slices("10.66.0.1"), slices("10.66.0.2", name="a/web-2")],
        {"10.66.0.1 80", "10.66.0.2 80"},
    ),
    ("a slice without the service", [slices("10.66.0.2")], {"10.66.0.2 80"}),
    ("a slice of another port", [slices("10.66.0.2", ports=[{"port": 81}])], {"10.66.0.2 81"}),
    (
        "a slice of several ports",
        [slices("10.66.0.2", ports=[{"name": "x", "port": 80}, {"name": "y", "port": 81}])],
        {"10.66.0.2 80", "10.66.0.2 81"},
    ),
    ("a port of another protocol", [slices("10.66.0.2", ports=[{"port": 80, "protocol": "UDP"}])], set()),
    ("a port without a number", [slices("10.66.0.2", ports=[{"name": "x"}, {"port": 81}])], {"10.66.0.2 81"}),
    ("only a port without a number", [slices("10.66.0.2", ports=[{"name": "x"}])], set()),
    ("no ports", [slices("10.66.0.2", ports=[])], set()),
    ("not ready", [slices(endpoints=[{"addresses": ["10.66.0.2"], **UNREADY}])], {"10.66.0.2 80"}),
    ("an address that is no pod", [slices(OUTSIDE)], {f"{OUTSIDE} 80"}),
    ("host names", [SERVICE, slices("example.com", addressType="FQDN")], set()),
    ("of another service", [SERVICE, slices("10.66.0.2", of="db")], {"10.66.0.1 80"}),
    ("of no service", [SERVICE, slices("10.66.0.2", of="")], {"10.66.0.1 80"}),
    ("of the service in another namespace", [SERVICE, slices("10.66.0.2", name="b/web-1")], {"10.66.0.1 80"}),
    ("Endpoints", [SERVICE, subsets(["10.66.0.2"], [], {"port": 81})], {"10.66.0.2 81"}),
    ("Endpoints that are not ready", [subsets([], ["10.66.0.2"], {"port": 80})], {"10.66.0.2 80"}),
    ("Endpoints without ports", [subsets(["10.66.0.2"], [])], set()),
    (
        "Endpoints of another service",
        [SERVICE, subsets(["10.66.0.2"], [], {"port": 80}, name="a/db")],
        {"10.66.0.1 80"},
    ),
]


@pytest.mark.parametrize(("behind", "expected"), [pytest.param(*row[1:], id=row[0]) for row in BEHIND])
def test_what_is_behind_a_service(behind: list[Manifest], expected: set[str]) -> None:
    here = world(*PODS, TO_WEB, *behind)
    ends = {f"{at} {port}": (at, port) for at in ("10.66.0.1", "10.66.0.2", OUTSIDE) for port in (80, 81)}
    assert {text for text, end in ends.items() if allowed(here, tcp(here, "a/client", *end))} == expected


@pytest.mark.parametrize(
    "behind",
    [
        slices("10.66.0.2"),
        slices("10.66.0.2", ports=[]),
        slices("10.66.0.2", ports=[{"name": "x"}]),
        slices("10.66.0.2", ports=[{"port": 53, "protocol": "UDP"}]),
        subsets(["10.66.0.2"], []),
        subsets([], ["10.66.0.2"], {"port": 80}),
    ],
    ids=str,
)
def test_as_a_source_the_addresses_count_whatever_the_ports(behind: Manifest) -> None:
    here = world(*PODS, FROM_WEB, SERVICE, behind)
    assert allowed(here, tcp(here, "10.66.0.2", "a/client", 9))
    assert allowed(here, udp(here, "10.66.0.2", "a/client", 9))
    assert not allowed(here, tcp(here, "10.66.0.1", "a/client", 9))


def test_the_protocol_of_a_slices_port_counts() -> None:
    here = world(*PODS, TO_WEB, slices("10.66.0.2", ports=[{"port": 53, "protocol": "UDP"}]))
    assert allowed(here, packet(here, "a/client", "10.66.0.2", UDP, destination_port=53))
    assert ServiceRef("a", "web") in here.services
