"""Which addresses the source or destination of a rule speaks of.

Source: Calico's libcalico-go/lib/backend/syncersv1/updateprocessors/rules.go.
"""

from typing import Any

import pytest

from builders import OUTSIDE, allow, allowed, namespace, network_set, pod, policy, service_account, tcp, world
from percale.policy.world import World

#: Pods have addresses in 10.66.0.0/16; c and the global sets have no labels but their own.
PEOPLE = (
    namespace("a", env="p"),
    namespace("b", env="q"),
    namespace("c"),
    service_account("a/robot", team="t"),
    pod("a/me", {"role": "subject"}),
    pod("a/one", {"x": "1"}, serviceAccountName="robot"),
    pod("a/two", {"x": "2"}),
    pod("b/one", {"x": "1"}, serviceAccountName="robot"),
    pod("b/two", {"x": "2"}),
    pod("c/none"),
    network_set("a/near", "198.51.100.1", x="1"),
    network_set("b/far", "198.51.100.130/25", x="1"),
    network_set("wide", "203.0.113.1/32", x="1"),
    network_set("plain", "203.0.113.2/32", x="2"),
)
ADDRESSES = {"near": "198.51.100.1", "far": "198.51.100.128", "wide": "203.0.113.1", "plain": "203.0.113.2"}
PROBES = {name: name for name in ("a/one", "a/two", "b/one", "b/two", "c/none")} | ADDRESSES | {"out": OUTSIDE}

A, B, C = "a/one a/two near", "b/one b/two far", "c/none"
PODS = "a/one a/two b/one b/two c/none"
KNOWN = f"{A} {B} {C} wide plain"
EVERYTHING = f"{KNOWN} out"
NOTHING = ""

#: What means the same in a policy of namespace a as in a global one.
ANYWHERE: list[tuple[dict[str, Any], str]] = [
    ({}, EVERYTHING),
    ({"selector": "", "notSelector": "", "namespaceSelector": ""}, EVERYTHING),
    ({"nets": [], "notNets": [], "ports": [], "notPorts": []}, EVERYTHING),
    ({"serviceAccounts": {}}, EVERYTHING),
    ({"serviceAccounts": {"names": [], "selector": ""}}, EVERYTHING),
    ({"nets": ["10.66.0.0/16"]}, PODS),
    ({"nets": ["192.0.2.0/24"]}, "out"),
    ({"nets": ["192.0.2.0/24", "198.51.100.0/25"]}, "out near"),
    ({"notNets": ["10.66.0.0/16"]}, "near far wide plain out"),
    ({"notNets": ["10.66.0.0/16", "198.51.100.0/24", "192.0.2.9/32"]}, "wide plain"),
    ({"nets": ["198.51.100.0/24"], "notNets": ["198.51.100.1/32"]}, "far"),
    ({"nets": ["198.51.100.1/32"], "notNets": ["198.51.100.0/24"]}, NOTHING),
    ({"namespaceSelector": "all()"}, f"{A} {B} {C}"),
    ({"namespaceSelector": "!all()"}, "wide plain"),
    ({"namespaceSelector": "global()"}, "wide plain"),
    ({"namespaceSelector": "env == 'p'"}, A),
    ({"namespaceSelector": "env == 'q'"}, B),
    ({"namespaceSelector": "env != 'q'"}, f"{A} {C} wide plain"),
    ({"namespaceSelector": "env not in {'q'}"}, f"{A} {C} wide plain"),
    ({"namespaceSelector": "has(env)"}, f"{A} {B}"),
    ({"namespaceSelector": "!has(env)"}, f"{C} wide plain"),
    ({"namespaceSelector": "pcns.env == 'p'"}, NOTHING),
    ({"namespaceSelector": "has(env) && all()"}, f"{A} {B}"),
    ({"namespaceSelector": "env == 'p' || all()"}, f"{A} {B} {C}"),
    ({"namespaceSelector": "projectcalico.org/name == 'c'"}, C),
    ({"namespaceSelector": "kubernetes.io/metadata.name == 'b'"}, B),
    ({"namespaceSelector": "all()", "selector": "x == '1'"}, "a/one near b/one far"),
    ({"namespaceSelector": "all()", "selector": "x != '1'"}, "a/two b/two c/none"),
    ({"namespaceSelector": "global()", "selector": "x == '1'"}, "wide"),
    ({"namespaceSelector": "env == 'q'", "selector": "x == '2'"}, "b/two"),
    ({"namespaceSelector": "all()", "notSelector": "x == '1'"}, "a/two b/two c/none"),
    ({"namespaceSelector": "global()", "notSelector": "x == '1'"}, "plain"),
    ({"namespaceSelector": "all()", "nets": ["198.51.100.0/24"]}, "near far"),
    ({"namespaceSelector": "all()", "notNets": ["10.0.0.0/8"]}, "near far"),
    ({"namespaceSelector": "all()", "serviceAccounts": {"names": ["robot"]}}, "a/one b/one"),
    ({"namespaceSelector": "env == 'q'", "serviceAccounts": {"names": ["robot"]}}, "b/one"),
    ({"serviceAccounts": {"selector": "team == 't'"}}, "a/one"),
    ({"selector": "x == '1'", "serviceAccounts": {"selector": "team == 't'"}}, "a/one"),
    ({"selector": "x == '2'", "serviceAccounts": {"selector": "team == 't'"}}, NOTHING),
    ({"selector": "x == '1'", "notSelector": "x == '1'"}, NOTHING),
    ({"notSelector": "all()", "selector": "x == '1'"}, NOTHING),
    ({"selector": "x == '9'"}, NOTHING),
]

#: What differs: the entity, in a policy of namespace a, in a global policy.
DIFFERENT: list[tuple[dict[str, Any], str, str]] = [
    ({"selector": "x == '1'"}, "a/one near", "a/one near b/one far wide"),
    ({"selector": "x != '1'"}, "a/two", "a/two b/two c/none plain"),
    ({"selector": "!has(x)"}, NOTHING, C),
    ({"selector": "all()"}, A, KNOWN),
    ({"selector": "!all()"}, NOTHING, NOTHING),
    ({"selector": "pcns.env == 'q'"}, NOTHING, B),
    ({"selector": "x == '1'", "nets": ["10.66.0.0/16"]}, "a/one", "a/one b/one"),
    ({"selector": "x == '1'", "notNets": ["10.66.0.0/16"]}, "near", "near far wide"),
    ({"selector": "all()", "notSelector": "x == '1'"}, "a/two", "a/two b/two c/none plain"),
    ({"notSelector": "x == '1'"}, "a/two", "a/two b/two c/none plain out"),
    ({"notSelector": "all()"}, NOTHING, "out"),
    ({"notSelector": "x == '9'"}, A, EVERYTHING),
    ({"notSelector": "x == '1'", "nets": ["192.0.2.0/24"]}, NOTHING, "out"),
    ({"notSelector": "x == '1'", "notNets": ["192.0.2.0/24"]}, "a/two", "a/two b/two c/none plain"),
    ({"serviceAccounts": {"names": ["robot"]}}, "a/one", "a/one b/one"),
    ({"serviceAccounts": {"names": ["default", "robot"]}}, "a/one a/two", PODS),
    ({"serviceAccounts": {"names": ["robot"]}, "selector": "x == '2'"}, NOTHING, NOTHING),
    ({"serviceAccounts": {"names": ["robot"], "selector": "team == 't'"}}, "a/one", "a/one"),
    ({"serviceAccounts": {"names": ["default"], "selector": "team == 't'"}}, NOTHING, NOTHING),
    ({"serviceAccounts": {"selector": "all()"}}, A, KNOWN),
    ({"serviceAccounts": {"selector": "team != 't'"}}, "a/two near", "a/two near b/one b/two far c/none wide plain"),
    ({"serviceAccounts": {"names": ["robot"]}, "notSelector": "has(x)"}, NOTHING, NOTHING),
    ({"serviceAccounts": {"names": ["robot"]}, "nets": ["192.0.2.0/24"]}, NOTHING, NOTHING),
]

ROWS = [
    *((entity, "a/x", expected) for entity, expected in ANYWHERE),
    *((entity, "x", expected) for entity, expected in ANYWHERE),
    *((entity, "a/x", expected) for entity, expected, _ in DIFFERENT),
    *((entity, "x", expected) for entity, _, expected in DIFFERENT),
]


def label(value: object) -> str | None:
    return str(value).replace("projectcalico.org", "pco") if isinstance(value, dict) else None


def reached(here: World, *, inwards: bool) -> set[str]:
    """Who gets through to `a/me`, or is got through to from there."""
    return {
        name
        for name, probe in PROBES.items()
        if allowed(here, tcp(here, probe, "a/me") if inwards else tcp(here, "a/me", probe))
    }


@pytest.mark.parametrize(("entity", "name", "expected"), ROWS, ids=label)
def test_a_source_speaks_of(entity: dict[str, Any], name: str, expected: str) -> None:
    here = world(*PEOPLE, policy(name, selector="role == 'subject'", ingress=[allow(source=entity)]))
    assert reached(here, inwards=True) == set(expected.split())


@pytest.mark.parametrize(("entity", "name", "expected"), ROWS, ids=label)
def test_a_destination_speaks_of(entity: dict[str, Any], name: str, expected: str) -> None:
    here = world(*PEOPLE, policy(name, selector="role == 'subject'", egress=[allow(destination=entity)]))
    assert reached(here, inwards=False) == set(expected.split())


def test_source_and_destination_must_both_hold() -> None:
    rule = allow(source={"selector": "x == '1'"}, destination={"nets": ["10.0.0.0/8"]})
    here = world(*PEOPLE, policy("a/x", selector="role == 'subject'", ingress=[rule]))
    assert reached(here, inwards=True) == {"a/one", "near"}
    elsewhere = allow(source={"selector": "x == '1'"}, destination={"nets": ["172.16.0.0/12"]})
    here = world(*PEOPLE, policy("a/x", selector="role == 'subject'", ingress=[elsewhere]))
    assert reached(here, inwards=True) == set()


@pytest.mark.parametrize(
    ("own", "expected"), [("role == 'subject'", {"out"}), ("role == 'other'", set()), ("all()", {"out"})]
)
def test_an_entity_may_speak_of_the_policys_own_side(own: str, expected: set[str]) -> None:
    incoming = allow(source={"nets": ["192.0.2.0/24"]}, destination={"selector": own})
    here = world(*PEOPLE, policy("a/x", selector="role == 'subject'", ingress=[incoming]))
    assert reached(here, inwards=True) == expected
    outgoing = allow(source={"selector": own}, destination={"nets": ["192.0.2.0/24"]})
    here = world(*PEOPLE, policy("a/x", selector="role == 'subject'", egress=[outgoing]))
    assert reached(here, inwards=False) == expected


def test_domains_stand_for_no_address() -> None:
    rules = [allow(destination={"domains": ["example.com"]}), allow(destination={"nets": ["192.0.2.0/24"]})]
    here = world(*PEOPLE, policy("a/x", selector="role == 'subject'", egress=rules))
    assert reached(here, inwards=False) == {"out"}
