"""Administrators' policies, the newest kind and the two before it.

Source: Calico's libcalico-go/lib/backend/k8s/conversion.
"""

from dataclasses import replace
from typing import Any

import pytest

from builders import (
    OUTSIDE,
    Manifest,
    allow,
    allowed,
    closed,
    cluster_policy,
    deny,
    host_endpoint,
    hosted,
    kubernetes_policy,
    namespace,
    network_set,
    packet,
    pod,
    policy,
    resource,
    stopped,
    tcp,
    udp,
    world,
)
from percale.policy.world import World
from percale.traffic.protocols import SCTP, TCP, UDP

ANYBODY: Manifest = {"namespaces": {}}
ALPHA = "policy.networking.k8s.io/v1alpha1"
#: The same policies in the newest kind and in those that it replaced.
ADMINS = ("ClusterNetworkPolicy", "AdminNetworkPolicy")


def rule(action: str, *peers: Manifest, **fields: Any) -> Manifest:
    return {"action": action, "from": peers or [ANYBODY], **fields}


def to(action: str, *peers: Manifest, **fields: Any) -> Manifest:
    return {"action": action, "to": peers or [ANYBODY], **fields}


def older(name: str, *, baseline: bool = False, priority: int = 0, **spec: Any) -> Manifest:
    if baseline:
        return resource(ALPHA, "BaselineAdminNetworkPolicy", "default", spec={"subject": ANYBODY} | spec)
    return resource(ALPHA, "AdminNetworkPolicy", name, spec={"subject": ANYBODY, "priority": priority} | spec)


def either(kind: str, name: str, *, baseline: bool = False, priority: int = 0, **spec: Any) -> Manifest:
    """A policy of the kind; rules are written for the newest one."""
    if kind == "ClusterNetworkPolicy":
        return cluster_policy(name, baseline=baseline, priority=priority, **spec)
    for direction in ("ingress", "egress"):
        if direction in spec:
            spec[direction] = [one | {"action": one["action"].replace("Accept", "Allow")} for one in spec[direction]]
    return older(name, baseline=baseline, priority=priority, **spec)


WEB, DB = pod("a/web", {"app": "web"}), pod("b/db", {"app": "db"})
PODS = (WEB, DB, namespace("a", env="prod"), namespace("b", env="dev"))

ACCEPT, DENY, PASS = rule("Accept"), rule("Deny"), rule("Pass")
ADMIN = {"ingress": [DENY]}
#: Baseline and admin policies, Kubernetes' and Calico's, and whether `b/db` gets to `a/web`.
TIERS: list[tuple[str, dict[str, Manifest], list[Manifest], bool]] = [
    ("an admin deny", {"admin": {"ingress": [DENY]}}, [], False),
    ("an admin accept", {"admin": {"ingress": [ACCEPT]}}, [], True),
    ("an admin accept before a Kubernetes policy", {"admin": {"ingress": [ACCEPT]}}, [kubernetes_policy("a/k")], True),
    (
        "an admin deny before a Kubernetes policy",
        {"admin": {"ingress": [DENY]}},
        [kubernetes_policy("a/k", ingress=[{}])],
        False,
    ),
    (
        "an admin accept before Calico's",
        {"admin": {"ingress": [ACCEPT]}},
        [policy("x", order=-9, ingress=[deny()])],
        True,
    ),
    (
        "an admin deny before Calico's",
        {"admin": {"ingress": [DENY]}},
        [policy("x", order=-9, ingress=[allow()])],
        False,
    ),
    ("an admin pass to nothing", {"admin": {"ingress": [PASS]}}, [], True),
    ("an admin pass to a Kubernetes policy", {"admin": {"ingress": [PASS, DENY]}}, [kubernetes_policy("a/k")], False),
    (
        "an admin pass to one that allows",
        {"admin": {"ingress": [PASS, DENY]}},
        [kubernetes_policy("a/k", ingress=[{}])],
        True,
    ),
    ("a baseline deny", {"baseline": {"ingress": [DENY]}}, [], False),
    ("a baseline accept", {"baseline": {"ingress": [ACCEPT]}}, [], True),
    (
        "a Kubernetes policy before a baseline deny",
        {"baseline": {"ingress": [DENY]}},
        [kubernetes_policy("a/k", ingress=[{}])],
        True,
    ),
    (
        "a Kubernetes policy before a baseline accept",
        {"baseline": {"ingress": [ACCEPT]}},
        [kubernetes_policy("a/k")],
        False,
    ),
    ("Calico's before a baseline deny", {"baseline": {"ingress": [DENY]}}, [policy("x", ingress=[allow()])], True),
    (
        "Calico's pass to a baseline deny",
        {"baseline": {"ingress": [DENY]}},
        [policy("x", ingress=[{"action": "Pass"}])],
        False,
    ),
    ("from admin by pass to baseline", {"admin": {"ingress": [PASS]}, "baseline": {"ingress": [DENY]}}, [], False),
    (
        "from admin by no match to baseline",
        {
            "admin": {"ingress": [rule("Deny", {"namespaces": {"matchLabels": {"env": "prod"}}})]},
            "baseline": {"ingress": [DENY]},
        },
        [],
        False,
    ),
    ("an admin accept before baseline", {"admin": {"ingress": [ACCEPT]}, "baseline": {"ingress": [DENY]}}, [], True),
    (
        "no match anywhere",
        {"admin": {"ingress": [rule("Deny", {"namespaces": {"matchLabels": {"env": "prod"}}})]}},
        [],
        True,
    ),
    ("the first rule that matches", {"admin": {"ingress": [DENY, ACCEPT]}}, [], False),
    (
        "only egress is governed",
        {"admin": {"egress": [to("Deny", {"namespaces": {"matchLabels": {"env": "dev"}}})]}},
        [],
        True,
    ),
    ("without rules", {"admin": {}}, [], True),
]


@pytest.mark.parametrize("kind", ADMINS)
@pytest.mark.parametrize(("admins", "others", "expected"), [pytest.param(*row[1:], id=row[0]) for row in TIERS])
def test_admin_goes_before_and_baseline_after_everything_else(
    admins: dict[str, Manifest], others: list[Manifest], kind: str, *, expected: bool
) -> None:
    written = [either(kind, name, baseline=name == "baseline", **spec) for name, spec in admins.items()]
    here = world(*PODS, *written, *others)
    assert allowed(here, tcp(here, "b/db", "a/web")) is expected


def test_a_baseline_policy_may_pass_to_the_profiles() -> None:
    base = cluster_policy("base", baseline=True, ingress=[PASS, DENY])
    here = world(*PODS, base)
    assert allowed(here, tcp(here, "b/db", "a/web"))


@pytest.mark.parametrize("kind", ADMINS)
@pytest.mark.parametrize(
    ("first", "second", "expected"), [(1, 2, True), (2, 1, False), (0, 1000, True), (10, 9, False)]
)
def test_the_lower_priority_goes_first(kind: str, first: int, second: int, *, expected: bool) -> None:
    accepting = either(kind, "x", priority=first, ingress=[ACCEPT])
    denying = either(kind, "y", priority=second, ingress=[DENY])
    for arrangement in ((accepting, denying), (denying, accepting)):
        here = world(*PODS, *arrangement)
        assert allowed(here, tcp(here, "b/db", "a/web")) is expected


def test_equal_priorities_are_decided_by_name() -> None:
    here = world(*PODS, cluster_policy("y", ingress=[DENY]), cluster_policy("x", ingress=[ACCEPT]))
    assert allowed(here, tcp(here, "b/db", "a/web"))


def test_tiers_and_orders_are_those_that_calico_gives() -> None:
    here = world(
        cluster_policy("a", priority=7, ingress=[DENY]),
        cluster_policy("b", baseline=True, priority=8, ingress=[DENY]),
        older("c", priority=9, ingress=[DENY]),
        older("d", baseline=True, ingress=[DENY]),
    )
    assert {one.id.name: (one.tier, one.order) for one in here.policies.policies} == {
        "a": ("kube-admin", 7),
        "b": ("kube-baseline", 8),
        "c": ("adminnetworkpolicy", 9),
        "default": ("baselineadminnetworkpolicy", 1000),
    }
    tiers = [(one.name, one.order, one.passes) for one in here.policies.tiers if one.passes]
    assert tiers == [
        ("adminnetworkpolicy", 1000, True),
        ("kube-admin", 1000, True),
        ("baselineadminnetworkpolicy", 10_000_000, True),
        ("kube-baseline", 10_000_000, True),
    ]


def test_tiers_of_the_older_kinds_are_there_only_with_them() -> None:
    assert {one.name for one in world().policies.tiers} == {"kube-admin", "default", "kube-baseline"}


SUBJECTS: list[tuple[Manifest, set[str]]] = [
    ({"namespaces": {}}, {"a/web", "b/db"}),
    ({"namespaces": {"matchLabels": {"env": "prod"}}}, {"a/web"}),
    ({"namespaces": {"matchLabels": {"kubernetes.io/metadata.name": "b"}}}, {"b/db"}),
    ({"namespaces": {"matchExpressions": [{"key": "env", "operator": "NotIn", "values": ["prod"]}]}}, {"b/db"}),
    ({"namespaces": {"matchExpressions": [{"key": "none", "operator": "DoesNotExist"}]}}, {"a/web", "b/db"}),
    ({"pods": {"namespaceSelector": {}, "podSelector": {}}}, {"a/web", "b/db"}),
    ({"pods": {"namespaceSelector": {}, "podSelector": {"matchLabels": {"app": "web"}}}}, {"a/web"}),
    ({"pods": {"namespaceSelector": {"matchLabels": {"env": "dev"}}, "podSelector": {}}}, {"b/db"}),
    (
        {
            "pods": {
                "namespaceSelector": {"matchLabels": {"env": "dev"}},
                "podSelector": {"matchLabels": {"app": "web"}},
            }
        },
        set(),
    ),
]


@pytest.mark.parametrize("kind", ADMINS)
@pytest.mark.parametrize(("subject", "expected"), SUBJECTS, ids=str)
def test_a_subject_is_pods(kind: str, subject: Manifest, expected: set[str]) -> None:
    shut = [rule("Deny"), rule("Deny", {"pods": {"namespaceSelector": {}, "podSelector": {}}})]
    here = world(*PODS, pod("c/asking"), either(kind, "x", subject=subject, ingress=shut))
    assert {name for name in ("a/web", "b/db") if not allowed(here, tcp(here, "c/asking", name))} == expected


@pytest.mark.parametrize("kind", ADMINS)
def test_hosts_and_host_networked_pods_are_no_subject(kind: str) -> None:
    everything = either(kind, "x", ingress=[DENY], egress=[to("Deny", {"networks": ["0.0.0.0/0"]})])
    assert not stopped(hosted(host_endpoint("h"), everything)) & {"to host", "from host", "container out"}


PEERS: list[tuple[Manifest, set[str]]] = [
    ({"namespaces": {}}, {"a/web", "b/db"}),
    ({"namespaces": {"matchLabels": {"env": "dev"}}}, {"b/db"}),
    ({"pods": {"namespaceSelector": {}, "podSelector": {"matchLabels": {"app": "web"}}}}, {"a/web"}),
    ({"pods": {"namespaceSelector": {"matchLabels": {"env": "x"}}, "podSelector": {}}}, set()),
]
NETWORKS: list[tuple[Manifest, set[str]]] = [
    ({"networks": ["0.0.0.0/0"]}, {"a/web", "b/db", OUTSIDE}),
    ({"networks": ["192.0.2.0/24"]}, {OUTSIDE}),
    ({"networks": ["10.66.0.0/16"]}, {"a/web", "b/db"}),
    ({"networks": ["10.66.1.2/16"]}, {"a/web", "b/db"}),
    ({"networks": ["10.66.0.0/16", "192.0.2.0/24"]}, {"a/web", "b/db", OUTSIDE}),
    ({"networks": ["::/0"]}, set()),
]
ENDS = ("a/web", "b/db", OUTSIDE)


@pytest.mark.parametrize("kind", ADMINS)
@pytest.mark.parametrize(("peer", "expected"), PEERS, ids=str)
def test_who_sends(kind: str, peer: Manifest, expected: set[str]) -> None:
    me = {"namespaces": {"matchLabels": {"kubernetes.io/metadata.name": "me"}}}
    here = world(*PODS, pod("me/me"), either(kind, "x", subject=me, ingress=[rule("Deny", peer)]))
    assert {end for end in ENDS if not allowed(here, tcp(here, end, "me/me"))} == expected


@pytest.mark.parametrize("kind", ADMINS)
@pytest.mark.parametrize(("peer", "expected"), PEERS + NETWORKS, ids=str)
def test_who_is_sent_to(kind: str, peer: Manifest, expected: set[str]) -> None:
    me = {"namespaces": {"matchLabels": {"kubernetes.io/metadata.name": "me"}}}
    here = world(*PODS, pod("me/me"), either(kind, "x", subject=me, egress=[to("Deny", peer)]))
    assert {end for end in ENDS if not allowed(here, tcp(here, "me/me", end))} == expected


def test_a_network_set_is_no_peer() -> None:
    sets = (network_set("a/s", OUTSIDE), network_set("s", OUTSIDE))
    here = world(*PODS, *sets, cluster_policy("x", ingress=[DENY]))
    assert allowed(here, tcp(here, OUTSIDE, "a/web"))


NODES: Manifest = {"nodes": {}}
#: What a rule with a peer that Calico cannot convert makes of TCP to `b/db` and to the world.
CLOSED: list[tuple[str, list[Manifest], set[str]]] = [
    ("an accept of nodes is dropped", [to("Accept", NODES)], set()),
    ("and what follows it counts", [to("Accept", NODES), to("Deny")], {"b/db"}),
    ("and a deny before it", [to("Deny"), to("Accept", NODES)], {"b/db"}),
    ("a deny of nodes denies everything", [to("Deny", NODES)], {"b/db", OUTSIDE}),
    ("a pass to nodes denies everything", [to("Pass", NODES)], {"b/db", OUTSIDE}),
    ("but what goes before it", [to("Accept"), to("Deny", NODES)], {OUTSIDE}),
    (
        "whatever its protocols",
        [to("Deny", NODES, protocols=[{"udp": {"destinationPort": {"number": 1}}}])],
        {"b/db", OUTSIDE},
    ),
    ("a pass to nodes and others denies everything", [to("Pass", ANYBODY, NODES)], {"b/db", OUTSIDE}),
    ("an accept of nodes and others is dropped whole", [to("Accept", ANYBODY, NODES), to("Deny")], {"b/db"}),
    ("a deny of nodes and others denies everything", [to("Deny", NODES, ANYBODY)], {"b/db", OUTSIDE}),
]


@pytest.mark.parametrize(("rules", "expected"), [pytest.param(*row[1:], id=row[0]) for row in CLOSED])
def test_a_rule_that_cannot_be_meant_fails_closed(rules: list[Manifest], expected: set[str]) -> None:
    here = world(*PODS, cluster_policy("x", subject={"namespaces": {"matchLabels": {"env": "prod"}}}, egress=rules))
    assert {end for end in ("b/db", OUTSIDE) if not allowed(here, tcp(here, "a/web", end))} == expected


def test_an_older_policy_fails_closed_too() -> None:
    here = world(*PODS, older("x", egress=[to("Allow", NODES), to("Pass", NODES)]))
    assert not allowed(here, tcp(here, "a/web", OUTSIDE))


@pytest.mark.parametrize(
    ("asked", "expected"),
    [("example.com", True), ("www.example.com", True), ("example.org", False), ("", False)],
)
def test_names_are_accepted_where_they_are_known(asked: str, *, expected: bool) -> None:
    accepting = to("Accept", {"domainNames": ["example.com", "*.example.com"]})
    here = world(*PODS, cluster_policy("x", egress=[accepting, to("Deny", {"networks": ["0.0.0.0/0"]})]))
    assert allowed(here, replace(tcp(here, "a/web", OUTSIDE), destination_name=asked)) is expected


PORTED = pod("a/web", {"app": "web"}, ports={"http": 8080})
PROTOCOLS: list[tuple[str, list[Manifest] | None, set[str]]] = [
    ("left out", None, {"tcp 80", "tcp 8080", "udp 80", "sctp 80"}),
    ("a number", [{"tcp": {"destinationPort": {"number": 80}}}], {"tcp 80"}),
    ("a range", [{"tcp": {"destinationPort": {"range": {"start": 79, "end": 8080}}}}], {"tcp 80", "tcp 8080"}),
    ("another protocol", [{"udp": {"destinationPort": {"number": 80}}}], {"udp 80"}),
    ("SCTP", [{"sctp": {"destinationPort": {"number": 80}}}], {"sctp 80"}),
    (
        "several",
        [{"udp": {"destinationPort": {"number": 80}}}, {"tcp": {"destinationPort": {"number": 8080}}}],
        {"udp 80", "tcp 8080"},
    ),
    ("a name", [{"destinationNamedPort": "http"}], {"tcp 8080"}),
    ("a name that nobody has", [{"destinationNamedPort": "https"}], set()),
]


def denied(here: World) -> set[str]:
    sent = {f"{name} {port}": (number, port) for name, number in NUMBERS.items() for port in (80, 8080)}
    return {
        name
        for name, (protocol, port) in sent.items()
        if not allowed(here, packet(here, "b/db", "a/web", protocol, destination_port=port)) and name in ASKED
    }


NUMBERS = {"tcp": TCP, "udp": UDP, "sctp": SCTP}
ASKED = {"tcp 80", "tcp 8080", "udp 80", "sctp 80"}


@pytest.mark.parametrize(("protocols", "expected"), [pytest.param(*row[1:], id=row[0]) for row in PROTOCOLS])
@pytest.mark.parametrize("direction", ["ingress", "egress"])
def test_protocols_and_ports(direction: str, protocols: list[Manifest] | None, expected: set[str]) -> None:
    given = {} if protocols is None else {"protocols": protocols}
    spec: Manifest = {direction: [rule("Deny", **given) if direction == "ingress" else to("Deny", **given)]}
    assert denied(world(PORTED, DB, cluster_policy("x", **spec))) == expected


OLD_PORTS: list[tuple[str, list[Manifest] | None, set[str]]] = [
    ("left out", None, {"tcp 80", "tcp 8080", "udp 80", "sctp 80"}),
    ("a number", [{"portNumber": {"protocol": "UDP", "port": 80}}], {"udp 80"}),
    ("a range, TCP if nothing is said", [{"portRange": {"start": 79, "end": 8080}}], {"tcp 80", "tcp 8080"}),
    ("a range of another protocol", [{"portRange": {"start": 79, "end": 81, "protocol": "SCTP"}}], {"sctp 80"}),
    ("a name", [{"namedPort": "http"}], {"tcp 8080"}),
]


@pytest.mark.parametrize(("ports", "expected"), [pytest.param(*row[1:], id=row[0]) for row in OLD_PORTS])
@pytest.mark.parametrize("direction", ["ingress", "egress"])
def test_ports_of_the_older_kinds(direction: str, ports: list[Manifest] | None, expected: set[str]) -> None:
    given = {} if ports is None else {"ports": ports}
    spec: Manifest = {direction: [rule("Deny", **given) if direction == "ingress" else to("Deny", **given)]}
    assert denied(world(PORTED, DB, older("x", **spec))) == expected
    assert denied(world(PORTED, DB, older("x", baseline=True, **spec))) == expected


def test_only_directions_with_rules_are_governed() -> None:
    here = world(
        *PODS,
        cluster_policy("x", ingress=[rule("Accept")]),
        policy("y", tier="kube-baseline", types=["Egress"], egress=[deny(protocol="UDP")]),
    )
    assert closed(here) == set()
    assert not allowed(here, udp(here, "a/web", OUTSIDE))
