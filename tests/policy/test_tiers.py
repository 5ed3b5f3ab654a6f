"""What becomes of a packet from tier to tier.

Source: Calico's felix/rules/policy.go.
"""

from typing import Any

import pytest

from builders import OUTSIDE, Manifest, allow, allowed, deny, kubernetes_policy, pod, policy, tcp, tier, udp, world
from percale.policy.reasons import EndOfTier, NoProfile, RuleRef
from percale.policy.rules import Action
from percale.policy.verdict import judge

PASS, LOG = {"action": "Pass"}, {"action": "Log"}
TCP_ONLY = allow(protocol="TCP")

#: What the tiers `one` (Deny), `two` (Pass) and `default` hold as ingress rules, and whether TCP gets in.
STORIES: list[tuple[str, dict[str, list[Manifest]], bool]] = [
    ("no policy at all", {}, True),
    ("an allow", {"one": [allow()]}, True),
    ("a deny", {"one": [deny()]}, False),
    ("end of a denying tier", {"one": []}, False),
    ("end of a denying tier, other rules", {"one": [allow(protocol="UDP")]}, False),
    ("end of a passing tier", {"two": []}, True),
    ("end of a passing tier, other rules", {"two": [deny(protocol="UDP")]}, True),
    ("end of a passing tier goes on to the next", {"two": [], "default": [deny()]}, False),
    ("a passing tier still denies", {"two": [deny()]}, False),
    ("a passing tier still allows", {"two": [allow()], "default": [deny()]}, True),
    ("allow in one tier ends it all", {"one": [allow()], "two": [deny()], "default": [deny()]}, True),
    ("deny in one tier ends it all", {"one": [deny()], "two": [allow()], "default": [allow()]}, False),
    ("pass goes on to the next tier", {"one": [PASS], "two": [deny()]}, False),
    ("pass goes on to an allow", {"one": [PASS], "two": [allow()], "default": [deny()]}, True),
    ("pass skips later rules", {"one": [PASS, deny()]}, True),
    ("pass after a deny is too late", {"one": [deny(), PASS]}, False),
    ("pass in every tier falls to profiles", {"one": [PASS], "two": [PASS], "default": [PASS]}, True),
    ("pass to a tier that ends in deny", {"one": [PASS], "default": []}, False),
    ("log alone is no verdict", {"one": [LOG]}, False),
    ("log in a passing tier", {"two": [LOG]}, True),
    ("log goes on to the next rule", {"one": [LOG, allow()]}, True),
    ("log before a deny", {"one": [LOG, deny(), allow()]}, False),
    ("log then pass", {"one": [LOG, PASS, deny()]}, True),
    ("the default tier ends in deny", {"default": []}, False),
]


@pytest.mark.parametrize(("rules", "expected"), [pytest.param(*row[1:], id=row[0]) for row in STORIES])
@pytest.mark.parametrize("direction", ["ingress", "egress"])
def test_a_packet_goes_through_the_tiers(direction: str, rules: dict[str, list[Manifest]], *, expected: bool) -> None:
    here = world(
        pod("a/pod"),
        tier("one", order=1),
        tier("two", order=2, defaultAction="Pass"),
        *(policy(f"in-{name}", tier=name, types=[direction.title()], **{direction: r}) for name, r in rules.items()),
    )
    ends = (OUTSIDE, "a/pod") if direction == "ingress" else ("a/pod", OUTSIDE)
    assert allowed(here, tcp(here, *ends)) is expected


def test_a_tier_ends_only_where_a_policy_of_it_governs_the_direction() -> None:
    here = world(pod("a/pod"), tier("one", order=1), policy("x", tier="one", types=["Ingress"]))
    assert not allowed(here, tcp(here, OUTSIDE, "a/pod"))
    assert allowed(here, tcp(here, "a/pod", OUTSIDE))


def test_a_tier_ends_only_for_endpoints_that_a_policy_of_it_selects() -> None:
    here = world(
        pod("a/web", {"app": "web"}), pod("a/db"), tier("one", order=1), policy("x", tier="one", selector="has(app)")
    )
    assert not allowed(here, tcp(here, OUTSIDE, "a/web"))
    assert allowed(here, tcp(here, OUTSIDE, "a/db"))


def test_a_tier_without_policies_is_not_there() -> None:
    here = world(pod("a/pod"), tier("empty", order=1))
    assert allowed(here, tcp(here, OUTSIDE, "a/pod"))


def test_the_end_of_a_tier_comes_after_all_its_policies() -> None:
    here = world(pod("a/pod"), policy("x", order=1, ingress=[deny(protocol="UDP")]), policy("y", ingress=[TCP_ONLY]))
    assert allowed(here, tcp(here, OUTSIDE, "a/pod"))
    assert not allowed(here, udp(here, OUTSIDE, "a/pod"))


def test_a_policy_of_a_missing_tier_applies_last_and_its_tier_denies() -> None:
    lost = policy("lost", tier="missing", ingress=[TCP_ONLY])
    here = world(pod("a/pod"), lost)
    assert allowed(here, tcp(here, OUTSIDE, "a/pod"))
    assert not allowed(here, udp(here, OUTSIDE, "a/pod"))
    denied_before = world(pod("a/pod"), lost, policy("x", ingress=[deny()]))
    assert not allowed(denied_before, tcp(denied_before, OUTSIDE, "a/pod"))
    passed_on = world(pod("a/pod"), lost, policy("x", ingress=[PASS]))
    assert not allowed(passed_on, udp(passed_on, OUTSIDE, "a/pod"))


def test_a_missing_tier_comes_after_the_baseline() -> None:
    here = world(pod("a/pod"), policy("lost", tier="missing"), policy("x", tier="kube-baseline", ingress=[TCP_ONLY]))
    assert allowed(here, tcp(here, OUTSIDE, "a/pod"))
    assert not allowed(here, udp(here, OUTSIDE, "a/pod"))


BASELINE = policy("base", tier="kube-baseline", ingress=[deny()])


@pytest.mark.parametrize(
    ("policies", "expected"),
    [
        pytest.param([BASELINE], False, id="the baseline alone"),
        pytest.param([BASELINE, kubernetes_policy("a/k", ingress=[{}])], True, id="a Kubernetes policy comes before"),
        pytest.param([BASELINE, kubernetes_policy("a/k")], False, id="a Kubernetes policy that allows nothing"),
        pytest.param(
            [BASELINE, policy("p", order=1, ingress=[PASS]), kubernetes_policy("a/k", ingress=[{}])],
            False,
            id="pass jumps over Kubernetes policies to the baseline",
        ),
        pytest.param(
            [policy("p", order=1, ingress=[PASS]), kubernetes_policy("a/k")],
            True,
            id="pass jumps over Kubernetes policies to profiles",
        ),
        pytest.param(
            [policy("adm", tier="kube-admin", ingress=[allow()]), kubernetes_policy("a/k")],
            True,
            id="kube-admin before all of them",
        ),
        pytest.param(
            [policy("adm", tier="kube-admin", ingress=[allow(protocol="UDP")]), BASELINE],
            False,
            id="kube-admin passes at its end",
        ),
    ],
)
def test_kubernetes_tiers(policies: list[Any], *, expected: bool) -> None:
    here = world(pod("a/pod"), *policies)
    assert allowed(here, tcp(here, OUTSIDE, "a/pod")) is expected


def test_both_ends_must_allow() -> None:
    ends = (pod("a/client"), pod("b/server"))
    for namespace, direction in (("a", "egress"), ("b", "ingress")):
        here = world(*ends, policy(f"{namespace}/x", **{direction: [deny()]}))
        assert not allowed(here, tcp(here, "a/client", "b/server"))
    here = world(*ends, policy("a/x", egress=[allow()]), policy("b/x", ingress=[allow()]))
    assert allowed(here, tcp(here, "a/client", "b/server"))


def test_nobody_decides_for_addresses_that_are_no_endpoints() -> None:
    here = world(pod("a/pod"), policy("x", types=["Ingress", "Egress"]))
    verdict = judge(here, tcp(here, OUTSIDE, "198.51.100.7"))
    assert (verdict.egress, verdict.ingress, verdict.allowed) == (None, None, True)


def test_a_decision_names_the_rule() -> None:
    here = world(pod("a/pod"), policy("a/x", ingress=[allow(protocol="UDP"), deny(protocol="TCP")]))
    decision = judge(here, tcp(here, OUTSIDE, "a/pod")).ingress
    assert decision
    assert decision.action is Action.DENY
    assert isinstance(decision.because, RuleRef)
    assert decision.because.policy is here.policies.policies[0]
    assert (decision.because.rule.path, decision.because.tier) == ("ingress[1]", "default")
    assert decision.passed == ()


def test_a_decision_names_the_tier_and_all_that_isolate() -> None:
    here = world(pod("a/pod"), policy("x"), policy("y"), policy("z", types=["Egress"]))
    decision = judge(here, tcp(here, OUTSIDE, "a/pod")).ingress
    assert decision
    assert isinstance(decision.because, EndOfTier)
    assert decision.because.tier.name == "default"
    assert [one.id.name for one in decision.because.policies] == ["x", "y"]


def test_a_decision_names_the_profile_and_what_was_passed_on_the_way() -> None:
    here = world(
        pod("a/pod"),
        tier("two", order=2, defaultAction="Pass"),
        policy("x", tier="two"),
        policy("y", ingress=[LOG, PASS]),
    )
    decision = judge(here, tcp(here, OUTSIDE, "a/pod")).ingress
    assert decision
    assert isinstance(decision.because, RuleRef)
    assert (decision.because.policy, decision.because.profile) == (None, "kns.a")
    end, log, passed = decision.passed
    assert isinstance(end, EndOfTier)
    assert end.tier.name == "two"
    assert [one.rule.action for one in (log, passed) if isinstance(one, RuleRef)] == [Action.LOG, Action.PASS]


def test_without_a_profile_an_endpoint_is_closed() -> None:
    here = world(pod("a/pod"))
    bare = type(here)(workloads=here.workloads)
    decision = judge(bare, tcp(bare, OUTSIDE, "a/pod")).ingress
    assert decision
    assert (decision.action, decision.because) == (Action.DENY, NoProfile())
