"""Runs of rules as one map: its answer is that of the first rule that matches."""

from itertools import product
from random import Random
from typing import Any

import pytest

from agreement import world_from
from builders import allow, deny, pod, policy, world
from dataplane.reading import any_holds, compiled, segments_of
from percale.dataplane.matching import Matcher
from percale.dataplane.membership import Membership
from percale.dataplane.peers import PeerRule
from percale.dataplane.ruleset import Goto
from percale.dataplane.segments import PointMap, Segments
from percale.policy.matching import matches
from percale.policy.rules import Direction
from percale.policy.world import World
from percale.traffic.addresses import Address, address
from percale.traffic.packet import Packet
from percale.traffic.protocols import SCTP, TCP, UDP
from random_worlds import ADDRESSES, ELSEWHERE, PODS, Generator

_PORTS = (53, 80, 81, 443)
_SOURCE_PORTS = [80, 40_000]


def _rule(random: Random, peer: str) -> dict[str, Any]:
    """Mostly a handful of points; sometimes what cannot be one."""
    action = random.choice(("Allow", "Allow", "Deny", "Pass"))
    ports: list[int | str] = random.sample([*_PORTS, "80:82"], random.randint(1, 2))
    entity: dict[str, Any] = {
        "selector": f"{random.choice(('app', 'tier'))} == '{random.choice(('web', 'db', 'front'))}'"
    }
    if random.randrange(4) == 0:
        entity["nets"] = ["10.65.0.0/24"]
    if random.randrange(4) == 0:
        entity["notNets"] = ["10.65.0.4/31"]
    rule: dict[str, Any] = {"action": action, "protocol": random.choice(("TCP", "UDP")), peer: entity}
    at_ports = {"destination": rule.get("destination", {}) | {"ports": ports}}
    others: list[dict[str, Any]] = [
        rule | {"action": "Log"},
        {"action": action, peer: entity},
        {"action": action, peer: {"selector": "all()", "notNets": ["10.65.0.0/24"]}},
        {"action": action, peer: {"selector": "all()", "notSelector": "env == 'prod'"}},
        rule | at_ports | {"source": rule.get("source", {}) | {"ports": random.sample(_SOURCE_PORTS, 1)}},
        *(
            {"action": action, "protocol": "TCP"} | ends
            for ends in (
                {"destination": {"ports": ports}},
                {peer: {"nets": ["10.65.0.0/29"]}},
                {peer: {"ports": ["http", "dns"]}},
                {peer: {"notPorts": ["http", "dns", "metrics"]}},
            )
        ),
    ]
    kind = random.randrange(16)
    return others[kind] if kind < len(others) else rule | at_ports


def _world(random: Random, direction: Direction) -> World:
    pods = [one for one in Generator(random).world() if one["kind"] in ("Pod", "Namespace", "GlobalNetworkSet")]
    peer = "source" if direction is Direction.INGRESS else "destination"
    rules = [_rule(random, peer) for _ in range(20)]
    asked = policy("p", types=[direction.capitalize()], **{direction: rules})
    return world_from([*pods, asked]).placed(ADDRESSES)


def _first(found: Segments, packet: Packet, direction: Direction, matcher: Matcher) -> str | None:
    """The mark that decides, as a chain of the segments would find it."""
    peer = packet.source if direction is Direction.INGRESS else packet.destination
    for segment in found.listed:
        if isinstance(segment, PointMap):
            if goto := found.maps[segment.name].elements.get((peer, packet.protocol, packet.destination_port)):
                return goto.chain
        elif any_holds(matcher.alternatives(segment), packet, matcher.parts):
            return segment.mark
    return None


def _compiled(here: World, direction: Direction, own: Address) -> list[PeerRule]:
    (only,) = here.policies.policies
    return [one for rule in only.rules(direction) for one in compiled(rule, rule.path, direction, own, here)]


@pytest.mark.parametrize("forward", [True, False], ids=["forward", "in place"])
@pytest.mark.parametrize("direction", Direction)
@pytest.mark.parametrize("seed", range(150))
def test_the_first_rule_that_matches_decides(seed: int, direction: Direction, *, forward: bool) -> None:
    here = _world(Random(seed), direction)
    membership, (only,) = Membership.of(here), here.policies.policies
    own = ADDRESSES[PODS[0]][0]
    found = segments_of(_compiled(here, direction, own), direction, membership, forward=forward)
    matcher = Matcher(membership, 4)
    peers = [address for name in PODS[1:] for address in ADDRESSES[name][:1]] + [ELSEWHERE[0]]
    for peer, protocol, source_port, port in product(peers, (TCP, UDP, SCTP), _SOURCE_PORTS, _PORTS):
        ends = (peer, own) if direction is Direction.INGRESS else (own, peer)
        packet = Packet(*ends, protocol, source_port, port)
        first = next((rule.path for rule in only.rules(direction) if matches(rule, packet, here)), None)
        assert _first(found, packet, direction, matcher) == first, packet


def test_the_worlds_have_maps_and_rules_beside_them() -> None:
    kinds = set()
    for seed in range(20):
        here = _world(Random(seed), Direction.INGRESS)
        rules = _compiled(here, Direction.INGRESS, ADDRESSES[PODS[0]][0])
        kinds |= {type(one) for one in segments_of(rules, Direction.INGRESS, Membership.of(here)).listed}
    assert kinds == {PointMap, PeerRule}


def _segments_of(*rules: dict[str, Any], forward: bool = True) -> Segments:
    pods = [one for one in Generator(Random(1)).world() if one["kind"] in ("Pod", "Namespace")]
    here = world_from([*pods, policy("p", types=["Ingress"], ingress=rules)]).placed(ADDRESSES)
    compiled = _compiled(here, Direction.INGRESS, ADDRESSES[PODS[0]][0])
    return segments_of(compiled, Direction.INGRESS, Membership.of(here), forward=forward)


def _shape(found: Segments) -> list[str]:
    return ["map" if isinstance(one, PointMap) else "rule" for one in found.listed]


def _to(port: int | str, *, make: Any = allow) -> dict[str, Any]:
    rule: dict[str, Any] = make(protocol="TCP", source={"selector": "has(app)"}, destination={"ports": [port]})
    return rule


_ELSEWHERE = deny(source={"nets": ["203.0.113.0/24"]})
_FROM_PORT = deny(protocol="TCP", source={"ports": [1]}, destination={"ports": ["3:99"]})
_LOGGED = _to(80) | {"action": "Log", "destination": {}}


@pytest.mark.parametrize(
    ("rules", "shape"),
    [
        ([_to(n) for n in (1, 2, 3)], ["rule", "rule", "rule"]),
        ([_to(n) for n in (1, 2, 3, 4)], ["map"]),
        ([_to(1), _to(2), _to(3), allow(), _to(4)], ["rule"] * 5),
        ([*(_to(n) for n in (1, 2, 3, 4)), allow(), *(_to(n) for n in (1, 2, 3, 4))], ["map", "rule"]),
        ([_to(1), _ELSEWHERE, _to(2), _to("9:99"), _to(3), _ELSEWHERE, _to(4)], ["map", "rule", "rule", "rule"]),
        ([_to(1), _to(2), _FROM_PORT, _to(3), _to(4)], ["rule"] * 5),
        ([_to(1), _FROM_PORT, _to(2), _to(3), _to(100), _to(101)], ["map", "rule", "rule"]),
        ([_LOGGED, *(_to(n) for n in (1, 2, 3, 4))], ["rule", "map"]),
        ([_LOGGED, *(_to(n) for n in (1, 2, 3, 4)), _ELSEWHERE, _to(5)], ["rule", "map", "rule", "rule"]),
        ([_to("1:65"), *(_to(n) for n in (1, 2, 3, 4))], ["rule"]),
        ([_to("1:64"), *(_to(n) for n in (1, 2, 3))], ["map"]),
        ([*(_to(n) for n in (1, 2, 3)), _to(4) | {"action": "Log"}], ["rule"] * 4),
    ],
    ids=range(12),
)
def test_what_becomes_a_map(rules: list[dict[str, Any]], shape: list[str]) -> None:
    assert _shape(_segments_of(*rules)) == shape


_BEHIND_ANOTHER = [_to(1), _ELSEWHERE, *(_to(n) for n in (2, 3, 4, 5))]


def test_where_there_is_no_room_only_runs_become_maps() -> None:
    assert _shape(_segments_of(*_BEHIND_ANOTHER)) == ["map", "rule"]
    assert _shape(_segments_of(*_BEHIND_ANOTHER, forward=False)) == ["rule", "rule", "map"]


def test_behind_too_many_others_a_rule_stays_where_it_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("percale.dataplane.segments._MOST_AHEAD", 0)
    assert _shape(_segments_of(*_BEHIND_ANOTHER)) == ["rule", "rule", "map"]


def test_of_two_rules_with_a_point_the_first_has_it() -> None:
    found = _segments_of(_to(1, make=deny), _to(2), _to(3), _to(4), _to(1))
    (only,) = found.maps.values()
    assert {goto for point, goto in only.elements.items() if point[2] == 1} == {Goto("ingress[0]")}


_NAMED = {"http": 80, "dns": 53, "metrics": 9000, "admin": 81}
_UNNAMED = (1, 2, 3, 4)


@pytest.mark.parametrize(
    ("before", "free"),
    [
        ({"ports": list(_NAMED)}, {*_UNNAMED}),
        ({"notPorts": list(_NAMED)}, {*_NAMED.values()}),
        ({"notSelector": "app == 'web'"}, {*_UNNAMED, *_NAMED.values()}),
    ],
)
def test_what_a_rule_before_them_decides_is_not_brought_forward(before: dict[str, Any], free: set[int]) -> None:
    there = {"selector": "app == 'web'"}
    by_number = (allow(protocol="TCP", destination=there | {"ports": [port]}) for port in (*_NAMED.values(), *_UNNAMED))
    here = world(
        pod("shop/web", {"app": "web"}, at=["10.0.0.1"], ports=_NAMED),
        policy("p", types=["Egress"], egress=[deny(protocol="TCP", destination=before), *by_number]),
    )
    rules = _compiled(here, Direction.EGRESS, address("10.0.0.2"))
    found = segments_of(rules, Direction.EGRESS, Membership.of(here))
    (brought_forward,) = found.maps.values()
    assert _shape(found) == ["map", "rule"]
    assert {point[2] for point in brought_forward.elements} == free
