"""Kubernetes NetworkPolicy, row by row.

Source: Calico's libcalico-go/lib/backend/k8s/conversion/conversion.go.
"""

from typing import Any

import pytest

from builders import (
    OUTSIDE,
    Manifest,
    allowed,
    kubernetes_policy,
    namespace,
    network_set,
    packet,
    ping,
    pod,
    policy,
    tcp,
    udp,
    world,
)
from percale.policy.world import World

ME = {"matchLabels": {"role": "subject"}}
PEOPLE = (
    namespace("a", env="p"),
    namespace("b", env="q"),
    pod("a/me", {"role": "subject"}, ports={"web": 8080}),
    pod("a/one", {"x": "1"}, at=["10.1.0.1", "fd01::1"]),
    pod("a/two", {"x": "2"}, at=["10.1.0.2", "fd01::2"]),
    pod("b/one", {"x": "1"}, at=["10.2.0.1", "fd02::1"]),
    pod("c/none", at=["10.3.0.1", "fd03::1"]),
    network_set("a/set", "198.51.100.1", x="1"),
    network_set("set", "203.0.113.1", x="1"),
)
PROBES = ("a/one", "a/two", "b/one", "c/none", "198.51.100.1", "203.0.113.1", OUTSIDE)
A, PODS = "a/one a/two", "a/one a/two b/one c/none"
SETS = "198.51.100.1 203.0.113.1"
ANYONE = f"{PODS} {SETS} {OUTSIDE}"


def labelled(**labels: str) -> dict[str, Any]:
    return {"matchLabels": labels}


def where(key: str, operator: str, *values: str) -> dict[str, Any]:
    return {"matchExpressions": [{"key": key, "operator": operator} | ({"values": values} if values else {})]}


PEERS: list[tuple[list[Any] | None, str]] = [
    (None, ANYONE),
    ([], ANYONE),
    ([{"podSelector": {}}], A),
    ([{"podSelector": labelled(x="1")}], "a/one"),
    ([{"podSelector": where("x", "NotIn", "1")}], "a/two"),
    ([{"podSelector": where("y", "DoesNotExist")}], A),
    ([{"podSelector": where("x", "In", "1", "2")}], A),
    ([{"podSelector": where("x", "Exists")}], A),
    ([{"namespaceSelector": {}}], PODS),
    ([{"namespaceSelector": labelled(env="q")}], "b/one"),
    ([{"namespaceSelector": where("env", "NotIn", "q")}], f"{A} c/none"),
    ([{"namespaceSelector": where("env", "DoesNotExist")}], "c/none"),
    ([{"namespaceSelector": where("env", "Exists")}], f"{A} b/one"),
    ([{"namespaceSelector": labelled(**{"kubernetes.io/metadata.name": "c"})}], "c/none"),
    ([{"namespaceSelector": labelled(**{"projectcalico.org/name": "b"})}], "b/one"),
    ([{"namespaceSelector": {}, "podSelector": {}}], PODS),
    ([{"namespaceSelector": {}, "podSelector": labelled(x="1")}], "a/one b/one"),
    ([{"namespaceSelector": labelled(env="q"), "podSelector": labelled(x="1")}], "b/one"),
    ([{"namespaceSelector": labelled(env="q"), "podSelector": labelled(x="2")}], ""),
    ([{"namespaceSelector": labelled(env="q")}, {"podSelector": labelled(x="2")}], "b/one a/two"),
    ([{"podSelector": labelled(x="1")}, {"ipBlock": {"cidr": "192.0.2.0/24"}}], f"a/one {OUTSIDE}"),
    ([{"ipBlock": {"cidr": "0.0.0.0/0"}}], ANYONE),
    ([{"ipBlock": {"cidr": "10.0.0.0/8"}}], PODS),
    ([{"ipBlock": {"cidr": "10.0.0.0/8", "except": ["10.1.0.0/16"]}}], "b/one c/none"),
    ([{"ipBlock": {"cidr": "10.0.0.0/8", "except": ["10.1.0.1/32", "10.3.0.0/16"]}}], "a/two b/one"),
    ([{"ipBlock": {"cidr": "0.0.0.0/0", "except": ["10.0.0.0/8"]}}], f"{SETS} {OUTSIDE}"),
    ([{"ipBlock": {"cidr": "10.1.0.0/16", "except": ["10.1.0.1/32"]}}, {"ipBlock": {"cidr": "10.1.0.1/32"}}], A),
    ([{"ipBlock": {"cidr": "::/0"}}], ""),
]


@pytest.mark.parametrize(
    ("peers", "expected"), PEERS, ids=lambda value: str(value) if isinstance(value, list) else None
)
@pytest.mark.parametrize("direction", ["ingress", "egress"])
def test_peers(direction: str, peers: list[Any] | None, expected: str) -> None:
    field = "from" if direction == "ingress" else "to"
    rule = {} if peers is None else {field: peers}
    here = world(
        *PEOPLE, kubernetes_policy("a/x", podSelector=ME, policyTypes=[direction.title()], **{direction: [rule]})
    )
    ends = [(probe, "a/me") if direction == "ingress" else ("a/me", probe) for probe in PROBES]
    found = {probe for probe, pair in zip(PROBES, ends, strict=True) if allowed(here, tcp(here, *pair))}
    assert found == set(expected.split())


#: web: 8080/TCP and 8081/UDP.
SERVER = pod(
    "a/me",
    {"role": "subject"},
    containers=[{"ports": [{"name": "web", "containerPort": 8080}]}],
    initContainers=[{"ports": [{"name": "web", "containerPort": 8081, "protocol": "UDP"}]}],
)
CASES = {
    f"{name} {port}": (number, port)
    for name, number, ports in (("TCP", 6, (80, 81, 90, 91, 8080)), ("UDP", 17, (80, 8081)), ("SCTP", 132, (80,)))
    for port in ports
}
NO_PORTS = {"ICMP": 1, "GRE": 47}
TCP = {name for name in CASES if name.startswith("TCP")}
UDP = {name for name in CASES if name.startswith("UDP")}

PORTS: list[tuple[list[Manifest] | None, set[str]]] = [
    (None, {*CASES, *NO_PORTS}),
    ([], {*CASES, *NO_PORTS}),
    ([{}], TCP),
    ([{"protocol": "TCP"}], TCP),
    ([{"protocol": "UDP"}], UDP),
    ([{"protocol": "SCTP"}], {"SCTP 80"}),
    ([{"port": 80}], {"TCP 80"}),
    ([{"port": 80, "protocol": "UDP"}], {"UDP 80"}),
    ([{"port": 80, "endPort": 90}], {"TCP 80", "TCP 81", "TCP 90"}),
    ([{"port": 80, "endPort": 80}], {"TCP 80"}),
    ([{"port": 80, "endPort": 65535, "protocol": "UDP"}], UDP),
    ([{"port": "web"}], {"TCP 8080"}),
    ([{"port": "web", "protocol": "UDP"}], {"UDP 8081"}),
    ([{"port": "web", "protocol": "SCTP"}], set()),
    ([{"port": "nobody"}], set()),
    ([{"port": 80}, {"port": 91}], {"TCP 80", "TCP 91"}),
    ([{"port": 80}, {"port": "web"}], {"TCP 80", "TCP 8080"}),
    ([{"port": 80}, {"protocol": "UDP"}], {"TCP 80", *UDP}),
    ([{"port": 80}, {}], TCP),
    ([{"protocol": "UDP"}, {"port": 80, "protocol": "UDP"}], UDP),
    ([{"port": 80, "protocol": name} for name in ("SCTP", "UDP", "TCP")], {"TCP 80", "UDP 80", "SCTP 80"}),
]


@pytest.mark.parametrize(
    ("ports", "expected"), PORTS, ids=lambda value: str(value) if isinstance(value, list) else None
)
def test_ports(ports: list[Manifest] | None, expected: set[str]) -> None:
    rule = {} if ports is None else {"ports": ports}
    here = world(SERVER, kubernetes_policy("a/x", podSelector=ME, ingress=[rule]))
    sent = {
        name: packet(here, OUTSIDE, "a/me", protocol, source_port=40000, destination_port=port)
        for name, (protocol, port) in CASES.items()
    } | {name: packet(here, OUTSIDE, "a/me", protocol, icmp_type=8) for name, protocol in NO_PORTS.items()}
    assert {name for name, one in sent.items() if allowed(here, one)} == expected


RULES: list[tuple[dict[str, Any], bool]] = [
    ({}, False),
    ({"ingress": []}, False),
    ({"ingress": [{}]}, True),
    ({"ingress": [{"from": []}]}, True),
    ({"ingress": [{"ports": []}]}, True),
    ({"ingress": [{"from": [{"podSelector": {}}]}, {}]}, True),
    ({"ingress": [{"from": [{"podSelector": {}}]}, {"ports": [{"port": 81}]}]}, False),
    ({"ingress": [{"from": [{"ipBlock": {"cidr": "192.0.2.0/24"}}], "ports": [{"port": 80}]}]}, True),
    ({"ingress": [{"from": [{"ipBlock": {"cidr": "192.0.2.0/24"}}], "ports": [{"port": 81}]}]}, False),
]


@pytest.mark.parametrize(("spec", "expected"), RULES, ids=str)
def test_rules_of_a_direction(spec: dict[str, Any], *, expected: bool) -> None:
    here = world(*PEOPLE, kubernetes_policy("a/x", **spec))
    assert allowed(here, tcp(here, OUTSIDE, "a/me")) is expected


def test_named_ports_are_each_peers_own() -> None:
    here = world(
        pod("a/me", {"role": "subject"}),
        pod("a/one", ports={"web": 81}),
        pod("a/two", ports={"web": 82}),
        pod("a/bare"),
        pod("b/one", ports={"web": 81}),
        kubernetes_policy(
            "a/x",
            podSelector=ME,
            policyTypes=["Egress"],
            egress=[{"to": [{"podSelector": {}}], "ports": [{"port": "web"}]}],
        ),
    )
    ends = [(end, port) for end in ("a/one", "a/two", "a/bare", "b/one") for port in (81, 82)]
    found = [pair for pair in ends if allowed(here, tcp(here, "a/me", *pair))]
    assert found == [("a/one", 81), ("a/two", 82)]


def test_policies_add_up() -> None:
    here = world(
        *PEOPLE,
        kubernetes_policy("a/x", ingress=[{"from": [{"podSelector": labelled(x="1")}]}]),
        kubernetes_policy("a/y", ingress=[{"from": [{"ipBlock": {"cidr": "192.0.2.0/24"}}]}]),
        kubernetes_policy("a/z"),
    )
    assert {end for end in PROBES if allowed(here, tcp(here, end, "a/me"))} == {"a/one", OUTSIDE}


def test_selectors_speak_of_both_ip_versions_and_blocks_of_one() -> None:
    by_selector = world(*PEOPLE, kubernetes_policy("a/x", podSelector=ME, ingress=[{"from": [{"podSelector": {}}]}]))
    by_block = world(
        *PEOPLE, kubernetes_policy("a/x", podSelector=ME, ingress=[{"from": [{"ipBlock": {"cidr": "10.0.0.0/8"}}]}])
    )

    def versions(here: World) -> list[int]:
        return [version for version in (4, 6) if allowed(here, tcp(here, "a/one", "a/me", version=version))]

    assert (versions(by_selector), versions(by_block)) == ([4, 6], [4])


def test_only_rules_without_ports_let_pings_in() -> None:
    closed = world(*PEOPLE, kubernetes_policy("a/x", ingress=[{"ports": [{}, {"protocol": "UDP"}]}]))
    open_ = world(*PEOPLE, kubernetes_policy("a/x", ingress=[{}]))
    assert [allowed(here, ping(here, OUTSIDE, "a/me")) for here in (closed, open_)] == [False, True]


def test_a_rule_becomes_one_for_each_protocol_and_peer_and_keeps_the_peers_place() -> None:
    here = world(
        kubernetes_policy(
            "a/x",
            ingress=[{"from": [{"podSelector": {}}, {"namespaceSelector": {}}], "ports": [{}, {"protocol": "SCTP"}]}],
            egress=[{"to": [{"podSelector": {}}]}, {}],
        )
    )
    (found,) = here.policies.policies
    assert [(one.protocol, one.path) for one in found.ingress] == [
        (132, "ingress[0].from[0]"),
        (132, "ingress[0].from[1]"),
        (6, "ingress[0].from[0]"),
        (6, "ingress[0].from[1]"),
    ]
    assert [(one.protocol, one.path) for one in found.egress] == [(None, "egress[0].to[0]"), (None, "egress[1]")]


def test_a_kubernetes_policy_is_called_what_calico_calls_it() -> None:
    (found,) = world(kubernetes_policy("a/x")).policies.policies
    assert (str(found.id), found.tier, found.order) == ("KubernetesNetworkPolicy a/x", "default", 1000)


def test_both_dialects_work_on_one_pod() -> None:
    here = world(
        *PEOPLE,
        policy("a/x", order=1, ingress=[{"action": "Deny", "protocol": "UDP"}]),
        kubernetes_policy("a/x", ingress=[{}]),
    )
    assert not allowed(here, udp(here, OUTSIDE, "a/me"))
    assert allowed(here, tcp(here, OUTSIDE, "a/me"))
