"""In which order policies and tiers are asked.

Source: Calico's felix/calc/policy_sorter.go.
"""

from itertools import permutations
from typing import Any

import pytest

from builders import OUTSIDE, allow, allowed, deny, kubernetes_policy, pod, policy, resource, tcp, tier, world

ORDERS = [
    pytest.param({"b": 1, "a": 2}, "b a", id="ascending"),
    pytest.param({"none": None, "large": 1e308}, "large none", id="no order is after every number"),
    pytest.param({"zero": 0, "minus": -1}, "minus zero", id="negative"),
    pytest.param({"zero": 0, "lowest": -1e308, "minus": -1}, "lowest minus zero", id="lowest"),
    pytest.param({"one": 1, "half": 0.5, "a-bit-more": 0.50000001}, "half a-bit-more one", id="fractions"),
    pytest.param({"a": 1e-300, "b": 0, "c": -1e-300}, "c b a", id="next to zero"),
    pytest.param({"b": 0, "a": -0.0}, "a b", id="minus zero is zero"),
    pytest.param({"b": 10, "a": 10.0}, "a b", id="whole number and fraction are equal"),
    pytest.param({"a": 10, "b": 9}, "b a", id="by value and not by digits"),
    pytest.param({"b": None, "a": None}, "a b", id="no order, by name"),
    pytest.param({"a10": 5, "a9": 5}, "a10 a9", id="names bytewise"),
    pytest.param({"a.b": 5, "a-b": 5, "a": 5}, "a-b a.b a", id="the slash after the name counts"),
]


@pytest.mark.parametrize(("orders", "expected"), ORDERS)
def test_policies_of_a_tier_are_asked_by_order_then_name(orders: dict[str, float | None], expected: str) -> None:
    policies = [policy(name, order=order) for name, order in orders.items()]
    for arrangement in permutations(policies):
        assert [one.id.name for one in world(*arrangement).policies.policies] == expected.split()


@pytest.mark.parametrize("order", ["1e-300", "1e308", "-1e308", "-1e-300", "0.1", "1E3"])
def test_an_order_is_read_as_yaml_writes_it(order: str) -> None:
    text = f"""
        apiVersion: projectcalico.org/v3
        kind: GlobalNetworkPolicy
        metadata: {{name: one}}
        spec: {{order: {order}}}
    """
    assert [one.order for one in world(text).policies.policies] == [float(order)]


TIES = [
    pytest.param([policy("b/x"), policy("a/y")], "b/x a/y", id="name before namespace"),
    pytest.param([policy("a/x"), policy("x")], "x a/x", id="global before namespaced of the same name"),
    pytest.param([policy("b/x"), policy("a/x")], "a/x b/x", id="then namespace"),
    pytest.param([policy("y"), policy("a/x")], "a/x y", id="a global one is not first as such"),
    pytest.param([policy("a/x"), policy("a/x-y")], "a/x-y a/x", id="a dash is less than the slash"),
    pytest.param([policy("a/x"), policy("a/x0")], "a/x a/x0", id="a digit is more than the slash"),
]


@pytest.mark.parametrize(("policies", "expected"), TIES)
def test_equal_orders_are_decided_by_name_and_namespace(policies: list[Any], expected: str) -> None:
    for arrangement in permutations(policies):
        found = [str(one.id).split(" ")[1] for one in world(*arrangement).policies.policies]
        assert found == expected.split()


def test_equal_names_are_decided_by_kind() -> None:
    calico, kubernetes = policy("a/x", order=1000), kubernetes_policy("a/x")
    for arrangement in permutations([calico, kubernetes, policy("x", order=1000)]):
        assert [one.id.kind for one in world(*arrangement).policies.policies] == [
            "GlobalNetworkPolicy",
            "KubernetesNetworkPolicy",
            "NetworkPolicy",
        ]


KUBERNETES_POLICY_AMONG = [
    (999.9, "a", True),
    (1000.1, "a", False),
    (None, "a", False),
    (1000, "a", True),
    (1000, "n", False),
]


@pytest.mark.parametrize(("order", "name", "denies_first"), KUBERNETES_POLICY_AMONG)
def test_a_kubernetes_policy_stands_at_order_1000(order: float | None, name: str, *, denies_first: bool) -> None:
    here = world(
        pod("a/web"),
        kubernetes_policy("a/k", ingress=[{}]),
        policy(f"a/{name}", order=order, ingress=[deny()]),
    )
    assert allowed(here, tcp(here, OUTSIDE, "a/web")) is not denies_first


TIERS = [
    pytest.param({"late": 2, "soon": 1}, "soon late", id="ascending"),
    pytest.param({"b": 5, "a": 5}, "a b", id="ties by name"),
    pytest.param({"minus": -1.5, "zero": 0}, "minus zero", id="negative"),
    pytest.param({"aaa": None, "zzz": None}, "kube-admin aaa default zzz kube-baseline", id="no order is 1,000,000"),
    pytest.param({"none": None, "more": 1_000_000.5, "less": 999_999.5}, "less default none more", id="around it"),
    pytest.param({"last": 1e308, "first": -1e308}, "first kube-admin default kube-baseline last", id="extremes"),
    pytest.param({"a": 1000, "z": 1000}, "a kube-admin z", id="beside kube-admin"),
    pytest.param({"a": 10_000_000, "z": 10_000_000}, "a kube-baseline z", id="beside kube-baseline"),
]


@pytest.mark.parametrize(("orders", "expected"), TIERS)
def test_tiers_are_asked_by_order_then_name(orders: dict[str, float | None], expected: str) -> None:
    for arrangement in permutations([tier(name, order=order) for name, order in orders.items()]):
        found = [one.name for one in world(*arrangement).policies.tiers]
        assert [name for name in found if name in expected.split()] == expected.split()


def test_three_tiers_are_built_in() -> None:
    tiers = world(pod("a/web")).policies.tiers
    assert [(one.name, one.order, one.passes) for one in tiers] == [
        ("kube-admin", 1_000, True),
        ("default", 1_000_000, False),
        ("kube-baseline", 10_000_000, True),
    ]


def test_missing_tiers_come_last_by_name() -> None:
    here = world(policy("x", tier="m2"), policy("y", tier="m1"), tier("there", order=1e308))
    assert [(one.name, one.exists) for one in here.policies.tiers][-3:] == [
        ("there", True),
        ("m1", False),
        ("m2", False),
    ]


def test_the_tier_counts_before_the_order() -> None:
    here = world(
        pod("a/web"),
        tier("first", order=1),
        policy("allows", order=-5, ingress=[allow()]),
        policy("denies", tier="first", order=5, ingress=[deny()]),
    )
    assert not allowed(here, tcp(here, OUTSIDE, "a/web"))


def test_an_earlier_rule_wins_over_a_later_one() -> None:
    here = world(pod("a/web"), policy("x", ingress=[allow(protocol="TCP"), deny(), allow()]))
    assert allowed(here, tcp(here, OUTSIDE, "a/web"))


def test_an_earlier_policy_wins_over_a_later_one() -> None:
    here = world(pod("a/web"), policy("x", order=1, ingress=[deny()]), policy("y", order=2, ingress=[allow()]))
    assert not allowed(here, tcp(here, OUTSIDE, "a/web"))


def test_the_stored_form_sorts_as_the_form_that_users_write() -> None:
    stored = resource("crd.projectcalico.org/v1", "GlobalNetworkPolicy", "default.b", spec={"order": 1})
    here = world(stored, policy("a", order=1), policy("c", order=1))
    assert [one.id.name for one in here.policies.policies] == ["a", "b", "c"]
