"""Networks of rules, each IP version by itself.

Source: Calico's felix/rules/policy.go.
"""

from collections.abc import Sequence
from typing import Any

import pytest

from builders import allow, allowed, deny, pod, policy, tcp, world
from percale.policy.matching import Criterion, Miss, misses
from percale.policy.rules import Action, Entity, Rule
from percale.policy.world import World
from percale.traffic.addresses import strict_network

FOUR, SIX = "192.0.2.9", "2001:db8::9"

#: The fields of a source, and which of the two addresses outside it lets in.
SOURCES = [
    ({}, "4 6"),
    ({"nets": ["192.0.2.0/24"]}, "4"),
    ({"nets": ["192.0.2.9/32"]}, "4"),
    ({"nets": ["192.0.2.8/32"]}, ""),
    ({"nets": ["192.0.2.8/31"]}, "4"),
    ({"nets": ["0.0.0.0/0"]}, "4"),
    ({"nets": ["::/0"]}, "6"),
    ({"nets": ["2001:db8::/32"]}, "6"),
    ({"nets": ["2001:db8::9/128"]}, "6"),
    ({"nets": ["2001:db8::8/128"]}, ""),
    ({"nets": ["198.51.100.0/24", "192.0.2.0/24"]}, "4"),
    ({"notNets": ["192.0.2.0/24"]}, "6"),
    ({"notNets": ["198.51.100.0/24"]}, "4 6"),
    ({"notNets": ["2001:db8::/32"]}, "4"),
    ({"notNets": ["198.51.100.0/24", "192.0.2.9/32"]}, "6"),
    ({"nets": ["192.0.0.0/8"], "notNets": ["192.0.2.0/24"]}, ""),
    ({"nets": ["192.0.2.0/24"], "notNets": ["192.0.2.8/32"]}, "4"),
    ({"nets": ["192.0.2.9/32"], "notNets": ["192.0.2.9/32"]}, ""),
    ({"nets": ["2001:db8::/32"], "notNets": ["2001:db8::/64"]}, ""),
]


def open_to(here: World) -> set[str]:
    ends = {"4": FOUR, "6": SIX}
    return {version for version, end in ends.items() if allowed(here, tcp(here, end, "a/pod", version=int(version)))}


def ids(value: object) -> str | None:
    return str(value) if isinstance(value, dict) else None


@pytest.mark.parametrize(("source", "expected"), SOURCES, ids=ids)
def test_a_rule_allows_from(source: dict[str, Any], expected: str) -> None:
    assert open_to(world(pod("a/pod"), policy("a/x", ingress=[allow(source=source)]))) == set(expected.split())


@pytest.mark.parametrize(("source", "allowed_from"), SOURCES, ids=ids)
def test_a_rule_denies_from_nobody_that_it_would_not_allow(source: dict[str, Any], allowed_from: str) -> None:
    here = world(pod("a/pod"), policy("a/x", ingress=[deny(source=source), allow()]))
    assert open_to(here) == {"4", "6"} - set(allowed_from.split())


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"ipVersion": 4}, "4"),
        ({"ipVersion": 6}, "6"),
        ({"ipVersion": 4, "source": {"nets": ["192.0.2.0/24"]}}, "4"),
        ({"ipVersion": 6, "source": {"notNets": ["2001:db8::/32"]}}, ""),
        ({"ipVersion": 4, "source": {"notNets": ["192.0.2.9/32"]}}, ""),
        ({"destination": {"nets": ["10.0.0.0/8"]}}, "4"),
        ({"destination": {"nets": ["fd00::/8"]}}, "6"),
        ({"destination": {"notNets": ["10.0.0.0/8"]}}, "6"),
        ({"source": {"nets": ["192.0.2.0/24"]}, "destination": {"nets": ["10.0.0.0/8"]}}, "4"),
        ({"source": {"nets": ["192.0.2.0/24"]}, "destination": {"notNets": ["10.0.0.0/8"]}}, ""),
    ],
    ids=ids,
)
def test_a_rule_has_a_version(fields: dict[str, Any], expected: str) -> None:
    assert open_to(world(pod("a/pod"), policy("a/x", ingress=[allow(**fields)]))) == set(expected.split())


def nets(*texts: str) -> Any:
    return tuple(map(strict_network, texts))


#: What validation refuses and older objects may carry: both versions in one rule, everything in a negation.
OLD_ENTITIES = [
    (Entity(nets=nets("192.0.2.0/24", "2001:db8::/32")), "4 6"),
    (Entity(nets=nets("192.0.2.0/24"), not_nets=nets("::/0")), "4"),
    (Entity(not_nets=nets("0.0.0.0/0")), "6"),
    (Entity(not_nets=nets("::/0")), "4"),
    (Entity(not_nets=nets("0.0.0.0/0", "::/0")), ""),
    (Entity(nets=nets("0.0.0.0/0"), not_nets=nets("0.0.0.0/0")), ""),
    (Entity(not_nets=nets("0.0.0.0/1")), "4 6"),
    (Entity(not_nets=nets("192.0.2.0/24", "2001:db8::/32")), ""),
]


@pytest.mark.parametrize(("entity", "expected"), OLD_ENTITIES)
def test_an_older_rule_exists_for(entity: Entity, expected: str) -> None:
    here = world(pod("a/pod"))
    for rule in (Rule(Action.ALLOW, "", source=entity), Rule(Action.ALLOW, "", destination=entity)):
        packets = (tcp(here, FOUR, FOUR), tcp(here, SIX, SIX))
        found = {str(one.version) for one in packets if not any(misses(rule, one, here))}
        assert found == set(expected.split())
        assert {str(version) for version in (4, 6) if rule.applies_to_version(version)} >= found


@pytest.mark.parametrize(
    ("entity", "versions"),
    [
        (Entity(), [4, 6]),
        (Entity(nets=nets("192.0.2.0/24")), [4]),
        (Entity(nets=nets("2001:db8::/32")), [6]),
        (Entity(nets=nets("192.0.2.0/24", "2001:db8::/32")), [4, 6]),
        (Entity(not_nets=nets("192.0.2.0/24")), [4, 6]),
        (Entity(not_nets=nets("::/0")), [4]),
    ],
)
def test_nets_decide_for_which_version_a_rule_exists(entity: Entity, versions: list[int]) -> None:
    for rule in (Rule(Action.ALLOW, "", source=entity), Rule(Action.ALLOW, "", destination=entity)):
        assert [version for version in (4, 6) if rule.applies_to_version(version)] == versions


@pytest.mark.parametrize("side", ["source", "destination"])
def test_a_catch_all_in_a_negation_kills_the_rule_whatever_side_it_stands_on(side: str) -> None:
    dead = Entity(not_nets=nets("0.0.0.0/0"))
    rule = Rule(Action.ALLOW, "", **{side: dead})  # type: ignore[arg-type]  # one of two fields by its name
    here = world(pod("a/pod"))
    found: Sequence[Miss] = list(misses(rule, tcp(here, FOUR, FOUR), here))
    assert Miss(Criterion.IP_VERSION) in found


def test_every_miss_is_told_with_its_side() -> None:
    here = world(
        pod("a/pod"),
        policy(
            "a/x",
            ingress=[
                allow(
                    protocol="UDP",
                    source={"nets": ["198.51.100.0/24"], "selector": "has(x)", "notPorts": [40000]},
                    destination={"nets": ["10.0.0.0/8"], "ports": [53]},
                )
            ],
        ),
    )
    (rule,) = here.policies.policies[0].ingress
    found = {(one.criterion.name, one.side and one.side.value) for one in misses(rule, tcp(here, FOUR, "a/pod"), here)}
    assert found == {
        ("PROTOCOL", None),
        ("NETS", "source"),
        ("SELECTOR", "source"),
        ("PORTS", "source"),
        ("PORTS", "destination"),
    }
