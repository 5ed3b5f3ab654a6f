"""Protocols, ICMP types and what they say about the IP version.

Source: Calico's felix/rules/policy.go.
"""

from typing import Any

import pytest

from builders import OUTSIDE, allow, allowed, packet, pod, policy, world
from percale.policy.world import World

GRE, UDPLITE = 47, 136
SIX = "2001:db8::9"

#: Name, protocol number, source, other fields.
PROBES: dict[str, tuple[int, str, dict[str, int]]] = {
    "tcp4": (6, OUTSIDE, {}),
    "tcp6": (6, SIX, {}),
    "udp4": (17, OUTSIDE, {}),
    "sctp4": (132, OUTSIDE, {}),
    "udplite4": (136, OUTSIDE, {}),
    "gre4": (47, OUTSIDE, {}),
    "gre6": (47, SIX, {}),
    "ping4": (1, OUTSIDE, {"icmp_type": 8}),
    "ping4-code1": (1, OUTSIDE, {"icmp_type": 8, "icmp_code": 1}),
    "timestamp4": (1, OUTSIDE, {"icmp_type": 13}),
    "ping6": (58, SIX, {"icmp_type": 128}),
    "nodeinfo6": (58, SIX, {"icmp_type": 139}),
    "icmp-in-6": (1, SIX, {}),
    "icmpv6-in-4": (58, OUTSIDE, {}),
}
EVERY = set(PROBES)
ICMP4 = {"ping4", "ping4-code1", "timestamp4"}
ICMP6 = {"ping6", "nodeinfo6"}

RULES: list[tuple[dict[str, Any], set[str]]] = [
    ({}, EVERY),
    ({"protocol": "TCP"}, {"tcp4", "tcp6"}),
    ({"protocol": 6}, {"tcp4", "tcp6"}),
    ({"protocol": "6"}, {"tcp4", "tcp6"}),
    ({"protocol": "UDP"}, {"udp4"}),
    ({"protocol": "SCTP"}, {"sctp4"}),
    ({"protocol": "UDPLite"}, {"udplite4"}),
    ({"protocol": UDPLITE}, {"udplite4"}),
    ({"protocol": GRE}, {"gre4", "gre6"}),
    ({"protocol": 255}, set()),
    ({"notProtocol": "TCP"}, EVERY - {"tcp4", "tcp6"}),
    ({"notProtocol": 17}, EVERY - {"udp4"}),
    ({"notProtocol": "47"}, EVERY - {"gre4", "gre6"}),
    ({"protocol": "TCP", "notProtocol": "TCP"}, set()),
    ({"protocol": "TCP", "notProtocol": "UDP"}, {"tcp4", "tcp6"}),
    ({"protocol": "TCP", "ipVersion": 6}, {"tcp6"}),
    # Names narrow a rule to one IP version, numbers do not.
    ({"protocol": "ICMP"}, ICMP4),
    ({"protocol": 1}, {*ICMP4, "icmp-in-6"}),
    ({"protocol": "1"}, {*ICMP4, "icmp-in-6"}),
    ({"protocol": 1, "ipVersion": 4}, ICMP4),
    ({"protocol": "ICMP", "ipVersion": 4}, ICMP4),
    ({"protocol": "ICMPv6"}, ICMP6),
    ({"protocol": 58}, {*ICMP6, "icmpv6-in-4"}),
    ({"protocol": 58, "ipVersion": 6}, ICMP6),
    ({"protocol": "ICMPv6", "ipVersion": 6}, ICMP6),
    ({"notProtocol": "ICMP"}, EVERY - ICMP4 - {"icmp-in-6"}),
    ({"notProtocol": "ICMPv6"}, EVERY - ICMP6 - {"icmpv6-in-4"}),
    ({"protocol": "ICMP", "icmp": {"type": 8}}, {"ping4", "ping4-code1"}),
    ({"protocol": "ICMP", "icmp": {"type": 8, "code": 0}}, {"ping4"}),
    ({"protocol": "ICMP", "icmp": {"type": 8, "code": 1}}, {"ping4-code1"}),
    ({"protocol": "ICMP", "icmp": {"type": 13}}, {"timestamp4"}),
    ({"protocol": "ICMP", "icmp": {"type": 0}}, set()),
    ({"protocol": "ICMP", "icmp": {}}, ICMP4),
    ({"protocol": 1, "icmp": {"type": 8}}, {"ping4", "ping4-code1"}),
    ({"protocol": "ICMPv6", "icmp": {"type": 128}}, {"ping6"}),
    ({"protocol": "ICMPv6", "icmp": {"type": 8}}, set()),
    ({"protocol": 58, "icmp": {"type": 139, "code": 0}}, {"nodeinfo6"}),
    ({"protocol": "ICMP", "notICMP": {"type": 8}}, {"timestamp4"}),
    ({"protocol": "ICMP", "notICMP": {"type": 8, "code": 0}}, {"ping4-code1", "timestamp4"}),
    ({"protocol": "ICMP", "notICMP": {}}, ICMP4),
    ({"protocol": "ICMPv6", "notICMP": {"type": 128}}, {"nodeinfo6"}),
    ({"protocol": "ICMP", "icmp": {"type": 8}, "notICMP": {"type": 8, "code": 1}}, {"ping4"}),
    ({"protocol": "ICMP", "icmp": {"type": 8}, "notICMP": {"type": 8}}, set()),
    # What does not matter to the packet.
    ({"protocol": "TCP", "metadata": {"annotations": {"a": "b"}}}, {"tcp4", "tcp6"}),
    ({"http": {"methods": ["GET"], "paths": [{"exact": "/x"}]}}, EVERY),
    ({"protocol": "TCP", "http": {"methods": ["GET"]}}, {"tcp4", "tcp6"}),
]


def let_in(here: World) -> set[str]:
    return {
        name
        for name, (protocol, source, fields) in PROBES.items()
        if allowed(here, packet(here, source, "a/pod", protocol, **fields))
    }


def ids(value: object) -> str | None:
    return str(value) if isinstance(value, dict) else None


@pytest.mark.parametrize(("rule", "expected"), RULES, ids=ids)
def test_a_rule_lets_in(rule: dict[str, Any], expected: set[str]) -> None:
    assert let_in(world(pod("a/pod"), policy("a/x", ingress=[allow(**rule)]))) == expected
