"""The rule that would have let a denied packet through but for least."""

from typing import Any

import pytest

from builders import OUTSIDE, allow, deny, kubernetes_policy, namespace, packet, pod, policy, tcp, tier, udp, world
from percale.analysis.nearest import nearest
from percale.policy.matching import Criterion, Miss
from percale.policy.reasons import Decision
from percale.policy.rules import Side
from percale.policy.verdict import judge
from percale.policy.world import World
from percale.traffic.packet import Packet
from percale.traffic.protocols import TCP

WEB, DB = "shop/web", "shop/db"
SELECTOR = Miss(Criterion.SELECTOR, Side.SOURCE)
PORT = Miss(Criterion.PORTS, Side.DESTINATION)
NETS = Miss(Criterion.NETS, Side.SOURCE)
PROTOCOL = Miss(Criterion.PROTOCOL)
VERSION = Miss(Criterion.IP_VERSION)

FROM_WEB = allow(protocol="TCP", source={"selector": "app == 'web'"}, destination={"ports": [5432]})
FROM_API = allow(protocol="TCP", source={"selector": "app == 'api'"}, destination={"ports": [5432]})
FROM_APIS_PORT = allow(protocol="TCP", source={"selector": "app == 'api'"}, destination={"ports": [9999]})
FROM_FAR = allow(
    protocol="TCP", source={"selector": "app == 'api'", "nets": ["203.0.113.0/24"]}, destination={"ports": [9999]}
)


def _world(*policies: Any) -> World:
    return world(namespace("shop"), pod(WEB, {"app": "web"}), pod(DB, {"app": "db"}), *policies)


def _ingress(name: str, *rules: Any, **spec: Any) -> Any:
    return policy(f"shop/{name}", **{"selector": "app == 'db'", "types": ["Ingress"], "ingress": rules} | spec)


#: Policies, the port that web asks db for, and what is nearest: policy, rule, misses, whether it selects.
TABLE: dict[str, tuple[list[Any], int, tuple[str, str, tuple[Miss, ...], bool] | None]] = {
    "a-wrong-port": ([_ingress("a", FROM_WEB)], 5433, ("a", "ingress[0]", (PORT,), True)),
    "a-wrong-label": ([_ingress("a", FROM_API)], 5432, ("a", "ingress[0]", (SELECTOR,), True)),
    "two-things-wrong": ([_ingress("a", FROM_API)], 5433, ("a", "ingress[0]", (SELECTOR, PORT), True)),
    "three-are-too-many": ([_ingress("a", FROM_FAR)], 5432, None),
    "no-rules": ([_ingress("a")], 5432, None),
    "the-rule-that-misses-least": (
        [_ingress("a", FROM_APIS_PORT, FROM_API, FROM_FAR)],
        5432,
        ("a", "ingress[1]", (SELECTOR,), True),
    ),
    "the-first-of-equals": ([_ingress("a", FROM_API, FROM_API)], 5432, ("a", "ingress[0]", (SELECTOR,), True)),
    "by-the-order-of-policies": (
        [_ingress("a", FROM_API, order=20), _ingress("b", FROM_API, order=10)],
        5432,
        ("b", "ingress[0]", (SELECTOR,), True),
    ),
    "a-wrong-port-before-a-wrong-protocol": (
        [_ingress("a", allow(protocol="UDP"), FROM_WEB)],
        5433,
        ("a", "ingress[1]", (PORT,), True),
    ),
    "a-wrong-label-before-a-wrong-ip-version": (
        [_ingress("a", allow(ipVersion=6), FROM_API)],
        5432,
        ("a", "ingress[1]", (SELECTOR,), True),
    ),
    "a-wrong-protocol-where-there-is-nothing-better": (
        [_ingress("a", allow(protocol="UDP"))],
        5432,
        ("a", "ingress[0]", (PROTOCOL,), True),
    ),
    "denials-help-nobody": ([_ingress("a", deny(protocol="UDP"))], 5432, None),
    "a-policy-that-nearly-selects": (
        [_ingress("a"), _ingress("b", FROM_WEB, selector="app == 'database'")],
        5432,
        ("b", "ingress[0]", (), False),
    ),
    "not-to-select-is-one-thing-missed": (
        [_ingress("a", FROM_APIS_PORT), _ingress("b", FROM_WEB, selector="app == 'database'")],
        5432,
        ("b", "ingress[0]", (), False),
    ),
    "among-equals-a-policy-that-selects": (
        [_ingress("b", FROM_WEB, selector="app == 'database'", order=1), _ingress("a", FROM_API, order=2)],
        5432,
        ("a", "ingress[0]", (SELECTOR,), True),
    ),
    "a-policy-of-another-tier-cannot-help": (
        [tier("late", order=2e6), _ingress("a"), _ingress("late.b", FROM_WEB, tier="late")],
        5432,
        None,
    ),
    "a-policy-of-the-other-direction-cannot-help": (
        [_ingress("a"), policy("shop/b", selector="app == 'db'", types=["Egress"], egress=[allow()])],
        5432,
        None,
    ),
    "a-policy-of-kubernetes": (
        [
            kubernetes_policy(
                "shop/k",
                ingress=[
                    {
                        "from": [{"ipBlock": {"cidr": "203.0.113.0/24"}}, {"podSelector": {}}],
                        "ports": [{"port": 5432}],
                    }
                ],
            )
        ],
        5433,
        ("k", "ingress[0].from[1]", (PORT,), True),
    ),
    "an-address-outside-the-networks": (
        [_ingress("a", allow(source={"nets": ["203.0.113.0/24"]}))],
        5432,
        ("a", "ingress[0]", (NETS,), True),
    ),
    "a-rule-of-the-other-ip-version-misses-twice": (
        [_ingress("a", allow(source={"nets": ["2001:db8::/32"]}))],
        5432,
        ("a", "ingress[0]", (VERSION, NETS), True),
    ),
}


@pytest.mark.parametrize("case", TABLE)
def test_the_nearest_rule(case: str) -> None:
    policies, port, expected = TABLE[case]
    here = _world(*policies)
    sent = tcp(here, WEB, DB, port)
    assert _nearest(here, sent, judge(here, sent).ingress) == expected


def _nearest(here: World, sent: Packet, decision: Decision | None) -> tuple[str, str, tuple[Miss, ...], bool] | None:
    assert decision is not None
    assert not decision.allows
    near = nearest(here, decision, sent)
    return (near.policy.id.name, near.rule.path, near.misses, near.selects) if near else None


def test_of_egress_the_side_that_is_missed_is_the_destination() -> None:
    rule = allow(protocol="TCP", destination={"nets": ["203.0.113.0/24"], "ports": [443]})
    here = _world(policy("shop/a", selector="app == 'web'", types=["Egress"], egress=[rule]))
    missed = (Miss(Criterion.NETS, Side.DESTINATION),)
    sent = tcp(here, WEB, OUTSIDE, 443)
    assert _nearest(here, sent, judge(here, sent).egress) == ("a", "egress[0]", missed, True)


def test_what_a_rule_denied_has_no_nearest_rule() -> None:
    here = _world(_ingress("a", deny(), FROM_WEB))
    decision = judge(here, tcp(here, WEB, DB, 5432)).ingress
    assert decision is not None
    assert nearest(here, decision, tcp(here, WEB, DB, 5432)) is None


def test_the_nearest_rule_would_let_the_packet_through_once_it_is_met() -> None:
    """Of a rule that misses the port alone: with its port the packet passes."""
    here = _world(_ingress("a", FROM_API, FROM_WEB))
    sent = udp(here, WEB, DB, 53)
    assert _nearest(here, sent, judge(here, sent).ingress) == ("a", "ingress[1]", (PROTOCOL, PORT), True)
    assert judge(here, packet(here, WEB, DB, TCP, source_port=1, destination_port=5432)).allowed
