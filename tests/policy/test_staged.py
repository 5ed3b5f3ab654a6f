"""Policies on trial.

Source: Calico's api/pkg/apis/projectcalico/v3/stagednetworkpolicy.go.
"""

from typing import Any

import pytest

from builders import (
    CALICO,
    OUTSIDE,
    Manifest,
    allow,
    allowed,
    deny,
    host_endpoint,
    hosted,
    if_enforced,
    kubernetes_policy,
    on_route,
    pod,
    policy,
    resource,
    staged,
    stopped,
    tcp,
    tier,
    world,
)
from percale.policy.policies import Hook
from percale.policy.reasons import RuleRef
from percale.policy.selection import Staged
from percale.policy.verdict import judge

POD = pod("a/pod", {"app": "web"})
T, LATE = tier("t", order=1), tier("late", order=2)


def staged_kubernetes(name: str, **spec: Any) -> Manifest:
    return resource(CALICO, "StagedKubernetesNetworkPolicy", name, spec=spec)


#: Whether the pod is reached, and whether it were if all were enforced.
STORIES: list[tuple[str, list[Manifest], bool, bool]] = [
    ("a global deny", [staged("x", ingress=[deny()])], True, False),
    ("a namespaced deny", [staged("a/x", ingress=[deny()])], True, False),
    ("of another namespace", [staged("b/x", ingress=[deny()])], True, True),
    ("that selects nobody", [staged("x", selector="app == 'db'", ingress=[deny()])], True, True),
    ("of the other direction", [staged("x", egress=[deny()])], True, True),
    ("without rules", [staged("x")], True, False),
    ("a Kubernetes policy without rules", [staged_kubernetes("a/x", podSelector={})], True, False),
    ("a Kubernetes policy that allows", [staged_kubernetes("a/x", podSelector={}, ingress=[{}])], True, True),
    (
        "an allow before an enforced deny",
        [staged("x", order=1, ingress=[allow()]), policy("y", ingress=[deny()])],
        False,
        True,
    ),
    (
        "an allow after an enforced deny",
        [policy("y", order=1, ingress=[deny()]), staged("x", ingress=[allow()])],
        False,
        False,
    ),
    (
        "a deny before an enforced allow",
        [staged("x", order=1, ingress=[deny()]), policy("y", ingress=[allow()])],
        True,
        False,
    ),
    (
        "a deny after an enforced allow",
        [policy("y", order=1, ingress=[allow()]), staged("x", ingress=[deny()])],
        True,
        True,
    ),
    (
        "a pass over an enforced deny",
        [staged("x", order=1, ingress=[{"action": "Pass"}]), policy("y", ingress=[deny()])],
        False,
        True,
    ),
    ("beside an enforced policy that allows nothing", [staged("x", ingress=[allow()]), policy("y")], False, True),
    ("alone in its tier", [T, staged("x", tier="t")], True, False),
    (
        "alone in its tier, before an enforced allow",
        [T, staged("x", tier="t"), policy("y", ingress=[allow()])],
        True,
        False,
    ),
    (
        "beside an enforced one in its tier",
        [T, staged("x", tier="t", ingress=[allow()]), policy("y", tier="t")],
        False,
        True,
    ),
    ("in a tier that passes", [tier("t", order=1, defaultAction="Pass"), staged("x", tier="t")], True, True),
    ("in a missing tier", [staged("x", tier="gone")], True, False),
    ("Learn", [staged("x", stagedAction="Learn", ingress=[deny()])], True, False),
    ("Ignore", [staged("x", stagedAction="Ignore", ingress=[deny()])], True, False),
    ("Set", [staged("x", stagedAction="Set", ingress=[deny()])], True, False),
    ("Delete", [staged("x", stagedAction="Delete")], True, True),
    ("Delete of an enforced one", [policy("x", ingress=[deny()]), staged("x", stagedAction="Delete")], False, False),
    ("Delete, namespaced", [staged("a/x", stagedAction="Delete")], True, True),
    ("Delete, of Kubernetes", [staged_kubernetes("a/x", stagedAction="Delete")], True, True),
    (
        "of the name of an enforced one",
        [policy("x", ingress=[allow()]), staged("x", order=1, ingress=[deny()])],
        True,
        False,
    ),
]


@pytest.mark.parametrize(("manifests", "now", "then"), [pytest.param(*row[1:], id=row[0]) for row in STORIES])
def test_a_staged_policy_decides_only_as_if_it_were_enforced(
    manifests: list[Manifest], *, now: bool, then: bool
) -> None:
    here = world(POD, *manifests)
    sent = tcp(here, OUTSIDE, "a/pod")
    assert (allowed(here, sent), if_enforced(here, sent)) == (now, then)


def test_delete_leaves_no_policy_and_the_others_do() -> None:
    actions = ("Set", "Learn", "Ignore", "Delete")
    here = world(*(staged(action.lower(), stagedAction=action) for action in actions))
    assert [one.id.name for one in here.policies.policies] == ["ignore", "learn", "set"]


def test_staged_policies_keep_their_place_among_the_others() -> None:
    manifests = (
        policy("last"),
        staged("first", order=1),
        policy("second", order=2),
        staged_kubernetes("a/kubernetes", podSelector={}),
        policy("before", order=999),
        policy("after", order=1001),
        staged("zz"),
        LATE,
        staged("other", tier="late"),
    )
    found = world(*manifests).policies.policies
    assert [one.id.name for one in found] == ["other", "first", "second", "before", "kubernetes", "after", "last", "zz"]
    assert [one.id.name for one in found if one.staged] == ["other", "first", "kubernetes", "zz"]


def test_of_equal_order_and_name_the_enforced_one_goes_first() -> None:
    found = world(staged("a/x", order=5), policy("a/x", order=5), staged("x", order=5), policy("x", order=5))
    assert [one.id.kind for one in found.policies.policies] == [
        "GlobalNetworkPolicy",
        "StagedGlobalNetworkPolicy",
        "NetworkPolicy",
        "StagedNetworkPolicy",
    ]


def test_a_staged_kubernetes_policy_stands_where_an_enforced_one_would() -> None:
    both = (staged_kubernetes("a/x", podSelector={}), kubernetes_policy("a/x"))
    one, other = world(*both).policies.policies
    assert (one.order, one.tier) == (other.order, other.tier) == (1000, "default")
    assert [one.id.kind, other.id.kind] == ["KubernetesNetworkPolicy", "StagedKubernetesNetworkPolicy"]


def test_what_would_decide_is_told() -> None:
    here = world(POD, staged("x", ingress=[deny()]))
    decision = judge(here, tcp(here, OUTSIDE, "a/pod"), staged=Staged.AS_IF_ENFORCED).ingress
    assert decision
    assert isinstance(decision.because, RuleRef)
    assert decision.because.policy is here.policies.policies[0]


@pytest.mark.parametrize("flavour", [{}, {"applyOnForward": True}, {"applyOnForward": True, "preDNAT": True}], ids=str)
def test_staged_policies_on_hosts_stop_nothing_either(flavour: Manifest) -> None:
    here = hosted(host_endpoint("h"), staged("x", selector="role == 'host'", ingress=[deny()], **flavour))
    assert stopped(here) == set()
    (one,) = here.policies.policies
    assert one.staged
    assert one.hooks != {Hook.NORMAL} or not flavour


def test_an_early_accept_on_trial_spares_nothing() -> None:
    early = staged("x", selector="role == 'host'", applyOnForward=True, preDNAT=True, ingress=[allow()])
    here = hosted(host_endpoint("h", profiles=[]), early)
    assert not on_route(here, "to host").allowed
