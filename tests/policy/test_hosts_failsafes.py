"""Ports of a host that no policy closes.

Source: Calico's felix/config/config_params.go.
"""

from typing import Any

import pytest

from builders import OUTSIDE, UPLINK, Manifest, deny, felix, host_endpoint, hosted, on_route, policy, stopped
from percale.policy.policies import Hook
from percale.policy.reasons import Failsafe
from percale.traffic.protocols import SCTP, TCP, UDP

BARE = host_endpoint("h", UPLINK, profiles=[])
BOTH = {"Ingress", "Egress"}
#: As Felix has them by default; near misses among them.
DEFAULTS: dict[tuple[int, int], set[str]] = {
    (TCP, 22): {"Ingress"},
    (UDP, 22): set(),
    (UDP, 53): {"Egress"},
    (TCP, 53): set(),
    (UDP, 67): {"Egress"},
    (UDP, 68): {"Ingress"},
    (TCP, 80): set(),
    (TCP, 179): BOTH,
    (UDP, 179): set(),
    (SCTP, 179): set(),
    (TCP, 2378): set(),
    (TCP, 2379): BOTH,
    (TCP, 2380): BOTH,
    (TCP, 2381): set(),
    (TCP, 5473): BOTH,
    (TCP, 6443): BOTH,
    (TCP, 6666): BOTH,
    (TCP, 6667): BOTH,
    (TCP, 6668): set(),
    (TCP, 10250): set(),
}


def open_ways(*manifests: Manifest, protocol: int = TCP, **fields: Any) -> set[str]:
    here = hosted(BARE, *manifests)
    ways = {"Ingress": "to host", "Egress": "from host"}
    return {way for way, name in ways.items() if on_route(here, name, protocol, **fields).allowed}


@pytest.mark.parametrize(("protocol", "port"), DEFAULTS, ids=str)
def test_ports_that_are_open_unless_settings_say_otherwise(protocol: int, port: int) -> None:
    assert open_ways(protocol=protocol, source_port=40000, destination_port=port) == DEFAULTS[protocol, port]


def test_a_failsafe_is_told_as_the_reason() -> None:
    decisions = on_route(hosted(BARE), "to host", destination_port=22).host
    assert {one.because for one in decisions} == {Failsafe()}
    assert decisions[-1].hook is Hook.NORMAL


@pytest.mark.parametrize("flavour", [{}, {"applyOnForward": True}, {"applyOnForward": True, "preDNAT": True}], ids=str)
def test_no_explicit_deny_closes_a_failsafe(flavour: Manifest) -> None:
    here = hosted(host_endpoint("h"), policy("x", selector="has(role)", ingress=[deny()], **flavour))
    assert not on_route(here, "to host").allowed
    assert on_route(here, "to host", destination_port=22).allowed


def test_an_untracked_deny_closes_no_failsafe() -> None:
    rules = policy("x", selector="has(role)", applyOnForward=True, doNotTrack=True, ingress=[deny()], egress=[deny()])
    here = hosted(host_endpoint("h", UPLINK), rules)
    assert not on_route(here, "to host").allowed
    assert on_route(here, "to host", destination_port=22).allowed
    assert on_route(here, "from host", destination_port=6443).allowed


#: What is open of a port of a reply: `to host` from a server's port, `from host` from a served one.
REPLIES = {
    ("to host", UDP, 53): True,
    ("to host", TCP, 22): False,
    ("from host", TCP, 22): True,
    ("from host", UDP, 53): False,
    ("to host", TCP, 6443): True,
    ("from host", TCP, 6443): True,
}


@pytest.mark.parametrize(("route", "protocol", "port"), REPLIES, ids=str)
def test_replies_of_failsafes_pass_where_nothing_is_tracked(route: str, protocol: int, port: int) -> None:
    rules = policy("x", selector="has(role)", applyOnForward=True, doNotTrack=True, ingress=[deny()], egress=[deny()])
    here = hosted(host_endpoint("h", UPLINK), rules)
    sent = {"source_port": port, "destination_port": 40000}
    assert on_route(here, route, protocol, **sent).allowed is REPLIES[route, protocol, port]


@pytest.mark.parametrize(("protocol", "port"), [(UDP, 53), (TCP, 6443)])
def test_where_connections_are_tracked_a_source_port_is_no_failsafe(protocol: int, port: int) -> None:
    assert open_ways(protocol=protocol, source_port=port, destination_port=40000) == set()


def test_forwarded_traffic_has_no_failsafes() -> None:
    rules = policy("x", selector="has(role)", applyOnForward=True, ingress=[deny()])
    here = hosted(host_endpoint("h", UPLINK), rules)
    assert stopped(here, destination_port=22) == {"container in", "published port", "pod in", "node port"}


def test_a_failsafe_before_translation_spares_nothing_later() -> None:
    early = policy("x", selector="has(role)", applyOnForward=True, preDNAT=True, ingress=[deny()])
    later = policy("y", selector="has(role)", applyOnForward=True, ingress=[deny()])
    here = hosted(host_endpoint("h", UPLINK), early, later)
    *_, early_on, last = on_route(here, "container in", destination_port=22).host
    assert (early_on.hook, early_on.because) == (Hook.PRE_DNAT, Failsafe())
    assert (last.hook, last.allows) == (Hook.FORWARD, False)


def test_a_failsafe_is_of_the_port_before_translation() -> None:
    early = policy("x", selector="has(role)", applyOnForward=True, preDNAT=True, ingress=[deny()])
    listed = felix(failsafeInboundHostPorts=[{"protocol": "TCP", "port": 8080}])
    assert "published port" in stopped(hosted(host_endpoint("h"), early), destination_port=22)
    assert "published port" not in stopped(hosted(host_endpoint("h"), early, listed))


def test_pods_have_no_failsafes() -> None:
    here = hosted(policy("a/x", ingress=[deny()]))
    assert not on_route(here, "pod in", destination_port=22).allowed


def listed(direction: str, *ports: Manifest) -> Manifest:
    spec: Manifest = {f"failsafe{direction}HostPorts": ports}
    return felix(**spec)


@pytest.mark.parametrize(
    ("settings", "ways"),
    [
        pytest.param(felix(), BOTH, id="nothing said"),
        pytest.param(listed("Inbound"), {"Egress"}, id="none inbound"),
        pytest.param(listed("Outbound"), {"Ingress"}, id="none outbound"),
        pytest.param(listed("Inbound", {"port": 6443}), BOTH, id="TCP if no protocol is given"),
        pytest.param(listed("Inbound", {"port": 6443, "protocol": "UDP"}), {"Egress"}, id="another protocol"),
        pytest.param(listed("Inbound", {"port": 22}), {"Egress"}, id="a list replaces the defaults"),
        pytest.param(listed("Inbound", {"port": 6443, "net": "192.0.2.0/24"}), BOTH, id="in the net"),
        pytest.param(listed("Inbound", {"port": 6443, "net": "192.0.2.77/24"}), BOTH, id="in an unmasked net"),
        pytest.param(listed("Inbound", {"port": 6443, "net": "198.51.100.0/24"}), {"Egress"}, id="outside the net"),
        pytest.param(listed("Inbound", {"port": 6443, "net": "::/0"}), {"Egress"}, id="the other IP version"),
        pytest.param(
            listed("Outbound", {"port": 6443, "net": f"{OUTSIDE}/32"}), BOTH, id="outbound, destination in it"
        ),
        pytest.param(
            listed("Outbound", {"port": 6443, "net": "203.0.113.0/24"}), {"Ingress"}, id="outbound, source in it"
        ),
    ],
)
def test_settings_replace_the_lists(settings: Manifest, ways: set[str]) -> None:
    assert open_ways(settings, source_port=40000, destination_port=6443) == ways


def test_a_nodes_own_list_counts_there() -> None:
    assert open_ways(listed("Inbound"), destination_port=22) == set()
    own = felix("node.n1", failsafeInboundHostPorts=[{"port": 22}])
    assert open_ways(listed("Inbound"), own, destination_port=22) == {"Ingress"}
    other = felix("node.n2", failsafeInboundHostPorts=[{"port": 22}])
    assert open_ways(listed("Inbound"), other, destination_port=22) == set()
