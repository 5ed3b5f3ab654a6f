"""The ways in which Calico can stop Docker's traffic, and those that only look like it."""

from typing import Any

import pytest

from builders import (
    CONTAINER,
    DOCKER,
    ROUTES,
    UPLINK,
    Manifest,
    allow,
    deny,
    felix,
    host_endpoint,
    hosted,
    kubernetes_policy,
    network_set,
    on_route,
    policy,
    stopped,
)
from percale.traffic.protocols import ICMP

DOCKERS = {name for name in ROUTES if "container" in name} | {"published port"}
BRIDGE_NET = "172.17.0.0/16"
AOF: Manifest = {"applyOnForward": True}
EARLY: Manifest = AOF | {"preDNAT": True}
RAW: Manifest = AOF | {"doNotTrack": True}


def hosts(*ingress: Manifest, egress: tuple[Manifest, ...] = (), **spec: Any) -> Manifest:
    """A policy for host endpoints alone; the letters below number the ways in which Docker can be hit."""
    directions = {"ingress": ingress, "egress": egress}
    given = {name: rules for name, rules in directions.items() if rules}
    return policy("p", selector="role == 'host'", **given, **spec)


ALL, ON_UPLINK, ON_DOCKER = host_endpoint("h"), host_endpoint("h", UPLINK), host_endpoint("h", DOCKER)
BARE = host_endpoint("h", profiles=[])
TO_WEB: Manifest = {"destination": {"ports": [80]}, "protocol": "TCP"}
FROM_BRIDGE: Manifest = {"source": {"nets": [BRIDGE_NET]}}
TO_BRIDGE: Manifest = {"destination": {"nets": [BRIDGE_NET]}}
TO_HOST, FROM_HOST = {"container to host"}, {"host to container"}
LEAVING = {"container out", "container to pod"}
ENTERING = {"container in", "published port", "pod to container"}

CASES: list[tuple[str, list[Manifest], set[str]]] = [
    ("no host endpoint", [], set()),
    ("a: forward ingress on docker0", [ON_DOCKER, hosts(deny(), **AOF)], TO_HOST | LEAVING),
    ("a: forward egress on docker0", [ON_DOCKER, hosts(egress=(deny(),), **AOF)], FROM_HOST | ENTERING),
    ("a: forward ingress on the uplink", [ON_UPLINK, hosts(deny(), **AOF)], {"container in", "published port"}),
    ("a: forward egress on the uplink", [ON_UPLINK, hosts(egress=(deny(),), **AOF)], {"container out"}),
    ("a: forward policy on every interface", [ALL, hosts(deny(), **AOF)], LEAVING | ENTERING | TO_HOST),
    ("a: nothing allowed is denied", [ON_DOCKER, hosts(allow(protocol="UDP"), **AOF)], TO_HOST | LEAVING),
    ("a: the container's own address", [ON_DOCKER, hosts(deny(**FROM_BRIDGE), allow(), **AOF)], TO_HOST | LEAVING),
    ("a: allowed by that address", [ON_DOCKER, hosts(allow(**FROM_BRIDGE), **AOF)], set()),
    (
        "a: the translated destination",
        [ON_UPLINK, hosts(deny(**TO_BRIDGE), allow(), **AOF)],
        {"container in", "published port"},
    ),
    (
        "a: the translated port",
        [ON_UPLINK, hosts(deny(**TO_WEB), allow(), **AOF)],
        {"container in", "published port"},
    ),
    (
        "a: not the published port",
        [ON_UPLINK, hosts(deny(protocol="TCP", destination={"ports": [8080]}), allow(), **AOF)],
        set(),
    ),
    (
        "a: a selector of everything is no container",
        [ON_DOCKER, hosts(allow(source={"selector": "all()"}), **AOF)],
        TO_HOST | LEAVING,
    ),
    (
        "a: a network set is",
        [
            network_set("docker", BRIDGE_NET, net="docker"),
            ON_DOCKER,
            hosts(allow(source={"selector": "net == 'docker'"}), **AOF),
        ],
        set(),
    ),
    (
        "b: before translation, the published port",
        [ON_UPLINK, hosts(deny(protocol="TCP", destination={"ports": [8080]}), **EARLY)],
        {"published port"},
    ),
    ("b: before translation, not the container's port", [ON_UPLINK, hosts(deny(**TO_WEB), **EARLY)], {"container in"}),
    (
        "b: before translation, what leaves containers too",
        [ALL, hosts(deny(**FROM_BRIDGE), **EARLY)],
        LEAVING | TO_HOST,
    ),
    ("c: untracked, by name", [ON_UPLINK, hosts(deny(), **RAW)], {"container in", "published port"}),
    ("c: untracked, on docker0", [ON_DOCKER, hosts(deny(), **RAW)], LEAVING | TO_HOST),
    ("c: untracked, not by the wildcard", [ALL, hosts(deny(), **RAW)], set()),
    ("h: containers to a bare host", [BARE], TO_HOST | FROM_HOST),
    ("h: normal ingress of docker0", [ON_DOCKER, hosts(deny())], TO_HOST),
    ("h: normal ingress of every interface", [ALL, hosts(deny())], TO_HOST),
    ("h: not of the uplink", [ON_UPLINK, hosts(deny())], set()),
    ("i: a host to its containers", [ON_DOCKER, hosts(egress=(deny(),))], FROM_HOST),
    ("i: by the wildcard", [ALL, hosts(egress=(deny(),))], FROM_HOST),
    ("j: bare on docker0", [host_endpoint("h", DOCKER, profiles=[])], TO_HOST | FROM_HOST),
    ("j: bare, and forwarded all the same", [BARE, hosts(allow(), egress=(allow(),))], set()),
    (
        "no cause: a global policy for all, not forwarded",
        [ALL, policy("x", order=1, ingress=[deny()])],
        TO_HOST | {"container to pod"},
    ),
    (
        "no cause: a policy for pods alone",
        [ALL, policy("a/x", types=["Ingress", "Egress"], ingress=[allow()], egress=[allow()])],
        set(),
    ),
    (
        "no cause: types of Kubernetes policies",
        [ALL, kubernetes_policy("b/x", policyTypes=["Ingress", "Egress"])],
        set(),
    ),
    (
        "no cause: forward policy that selects no host endpoint",
        [ALL, policy("x", selector="role == 'x'", ingress=[deny()], **AOF)],
        set(),
    ),
]


@pytest.mark.parametrize(("manifests", "expected"), [pytest.param(*row[1:], id=row[0]) for row in CASES])
def test_what_becomes_of_containers_traffic(manifests: list[Manifest], expected: set[str]) -> None:
    assert stopped(hosted(*manifests)) & DOCKERS == expected


@pytest.mark.parametrize(
    ("manifests", "expected"),
    [
        pytest.param([], False, id="no host endpoint"),
        pytest.param([ON_UPLINK], True, id="d: on a traversed interface"),
        pytest.param([ALL], True, id="d: on every interface"),
        pytest.param([host_endpoint("h", "eth1")], False, id="d: on another interface"),
        pytest.param([ALL, hosts(allow(), egress=(allow(),), **AOF)], True, id="d: policy is not even asked"),
        pytest.param([ALL, felix(disableConntrackInvalidCheck=True)], False, id="d: not checked"),
    ],
)
def test_what_is_invalid_is_dropped_where_a_host_endpoint_is(manifests: list[Manifest], *, expected: bool) -> None:
    stray = {"icmp_type": 0}
    for name in ("container out", "container in"):
        assert on_route(hosted(*manifests), name, ICMP, **stray).allowed is not expected


#: f: what the policies of the pod make of a container.
PODS: list[tuple[str, Manifest, set[str]]] = [
    ("a pod's ingress", policy("a/x", ingress=[deny()]), {"container to pod"}),
    ("a pod's egress", policy("a/x", egress=[deny()]), {"pod to container"}),
    (
        "a container is no pod",
        kubernetes_policy("a/x", ingress=[{"from": [{"namespaceSelector": {}}]}]),
        {"container to pod"},
    ),
    (
        "a container by its address",
        kubernetes_policy("a/x", ingress=[{"from": [{"ipBlock": {"cidr": f"{CONTAINER}/32"}}]}]),
        set(),
    ),
    ("egress by the container's address", policy("a/x", egress=[allow(**TO_BRIDGE)]), set()),
    (
        "a container is no known endpoint",
        policy("a/x", ingress=[allow(source={"selector": "all()"})]),
        {"container to pod"},
    ),
]


@pytest.mark.parametrize(("manifest", "expected"), [pytest.param(*row[1:], id=row[0]) for row in PODS])
def test_between_containers_and_pods_the_pods_policy_decides(manifest: Manifest, expected: set[str]) -> None:
    assert stopped(hosted(manifest)) & DOCKERS == expected


def test_failsafes_let_containers_to_the_host() -> None:
    here = hosted(BARE)
    assert on_route(here, "container to host", destination_port=22).allowed
    assert not on_route(here, "container to host", destination_port=53).allowed


def test_from_bridge_to_bridge_the_wildcard_is_asked_twice() -> None:
    here = hosted(ALL, hosts(allow(), egress=(allow(),), **AOF))
    assert [one.direction.value for one in on_route(here, "container out").host] == ["ingress", "egress"]
