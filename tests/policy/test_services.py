"""Services in rules: the endpoints behind them, never their own address.

Source: Calico's felix/calc/rule_scanner.go.
"""

from typing import Any

import pytest

from builders import (
    OUTSIDE,
    Manifest,
    allow,
    allowed,
    network_set,
    packet,
    ping,
    pod,
    policy,
    resource,
    tcp,
    udp,
    world,
)
from percale.policy.rules import ServiceRef
from percale.policy.world import ExternalPort, World
from percale.traffic.addresses import address

CLUSTER_IP = "10.96.0.1"
NOT_READY = {"conditions": [{"type": "Ready", "status": "False"}]}


def service(name: str, *ports: Manifest, selector: dict[str, str] | None = None, **spec: Any) -> Manifest:
    chosen = {"app": "web"} if selector is None else selector
    return resource("v1", "Service", name, spec={"selector": chosen, "clusterIP": CLUSTER_IP, "ports": ports} | spec)


def unready(manifest: Manifest) -> Manifest:
    return manifest | {"status": manifest["status"] | NOT_READY}


PODS = (
    pod("a/client", {"app": "client"}),
    pod("a/one", {"app": "web"}, ports={"http": 8080}),
    unready(pod("a/two", {"app": "web"}, ports={"http": 9090})),
    pod("a/other", {"app": "db"}, ports={"http": 8080}),
    pod("a/gone", {"app": "web"}, at=["10.1.1.1"], phase="Succeeded", ports={"http": 8080}),
    pod("b/one", {"app": "web"}, ports={"http": 8080}),
)
ENDS = ("a/one", "a/two", "a/other", "b/one", "10.1.1.1", CLUSTER_IP, OUTSIDE)


def reached(here: World, *ports: int) -> set[str]:
    """`a/one 80` for each end and port that `a/client` gets to by TCP."""
    return {f"{end} {port}" for end in ENDS for port in ports if allowed(here, tcp(here, "a/client", end, port))}


def to_service(name: str = "a/x", service_name: str = "web", namespace: str = "", **rule: Any) -> Manifest:
    services = {"name": service_name} | ({"namespace": namespace} if namespace else {})
    return policy(name, selector="app == 'client'", egress=[allow(destination={"services": services}, **rule)])


TARGETS: list[tuple[Manifest, set[str]]] = [
    ({"port": 80, "targetPort": "http"}, {"a/one 8080", "a/two 9090"}),
    ({"port": 80, "targetPort": 8080}, {"a/one 8080", "a/two 8080"}),
    ({"port": 80}, {"a/one 80", "a/two 80"}),
    ({"port": 80, "targetPort": 0}, {"a/one 80", "a/two 80"}),
    ({"port": 80, "targetPort": ""}, {"a/one 80", "a/two 80"}),
    ({"port": 80, "targetPort": "nobody"}, set()),
    ({"port": 80, "targetPort": "http", "protocol": "UDP"}, set()),
    ({"port": 80, "targetPort": 8080, "protocol": "UDP"}, set()),
]


@pytest.mark.parametrize(("port", "expected"), TARGETS, ids=str)
def test_a_destination_is_each_endpoint_with_its_target_port(port: Manifest, expected: set[str]) -> None:
    here = world(*PODS, service("a/web", port), to_service())
    assert reached(here, 80, 8080, 9090) == expected


def test_a_service_of_several_ports_is_all_of_them() -> None:
    ports = ({"name": "a", "port": 80, "targetPort": "http"}, {"name": "b", "port": 81, "targetPort": 8181})
    here = world(*PODS, service("a/web", *ports), to_service())
    assert reached(here, 80, 81, 8080, 8181, 9090) == {"a/one 8080", "a/one 8181", "a/two 9090", "a/two 8181"}


def test_an_unnamed_container_port_is_no_target_by_an_empty_name() -> None:
    one = pod("a/one", {"app": "web"}, containers=[{"ports": [{"containerPort": 7777}]}])
    here = world(PODS[0], one, service("a/web", {"port": 80, "targetPort": ""}), to_service())
    assert allowed(here, tcp(here, "a/client", "a/one", 80))
    assert not allowed(here, tcp(here, "a/client", "a/one", 7777))


def test_a_target_is_of_its_own_protocol() -> None:
    here = world(*PODS, service("a/web", {"port": 53, "protocol": "UDP"}), to_service())
    assert allowed(here, udp(here, "a/client", "a/one", 53))
    assert not allowed(here, tcp(here, "a/client", "a/one", 53))


def test_a_target_by_name_is_of_the_service_ports_protocol() -> None:
    listed = [{"name": "dns", "containerPort": 53}, {"name": "dns", "containerPort": 5353, "protocol": "UDP"}]
    one = pod("a/one", {"app": "web"}, containers=[{"ports": [port]} for port in listed])
    service_port = {"port": 53, "targetPort": "dns", "protocol": "UDP"}
    here = world(PODS[0], one, service("a/web", service_port), to_service())
    assert [port for port in (53, 5353) if allowed(here, udp(here, "a/client", "a/one", port))] == [5353]


def test_the_rules_own_protocol_counts_too() -> None:
    here = world(*PODS, service("a/web", {"port": 80}), to_service(protocol="UDP"))
    assert reached(here, 80) == set()


def test_a_service_reaches_both_ip_versions() -> None:
    here = world(*PODS, service("a/web", {"port": 80}), to_service())
    assert allowed(here, tcp(here, "a/client", "a/one", 80, version=6))


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({"selector": {}}, set()),
        ({"type": "ExternalName", "externalName": "example.com"}, set()),
        ({"clusterIP": "None"}, {"a/one 80", "a/two 80"}),
        ({"type": "NodePort"}, {"a/one 80", "a/two 80"}),
        ({"type": "LoadBalancer"}, {"a/one 80", "a/two 80"}),
        ({"selector": {"app": "nobody"}}, set()),
        ({"selector": {"app": "web", "more": "yes"}}, set()),
    ],
    ids=str,
)
def test_kinds_of_services(spec: dict[str, Any], expected: set[str]) -> None:
    assert reached(world(*PODS, service("a/web", {"port": 80}, **spec), to_service()), 80) == expected


@pytest.mark.parametrize(
    ("name", "namespace", "expected"),
    [
        ("a/x", "", {"a/one 80", "a/two 80"}),
        ("a/x", "a", {"a/one 80", "a/two 80"}),
        ("a/x", "b", {"b/one 80"}),
        ("a/x", "c", set()),
        ("x", "a", {"a/one 80", "a/two 80"}),
        ("x", "b", {"b/one 80"}),
    ],
)
def test_a_service_has_a_namespace(name: str, namespace: str, expected: set[str]) -> None:
    services = (service("a/web", {"port": 80}), service("b/web", {"port": 80}))
    assert reached(world(*PODS, *services, to_service(name, namespace=namespace)), 80) == expected


def test_a_service_that_is_not_there_matches_nothing() -> None:
    assert reached(world(*PODS, to_service()), 80) == set()


def test_a_service_of_another_name_does_not_count() -> None:
    assert reached(world(*PODS, service("a/api", {"port": 80}), to_service()), 80) == set()


def test_a_network_set_of_a_pods_name_is_not_behind_the_service() -> None:
    here = world(*PODS, network_set("a/one", "192.0.2.0/24"), service("a/web", {"port": 80}), to_service())
    assert reached(here, 80) == {"a/one 80", "a/two 80"}


def from_service(name: str = "a/x", **rule: Any) -> Manifest:
    source = {"services": {"name": "web", "namespace": "a"}}
    return policy(name, selector="app == 'client'", ingress=[allow(source=source, **rule)])


@pytest.mark.parametrize("name", ["a/x", "x"])
def test_a_source_is_the_addresses_alone(name: str) -> None:
    here = world(*PODS, service("a/web", {"port": 80, "targetPort": "http"}), from_service(name))
    assert {end for end in ENDS if allowed(here, tcp(here, end, "a/client", 7))} == {"a/one", "a/two"}
    assert allowed(here, udp(here, "a/one", "a/client"))
    assert allowed(here, ping(here, "a/one", "a/client"))
    assert not allowed(here, ping(here, "a/other", "a/client"))


def test_a_source_may_have_ports_beside_its_services() -> None:
    source = {"services": {"name": "web"}, "ports": [40000]}
    here = world(
        *PODS,
        service("a/web", {"port": 80}),
        policy("a/x", selector="app == 'client'", ingress=[allow(protocol="TCP", source=source)]),
    )
    assert allowed(here, tcp(here, "a/one", "a/client"))
    other = packet(here, "a/one", "a/client", 6, source_port=80, destination_port=80)
    assert not allowed(here, other)


_REF = ServiceRef("a", "web")
_EXTERNAL = "203.0.113.7"


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({}, None),
        ({"externalIPs": [_EXTERNAL]}, ExternalPort(_REF, 6, 80, None, (address(_EXTERNAL),), frozenset({4}))),
        ({"type": "NodePort"}, ExternalPort(_REF, 6, 80, 0, versions=frozenset({4}))),
        (
            {"type": "LoadBalancer", "externalTrafficPolicy": "Local"},
            ExternalPort(_REF, 6, 80, 0, versions=frozenset({4}), keeps_source=True),
        ),
        ({"type": "NodePort", "clusterIP": ""}, ExternalPort(_REF, 6, 80, 0)),
        ({"type": "NodePort", "ipFamilies": ["IPv6"]}, ExternalPort(_REF, 6, 80, 0, versions=frozenset({6}))),
        ({"type": "LoadBalancer", "allocateLoadBalancerNodePorts": False}, None),
        ({"clusterIP": "None", "externalIPs": [_EXTERNAL]}, None),
        ({"type": "ExternalName", "externalName": "db.example.com"}, None),
    ],
)
def test_by_what_the_outside_reaches_a_service(spec: dict[str, Any], expected: ExternalPort | None) -> None:
    found = world(service("a/web", {"port": 80}, **spec)).external_ports
    assert found == ((expected,) if expected else ())
