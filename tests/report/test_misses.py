"""What a packet lacks for a rule, in words: a row for each thing that a rule can ask."""

from typing import Any

import pytest

from builders import (
    OUTSIDE,
    allow,
    kubernetes_policy,
    namespace,
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
from percale.policy.matching import Criterion, Miss, misses
from percale.policy.policies import Policy
from percale.policy.rules import Rule
from percale.policy.world import World
from percale.report.misses import lack_words, miss_words
from percale.traffic.packet import Packet

WEB, DB, DEV = "shop/web", "shop/db", "dev/tool"
AT_WEB, AT_DB = "10.0.0.1", "10.0.0.2"


def _world(*rules: Any) -> World:
    return world(
        namespace("shop", team="blue"),
        namespace("dev"),
        pod(WEB, {"app": "web", "tier": "front", "blank": ""}, at=[AT_WEB, "fd00::1"]),
        pod(DB, {"app": "db"}, at=[AT_DB, "fd00::2"], ports={"pg": 5432}),
        pod(DEV, {"app": "tool"}, at=["10.0.0.3", "fd00::3"], serviceAccountName="robot"),
        network_set("far", "203.0.113.0/24", zone="far"),
        resource("v1", "Service", "shop/db", spec={"selector": {"app": "db"}, "ports": [{"port": 5432}]}),
        *(one if "kind" in one else policy("shop/p", selector="app == 'db'", ingress=[one]) for one in rules),
    )


def _missed(here: World, sent: Packet) -> tuple[Rule, list[Miss]]:
    (only,) = here.policies.policies
    rule = (*only.ingress, *only.egress)[0]
    return rule, list(misses(rule, sent, here))


def _kubernetes(**peer: Any) -> Any:
    return kubernetes_policy("shop/k", ingress=[{"from": [peer], "ports": [{"port": 5432}]}])


def _from(selector: str, **fields: Any) -> Any:
    return allow(source={"selector": selector} | fields)


#: The rule, the packet, and what is said of every miss.
TABLE: dict[Criterion, list[tuple[Any, tuple[Any, ...], list[str]]]] = {
    Criterion.PORTS: [
        (_kubernetes(podSelector={}), (tcp, WEB, DB, 5433), ["port 5433 is not 5432"]),
        (
            allow(protocol="TCP", destination={"ports": [80, "8000:9000", 443]}),
            (tcp, WEB, DB, 5432),
            ["port 5432 is not 80,443,8000-9000"],
        ),
        (
            allow(protocol="TCP", destination={"ports": ["http", 80]}),
            (tcp, WEB, DB, 5432),
            ["port 5432 is not 80 or one named http"],
        ),
        (
            allow(protocol="TCP", source={"ports": [80]}),
            (tcp, WEB, DB, 5432),
            ["source port 40000 is not 80"],
        ),
        (
            allow(protocol="TCP", destination={"notPorts": ["5000:6000"]}),
            (tcp, WEB, DB, 5432),
            ["port 5432 is among 5000-6000, which the rule leaves out"],
        ),
        (allow(destination={"ports": ["pg"]}), (ping, WEB, DB), ["ICMP has no ports"]),
    ],
    Criterion.SELECTOR: [
        (
            _kubernetes(podSelector={"matchLabels": {"tier": "backend"}}),
            (tcp, DB, DB, 5432),
            ["source shop/db: pod lacks label tier=backend"],
        ),
        (
            _kubernetes(podSelector={"matchLabels": {"tier": "backend"}}),
            (tcp, WEB, DB, 5432),
            ["source shop/web: pod label tier is front, not backend"],
        ),
        (
            _kubernetes(podSelector={"matchLabels": {"blank": "no"}}),
            (tcp, WEB, DB, 5432),
            ["source shop/web: pod label blank is empty, not no"],
        ),
        (
            _kubernetes(namespaceSelector={"matchLabels": {"name": "shop"}}),
            (tcp, WEB, DB, 5432),
            ["source shop/web: namespace lacks label name; it has kubernetes.io/metadata.name"],
        ),
        (
            _kubernetes(namespaceSelector={"matchLabels": {"team": "red"}}),
            (tcp, WEB, DB, 5432),
            ["source shop/web: namespace label team is blue, not red"],
        ),
        (
            _kubernetes(namespaceSelector={"matchLabels": {"team": "red"}}),
            (tcp, DEV, DB, 5432),
            ["source dev/tool: namespace lacks label team=red"],
        ),
        (_kubernetes(podSelector={}), (tcp, DEV, DB, 5432), ["source dev/tool: is in namespace dev, not shop"]),
        (
            _kubernetes(podSelector={}),
            (tcp, OUTSIDE, DB, 5432),
            [
                (
                    f"source {OUTSIDE} is no known endpoint or network set, and the rule asks for "
                    '`(projectcalico.org/orchestrator == "k8s" && projectcalico.org/namespace == "s...`'
                )
            ],
        ),
        (_from("app == 'api'"), (tcp, WEB, DB, 1), ["source shop/web: pod label app is web, not api"]),
        (
            _from("app in {'api', 'batch'}"),
            (tcp, WEB, DB, 1),
            ["source shop/web: pod label app is web, not api or batch"],
        ),
        (_from("has(role)"), (tcp, WEB, DB, 1), ["source shop/web: pod lacks label role"]),
        (_from("!has(tier)"), (tcp, WEB, DB, 1), ["source shop/web: pod has label tier"]),
        (_from("app == 'front'"), (tcp, WEB, DB, 1), ["source shop/web: pod label app is web, not front"]),
        (_from("role == 'front'"), (tcp, WEB, DB, 1), ["source shop/web: pod lacks label role=front; it has tier"]),
        (
            _from("app == 'api' && role == 'x'"),
            (tcp, WEB, DB, 1),
            ["source shop/web: pod label app is web, not api and pod lacks label role=x"],
        ),
        (_from("app starts with 'x'"), (tcp, WEB, DB, 1), ['source shop/web: `app starts with "x"` does not hold']),
        (
            _from("zone == 'near'", namespaceSelector="global()"),
            (tcp, "203.0.113.7", DB, 1),
            ["source far: network set label zone is far, not near"],
        ),
        (
            _from("zone == 'far'", namespaceSelector="has(team)"),
            (tcp, "203.0.113.7", DB, 1),
            ["source far: namespace lacks label team"],
        ),
        (
            allow(source={"serviceAccounts": {"names": ["human"]}, "namespaceSelector": "all()"}),
            (tcp, DEV, DB, 1),
            ["source dev/tool: runs as robot, not human"],
        ),
        (allow(source={"namespaceSelector": "all()"}), (tcp, "203.0.113.7", DB, 1), ["source far: is in no namespace"]),
    ],
    Criterion.NOT_SELECTOR: [
        (
            allow(source={"notSelector": "app == 'web'"}),
            (tcp, WEB, DB, 1),
            ['source shop/web is selected by `app == "web"`, which the rule leaves out'],
        ),
    ],
    Criterion.NETS: [
        (
            allow(source={"nets": ["192.0.2.0/28", "198.51.100.0/24"]}),
            (tcp, WEB, DB, 1),
            [f"source {AT_WEB} is not in 192.0.2.0/28, 198.51.100.0/24"],
        ),
        (
            allow(source={"notNets": ["10.0.0.0/24"]}),
            (tcp, WEB, DB, 1),
            [f"source {AT_WEB} is in 10.0.0.0/24, which the rule leaves out"],
        ),
        (
            allow(destination={"nets": ["192.0.2.0/28"]}),
            (tcp, WEB, DB, 1),
            [f"destination {AT_DB} is not in 192.0.2.0/28"],
        ),
    ],
    Criterion.PROTOCOL: [
        (allow(protocol="UDP"), (tcp, WEB, DB, 1), ["protocol TCP is not UDP"]),
        (allow(protocol=47), (ping, WEB, DB), ["protocol ICMP is not 47"]),
        (allow(notProtocol="UDP"), (udp, WEB, DB, 1), ["protocol UDP is excluded"]),
    ],
    Criterion.ICMP: [
        (allow(protocol="ICMP", icmp={"type": 13}), (ping, WEB, DB), ["ICMP type 8 code 0 is not ICMP type 13"]),
        (
            allow(protocol="ICMP", icmp={"type": 8, "code": 1}),
            (ping, WEB, DB),
            ["ICMP type 8 code 0 is not ICMP type 8 code 1"],
        ),
        (allow(protocol="ICMP", notICMP={"type": 8}), (ping, WEB, DB), ["that ICMP type is excluded"]),
    ],
    Criterion.IP_VERSION: [
        (allow(ipVersion=6), (tcp, WEB, DB, 1), ["the rule does not exist for IPv4"]),
    ],
    Criterion.SERVICE: [
        (
            policy("shop/p", types=["Egress"], egress=[allow(destination={"services": {"name": "db"}})]),
            (tcp, WEB, DB, 5433),
            [f"destination {AT_DB} is not behind service shop/db"],
        ),
    ],
    Criterion.DOMAINS: [
        (
            policy("shop/p", types=["Egress"], egress=[allow(destination={"domains": ["a.example", "*.b.example"]})]),
            (tcp, WEB, OUTSIDE, 443),
            [f"destination {OUTSIDE} is not a.example or *.b.example"],
        ),
    ],
}
ROWS = [
    pytest.param(criterion, *row, id=f"{criterion.name}-{number}")
    for criterion, rows in TABLE.items()
    for number, row in enumerate(rows)
]


def test_the_table_is_complete() -> None:
    assert TABLE.keys() == set(Criterion)


@pytest.mark.parametrize(("criterion", "rule", "sent", "words"), ROWS)
def test_a_miss_in_words(criterion: Criterion, rule: Any, sent: tuple[Any, ...], words: list[str]) -> None:
    here = _world(rule)
    make, *ends = sent
    flying = make(here, *ends)
    found, missed = _missed(here, flying)
    assert [miss.criterion for miss in missed] == [criterion]
    assert [miss_words(miss, found, flying, here) for miss in missed] == words


def test_several_misses_are_said_one_by_one() -> None:
    here = _world(allow(protocol="UDP", source={"nets": ["192.0.2.0/24"]}, destination={"ports": [53]}))
    sent = packet(here, WEB, DB, 6, source_port=1, destination_port=54)
    rule, missed = _missed(here, sent)
    assert [miss_words(miss, rule, sent, here) for miss in missed] == [
        "protocol TCP is not UDP",
        f"source {AT_WEB} is not in 192.0.2.0/24",
        "port 54 is not 53",
    ]


@pytest.mark.parametrize(
    ("selector", "words"),
    [
        ("app == 'api'", "pod label app is db, not api"),
        ("has(tier)", "pod lacks label tier"),
        ("app == 'db' && tier == 'back'", "pod lacks label tier=back"),
        ("tier == 'db'", "pod lacks label tier=db; it has app"),
    ],
)
def test_why_a_policy_does_not_select(selector: str, words: str) -> None:
    here = _world(policy("shop/p", selector=selector))
    (only,) = here.policies.policies
    assert isinstance(only, Policy)
    endpoint = next(one for one in here.workloads if str(one) == DB)
    assert lack_words(only.subject, endpoint) == words


def test_a_long_selector_is_cut() -> None:
    here = _world(_from(" || ".join(f"app == 'a{n}'" for n in range(50))))
    sent = tcp(here, WEB, DB, 1)
    rule, (missed,) = _missed(here, sent)
    assert len(miss_words(missed, rule, sent, here)) < 130
