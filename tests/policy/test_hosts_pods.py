"""Pods and hosts: to the own host, from it, and from the host of another node.

Source: Calico's felix/rules/static.go.
"""

import pytest

from builders import (
    HOST,
    NODE,
    OUTSIDE,
    ROUTES,
    UPLINK,
    Manifest,
    allow,
    allowed,
    deny,
    felix,
    host_endpoint,
    hosted,
    network_set,
    on_route,
    pod,
    policy,
    stopped,
    tcp,
)
from percale.policy.host_path import Crossing
from percale.policy.reasons import HostPath, HostRefused
from percale.policy.verdict import judge

LETS_OUT = policy("a/out", egress=[allow()])
LETS_NOBODY_OUT = policy("a/out", egress=[deny()])
LETS_TO_HOST = policy("a/out", egress=[allow(destination={"nets": [f"{HOST}/32"]})])


@pytest.mark.parametrize(
    ("action", "manifests", "expected"),
    [
        pytest.param("Accept", [], True, id="accept"),
        pytest.param("Return", [], True, id="return"),
        pytest.param("Drop", [], False, id="drop"),
        pytest.param("Accept", [LETS_OUT], True, id="accept, policy allows"),
        pytest.param("Drop", [LETS_OUT], False, id="drop, policy allows"),
        pytest.param("Accept", [LETS_NOBODY_OUT], False, id="accept, policy denies"),
        pytest.param("Return", [LETS_NOBODY_OUT], False, id="return, policy denies"),
        pytest.param("Accept", [LETS_TO_HOST], True, id="accept, policy allows the host alone"),
        pytest.param("Drop", [LETS_TO_HOST], False, id="drop, policy allows the host alone"),
    ],
)
def test_a_pod_gets_to_its_own_host_by_egress_policy_and_settings(
    action: str, manifests: list[Manifest], *, expected: bool
) -> None:
    here = hosted(felix(defaultEndpointToHostAction=action), *manifests)
    assert on_route(here, "pod to host").allowed is expected


def test_drop_is_told_as_the_reason_and_stops_nothing_else() -> None:
    here = hosted(felix(defaultEndpointToHostAction="Drop"))
    decision = on_route(here, "pod to host").egress
    assert decision
    assert decision.because == HostRefused()
    assert stopped(here) == {"pod to host"}


def test_drop_is_for_the_own_host_only() -> None:
    here = hosted(felix(defaultEndpointToHostAction="Drop"), pod("a/far", nodeName="n2"))
    assert allowed(here, tcp(here, "a/far", HOST))


@pytest.mark.parametrize("profiles", [[], ["projectcalico-default-allow"]], ids=str)
def test_no_normal_policy_of_the_host_is_asked_of_its_own_pods(profiles: list[str]) -> None:
    closed = policy("x", selector="has(role)", types=["Ingress", "Egress"])
    here = hosted(host_endpoint("h", profiles=profiles), closed)
    assert not stopped(here) & {"pod to host", "host to pod"}


def test_policy_before_translation_is_asked_of_the_hosts_own_pods() -> None:
    early = policy("x", selector="has(role)", applyOnForward=True, preDNAT=True, ingress=[deny(protocol="TCP")])
    assert "pod to host" in stopped(hosted(host_endpoint("h"), early))
    assert "pod to host" not in stopped(hosted(host_endpoint("h", UPLINK), early))


def test_an_early_accept_spares_the_pod_neither_its_policy_nor_drop() -> None:
    early = policy("x", selector="has(role)", applyOnForward=True, preDNAT=True, ingress=[allow()])
    for manifest in (LETS_NOBODY_OUT, felix(defaultEndpointToHostAction="Drop")):
        assert "pod to host" in stopped(hosted(host_endpoint("h"), early, manifest))


def test_a_host_gets_to_its_own_pods_whatever_policy_says() -> None:
    closed = policy("x", types=["Ingress", "Egress"], ingress=[deny()], egress=[deny()])
    forward = policy("y", selector="has(role)", applyOnForward=True, ingress=[deny()], egress=[deny()])
    here = hosted(host_endpoint("h", profiles=[]), closed, forward)
    verdict = on_route(here, "host to pod")
    assert verdict.ingress
    assert (verdict.allowed, verdict.ingress.because, verdict.host) == (True, HostPath(), ())


FAR = pod("a/far", {"app": "far"}, nodeName="n2")
#: Who may get to the pod of another node, as rules can say it.
SOURCES: list[tuple[str, list[Manifest], bool]] = [
    ("no policy", [], True),
    ("a policy that allows nobody", [policy("a/x")], False),
    ("the host's address in nets", [policy("a/x", ingress=[allow(source={"nets": [f"{HOST}/32"]})])], True),
    (
        "a host endpoint with its address",
        [
            host_endpoint("h", expectedIPs=[HOST]),
            policy("x", selector="app == 'far'", ingress=[allow(source={"selector": "role == 'host'"})]),
        ],
        True,
    ),
    (
        "a host endpoint without addresses",
        [
            host_endpoint("h"),
            policy("x", selector="app == 'far'", ingress=[allow(source={"selector": "role == 'host'"})]),
        ],
        False,
    ),
    (
        "a host endpoint, asked for from a namespace",
        [
            host_endpoint("h", expectedIPs=[HOST]),
            policy("a/x", ingress=[allow(source={"selector": "role == 'host'"})]),
        ],
        False,
    ),
    (
        "a host endpoint, asked for globally from a namespace",
        [
            host_endpoint("h", expectedIPs=[HOST]),
            policy("a/x", ingress=[allow(source={"selector": "has(role)", "namespaceSelector": "global()"})]),
        ],
        True,
    ),
    (
        "a network set",
        [network_set("s", HOST, role="set"), policy("x", ingress=[allow(source={"selector": "role == 'set'"})])],
        True,
    ),
]


@pytest.mark.parametrize(("manifests", "expected"), [pytest.param(*row[1:], id=row[0]) for row in SOURCES])
def test_a_pod_of_another_node_sees_the_hosts_address(manifests: list[Manifest], *, expected: bool) -> None:
    here = hosted(FAR, *manifests)
    verdict = judge(here, tcp(here, HOST, "a/far"), crossing=Crossing(NODE, None, UPLINK))
    assert verdict.allowed is expected


def test_to_a_pod_of_another_node_the_hosts_own_policy_is_asked() -> None:
    closed = policy("x", selector="has(role)", egress=[deny()])
    here = hosted(FAR, host_endpoint("h"), closed)
    assert not judge(here, tcp(here, HOST, "a/far"), crossing=Crossing(NODE, None, UPLINK)).allowed


def test_a_host_networked_pod_is_the_host() -> None:
    here = hosted(
        pod("a/agent", {"app": "web"}, at=[HOST], hostNetwork=True), policy("a/x", types=["Ingress", "Egress"])
    )
    assert [str(one) for one in here.host_networked] == ["a/agent"]
    assert stopped(here) & {"to host", "from host", "host to container"} == set()
    bare = hosted(pod("a/agent", at=[HOST], hostNetwork=True), host_endpoint("h", profiles=[]))
    assert {"to host", "from host"} <= stopped(bare)


def test_on_a_node_without_host_endpoints_only_pods_are_asked() -> None:
    here = hosted(policy("x", types=["Ingress", "Egress"], applyOnForward=True))
    assert stopped(here) == {name for name in ROUTES if "pod" in name or name == "node port"} - {"host to pod"}
    assert all(on_route(here, name).host == () for name in ROUTES)


def test_without_a_crossing_no_host_endpoint_is_asked() -> None:
    here = hosted(host_endpoint("h", profiles=[]))
    assert allowed(here, tcp(here, OUTSIDE, HOST))


def test_host_endpoints_of_other_nodes_are_not_asked() -> None:
    here = hosted(host_endpoint("h", node="n2", profiles=[]))
    assert stopped(here) == set()
