"""Between a node and its own pods, and what connection tracking calls invalid.

Source: Calico's felix/rules/endpoints.go.
"""

from dataclasses import replace

import pytest

from builders import OUTSIDE, Manifest, allowed, packet, pod, policy, tcp, world
from percale.policy.conntrack import opens_a_flow
from percale.policy.reasons import Decision, HostPath, NotOpening
from percale.policy.verdict import judge
from percale.policy.world import Node, World
from percale.traffic.addresses import address
from percale.traffic.packet import Packet
from percale.traffic.protocols import ICMP, ICMPV6

N1, N2 = "10.0.0.1", "10.0.0.2"
N1_V6 = "fd00::1"
CLOSED = policy("x", types=["Ingress", "Egress"])


def cluster(*manifests: Manifest) -> World:
    here = world(pod("a/here", nodeName="n1"), pod("a/there", nodeName="n2"), pod("a/nowhere"), *manifests)
    nodes = (Node("n1", (address(N1), address(N1_V6))), Node("n2", (address(N2),)))
    return replace(here, nodes=nodes)


PATHS = [
    (N1, "a/here", True),
    (N1_V6, "a/here", True),
    (N2, "a/here", False),
    (N1, "a/there", False),
    (N2, "a/there", True),
    (N1, "a/nowhere", False),
    (OUTSIDE, "a/here", False),
    ("a/here", N1, False),
    ("a/here", N2, False),
    ("a/there", "a/here", False),
]


@pytest.mark.parametrize(("source", "destination", "expected"), PATHS)
def test_only_a_node_reaches_its_own_pods_whatever_policy_says(
    source: str, destination: str, *, expected: bool
) -> None:
    here = cluster(CLOSED)
    assert allowed(here, tcp(here, source, destination)) is expected


def test_egress_to_the_own_node_is_a_matter_of_policy() -> None:
    here = cluster(policy("x", egress=[{"action": "Allow", "destination": {"nets": [f"{N1}/32"]}}]))
    assert allowed(here, tcp(here, "a/here", N1))
    assert not allowed(here, tcp(here, "a/here", N2))


def test_a_node_reaches_its_pods_with_what_opens_no_flow_too() -> None:
    here = cluster(CLOSED)
    assert allowed(here, packet(here, N1, "a/here", ICMP, icmp_type=3))


@pytest.mark.parametrize(("icmp_type", "expected"), [(130, True), (133, True), (135, True), (136, True), (128, False)])
def test_neighbour_discovery_to_the_own_node_is_no_matter_of_policy(icmp_type: int, *, expected: bool) -> None:
    here = cluster(CLOSED)
    assert allowed(here, packet(here, "a/here", N1_V6, ICMPV6, icmp_type=icmp_type)) is expected
    assert not allowed(here, packet(here, "a/there", N1_V6, ICMPV6, icmp_type=icmp_type))


def test_the_host_path_is_told_as_the_reason() -> None:
    here = cluster(CLOSED)
    decision = judge(here, tcp(here, N1, "a/here")).ingress
    assert isinstance(decision, Decision)
    assert decision.because == HostPath()


#: As nf_conntrack_proto_icmp and nf_conntrack_proto_icmpv6 do it: requests, and what is not tracked at all.
OPENING = {4: {8, 13, 15, 17}, 6: {128, 139, *range(130, 137), 143}}


@pytest.mark.parametrize("version", [4, 6])
def test_icmp_that_opens_a_flow(version: int) -> None:
    end, protocol = (address("10.0.0.1"), ICMP) if version == 4 else (address("fd00::1"), ICMPV6)
    # Multicast router discovery, 151 to 153, is taken differently from kernel to kernel.
    kinds = [kind for kind in range(256) if kind not in (151, 152, 153)]
    assert {kind for kind in kinds if opens_a_flow(Packet(end, end, protocol, icmp_type=kind))} == OPENING[version]


@pytest.mark.parametrize(
    ("protocol", "end"), [(ICMPV6, "10.0.0.1"), (ICMP, "fd00::1"), (6, "10.0.0.1"), (47, "fd00::1")]
)
def test_everything_else_opens_a_flow(protocol: int, end: str) -> None:
    assert opens_a_flow(Packet(address(end), address(end), protocol))


@pytest.mark.parametrize(
    ("source", "protocol", "icmp_type"),
    [
        (OUTSIDE, ICMP, 0),
        (OUTSIDE, ICMP, 3),
        (OUTSIDE, ICMP, 11),
        ("2001:db8::9", ICMPV6, 129),
        ("2001:db8::9", ICMPV6, 1),
    ],
)
def test_a_stray_reply_or_error_gets_nowhere_even_to_an_open_pod(source: str, protocol: int, icmp_type: int) -> None:
    here = world(pod("a/web"))
    verdict = judge(here, packet(here, source, "a/web", protocol, icmp_type=icmp_type))
    assert verdict.ingress
    assert (verdict.allowed, verdict.ingress.because) == (False, NotOpening())


def test_a_stray_reply_between_strangers_is_none_of_our_business() -> None:
    here = world(pod("a/web"))
    assert allowed(here, packet(here, OUTSIDE, "198.51.100.7", ICMP, icmp_type=0))
