"""Rules as nft matches: one of the alternatives holds exactly where the rule matches."""

from collections.abc import Iterator
from random import Random
from typing import Any

import pytest

from agreement import world_from
from builders import allow, namespace, network_set, pod, policy, world
from dataplane.reading import any_holds, compiled
from percale.dataplane import naming
from percale.dataplane.matching import Matcher
from percale.dataplane.membership import Membership
from percale.dataplane.peers import PeerRule
from percale.dataplane.ruleset import Compare, Field, Lookup, Match, Spans
from percale.policy.matching import matches
from percale.policy.rules import OWN_SIDE, Direction, Rule, Side
from percale.policy.world import World
from percale.traffic.addresses import Address
from percale.traffic.packet import Packet
from random_worlds import ADDRESSES, ELSEWHERE, Generator

DB = "10.0.0.2"


def _own(packet: Packet, direction: Direction) -> Address:
    return packet.source if OWN_SIDE[direction] is Side.SOURCE else packet.destination


def _rules(here: World) -> Iterator[tuple[Direction, Rule]]:
    for one in here.policies.policies:
        yield from ((direction, rule) for direction in Direction for rule in one.rules(direction))


@pytest.mark.parametrize("seed", range(80))
def test_an_alternative_holds_where_the_rule_matches(seed: int) -> None:
    generator = Generator(Random(seed))
    here = world_from(generator.world()).placed(ADDRESSES)
    membership = Membership.of(here)
    pods = {address for own in ADDRESSES.values() for address in own}
    for _ in range(40):
        packet = generator.packet(ELSEWHERE)
        matcher = Matcher(membership, packet.version)
        for direction, rule in _rules(here):
            own = _own(packet, direction)
            if own in pods:
                left = compiled(rule, "m", direction, own, here)
                held = any(any_holds(matcher.alternatives(one), packet, matcher.parts) for one in left)
                assert held == matches(rule, packet, here), (rule, packet)


def _compiled(rule: dict[str, Any], *others: Any) -> tuple[list[PeerRule], Matcher]:
    here = world(
        namespace("shop"),
        pod("shop/web", {"app": "web"}, at=["10.0.0.1"], ports={"http": 80}),
        pod("shop/db", {"app": "db"}, at=[DB]),
        network_set("far", "203.0.113.0/24", "198.51.100.7", zone="far"),
        policy("p", selector="app == 'db'", types=["Ingress"], ingress=[rule]),
        *others,
    )
    ((direction, only),) = _rules(here)
    own = next(one for one in here.workloads if str(one) == "shop/db").addresses[0]
    return compiled(only, "m", direction, own, here), Matcher(Membership.of(here), 4)


def _alternatives(rule: dict[str, Any]) -> list[list[Match]]:
    left, matcher = _compiled(rule)
    return [list(found) for one in left for found in matcher.alternatives(one)]


TCP_ONLY = Compare(Field.L4PROTO, (6,))
BOTH = f"x-{naming.digest(80, 443)}"


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (allow(), [[]]),
        (allow(protocol="TCP"), [[TCP_ONLY]]),
        (allow(notProtocol="TCP"), [[Compare(Field.L4PROTO, (6,), negated=True)]]),
        (allow(protocol="TCP", destination={"ports": [80]}), [[TCP_ONLY, Compare(Field.DPORT, (80,))]]),
        (allow(protocol="TCP", destination={"ports": [80, 443]}), [[TCP_ONLY, Lookup((Field.DPORT,), BOTH)]]),
        (allow(protocol="TCP", destination={"ports": ["80:90"]}), [[TCP_ONLY, Spans(Field.DPORT, 80, 90)]]),
        (
            allow(protocol="TCP", source={"notPorts": [1]}, destination={"notPorts": [2]}),
            [[TCP_ONLY, Spans(Field.SPORT, 1, 1, negated=True), Spans(Field.DPORT, 2, 2, negated=True)]],
        ),
        (
            allow(protocol="TCP", destination={"notPorts": [80, 443]}),
            [[TCP_ONLY, Lookup((Field.DPORT,), BOTH, negated=True)]],
        ),
        (
            allow(protocol="TCP", destination={"notPorts": ["80:90"]}),
            [[TCP_ONLY, Spans(Field.DPORT, 80, 90, negated=True)]],
        ),
        (
            allow(protocol="ICMP", icmp={"type": 8}),
            [[Compare(Field.L4PROTO, (1,)), Compare(Field.ICMP_TYPE, (8,))]],
        ),
    ],
)
def test_traffic(rule: dict[str, Any], expected: list[list[Match]]) -> None:
    assert _alternatives(rule) == expected


def test_several_ports_are_a_set_that_rules_share() -> None:
    left, matcher = _compiled(allow(protocol="TCP", destination={"ports": [443, 80]}))
    matcher.alternatives(left[0])
    assert matcher.parts.sets[BOTH].elements == {(80,), (443,)}


def test_few_networks_are_compared_one_by_one() -> None:
    found = _alternatives(allow(source={"nets": ["192.0.2.0/24", "198.51.100.0/24"]}))
    assert [[str(match.value) for match in one if isinstance(match, Compare)] for one in found] == [
        ["192.0.2.0/24"],
        ["198.51.100.0/24"],
    ]


def test_many_networks_share_an_interval_set() -> None:
    left, matcher = _compiled(allow(source={"nets": [f"192.0.{n}.0/24" for n in range(4)]}))
    ((lookup,),) = matcher.alternatives(left[0])
    assert isinstance(lookup, Lookup)
    elements = matcher.parts.interval_sets[lookup.set].elements
    assert isinstance(elements, tuple)
    assert [str(net) for net in elements] == ["192.0.0.0/22"]


def test_every_address_needs_no_match() -> None:
    assert _alternatives(allow(source={"nets": ["0.0.0.0/0", "192.0.2.0/24"]})) == [[]]


def test_members_are_a_hash_set_and_networks_beside_it() -> None:
    left, matcher = _compiled(allow(source={"selector": "zone == 'far'"}))
    ((members,), (networks,)) = matcher.alternatives(left[0])
    assert isinstance(members, Lookup)
    assert isinstance(networks, Lookup)
    assert {str(element[0]) for element in matcher.parts.rosters[members.set].elements} == {"198.51.100.7"}
    nets = matcher.parts.interval_sets[networks.set].elements
    assert isinstance(nets, tuple)
    assert [str(net) for net in nets] == ["203.0.113.0/24"]


def test_what_must_not_be_selected_is_in_none_of_the_sets() -> None:
    left, matcher = _compiled(allow(source={"notSelector": "zone == 'far'"}))
    (found,) = matcher.alternatives(left[0])
    assert [isinstance(match, Lookup) and match.negated for match in found] == [True, True]


def test_members_of_one_selector_share_one_set() -> None:
    left, matcher = _compiled(allow(source={"selector": "app == 'web'"}), pod("shop/other", at=["10.0.0.9"]))
    names = {match.set for match in matcher.alternatives(left[0])[0] if isinstance(match, Lookup)}
    again, other = _compiled(allow(source={"selector": 'app=="web"'}))
    assert {match.set for match in other.alternatives(again[0])[0] if isinstance(match, Lookup)} == names
