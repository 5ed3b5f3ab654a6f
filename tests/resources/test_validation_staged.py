"""Staged policies."""

from typing import Any

import pytest

from percale.resources.calico_policy import GlobalNetworkPolicy, NetworkPolicy
from percale.resources.kubernetes_policy import KubernetesNetworkPolicy
from percale.resources.staged_policy import (
    StagedGlobalNetworkPolicy,
    StagedKubernetesNetworkPolicy,
    StagedNetworkPolicy,
)
from percale.resources.validation.staged_policies import STAGED_ACTIONS
from resources.validation_cases import VALID, Expected, Manifest, cases, check, found, resource

ALLOW = {"action": "Allow"}
NOT_EMPTY = "Spec fields, except Tier, should all be zero-value if stagedAction is Delete"
NOT_EMPTY_KUBERNETES = "Spec fields should all be zero-value if stagedAction is Delete"


def staged(**spec: Any) -> Manifest:
    return resource("StagedNetworkPolicy", spec, namespace="shop")


def staged_global(**spec: Any) -> Manifest:
    return resource("StagedGlobalNetworkPolicy", spec)


def staged_kubernetes(**spec: Any) -> Manifest:
    return resource("StagedKubernetesNetworkPolicy", spec, namespace="shop")


@cases(
    ("no spec", resource("StagedNetworkPolicy"), VALID),
    *((f"{action} alone", staged(stagedAction=action), VALID) for action in STAGED_ACTIONS),
    ("rules", staged(stagedAction="Learn", tier="t", order=1.5, selector="all()", egress=[ALLOW]), VALID),
    (
        "action in lower case",
        staged(stagedAction="set"),
        [("spec.stagedAction", 'supported values: "Set", "Delete", "Learn", "Ignore"')],
    ),
    ("action empty", staged(stagedAction=""), [("spec.stagedAction", "Unsupported value")]),
    ("delete with tier", staged(stagedAction="Delete", tier="security"), VALID),
    ("delete with an empty rule list", staged(stagedAction="Delete", ingress=[]), VALID),
    ("delete with rules", staged(stagedAction="Delete", ingress=[ALLOW]), [("spec", NOT_EMPTY)]),
    ("delete with order 0", staged(stagedAction="Delete", order=0), [("spec", NOT_EMPTY)]),
    ("delete with types", staged(stagedAction="Delete", types=["Ingress"]), [("spec", NOT_EMPTY)]),
    ("delete with a broken selector", staged(stagedAction="Delete", selector="("), [("spec", NOT_EMPTY)]),
    ("delete in a broken tier", staged(stagedAction="Delete", tier="A"), [("spec.tier", "tier name")]),
    ("faults as in a policy", staged(selector="a = b"), [("spec.selector", "at column 3")]),
    (
        "type twice",
        staged(types=["Egress", "Egress"]),
        [("spec.types[1]", "'Egress' type specified more than once")],
    ),
    (
        "name with two dots",
        resource("StagedNetworkPolicy", {}, name="a.b.c"),
        [("metadata.name", "with one dot at most")],
    ),
    ("name of a converted policy", resource("StagedNetworkPolicy", {}, name="knp.default.a.b"), VALID),
)
def test_staged_policies(manifest: Manifest, expected: Expected) -> None:
    check(manifest, expected)


@cases(
    ("no spec", resource("StagedGlobalNetworkPolicy"), VALID),
    ("host endpoints", staged_global(applyOnForward=True, doNotTrack=True, egress=[ALLOW]), VALID),
    (
        "preDNAT not on forward",
        staged_global(preDNAT=True),
        [("spec.applyOnForward", "applyOnForward must be true if either preDNAT or doNotTrack is true")],
    ),
    ("namespaces", staged_global(namespaceSelector="global()"), [("spec.namespaceSelector", "global() can only")]),
    ("delete", staged_global(stagedAction="Delete"), VALID),
    (
        "delete with namespaces",
        staged_global(stagedAction="Delete", namespaceSelector="all()"),
        [("spec", NOT_EMPTY)],
    ),
    ("delete with forward", staged_global(stagedAction="Delete", applyOnForward=True), [("spec", NOT_EMPTY)]),
    ("another action", staged_global(stagedAction="Drop"), [("spec.stagedAction", "Unsupported value")]),
    (
        "in a namespace",
        resource("StagedGlobalNetworkPolicy", {}, namespace="shop"),
        [("metadata.namespace", "StagedGlobalNetworkPolicy is not a namespaced resource")],
    ),
    (
        "services without namespace",
        staged_global(egress=[{"action": "Allow", "destination": {"services": {"name": "db"}}}]),
        [("spec.egress[0].destination.services", "must specify a namespace")],
    ),
)
def test_staged_global_policies(manifest: Manifest, expected: Expected) -> None:
    check(manifest, expected)


@cases(
    ("no spec", resource("StagedKubernetesNetworkPolicy"), VALID),
    ("everything", staged_kubernetes(podSelector={}, policyTypes=["Egress"], egress=[{}], ingress=[]), VALID),
    ("delete", staged_kubernetes(stagedAction="Delete"), VALID),
    ("delete with an empty selector", staged_kubernetes(stagedAction="Delete", podSelector={}), VALID),
    (
        "delete with rules",
        staged_kubernetes(stagedAction="Delete", ingress=[{}]),
        [("spec", NOT_EMPTY_KUBERNETES)],
    ),
    ("another action", staged_kubernetes(stagedAction="learn"), [("spec.stagedAction", "Unsupported value")]),
    (
        "faults as in a policy",
        staged_kubernetes(ingress=[{"from": [{}]}]),
        [("spec.ingress[0].from[0]", "must specify a peer")],
    ),
    ("name with dots", resource("StagedKubernetesNetworkPolicy", {}, name="a.b.c"), VALID),
)
def test_staged_kubernetes_policies(manifest: Manifest, expected: Expected) -> None:
    check(manifest, expected)


@pytest.mark.parametrize(
    ("manifest", "hint"),
    [
        (staged(stagedAction="set"), "did you mean `Set`?"),
        (staged(stagedAction="Delete", tier="t", order=0, egress=[ALLOW]), "leave out `order`, `egress`"),
        (staged_kubernetes(stagedAction="Delete", policyTypes=["Egress"]), "leave out `policyTypes`"),
    ],
)
def test_the_right_form_is_offered(manifest: Manifest, hint: str) -> None:
    assert [fault.hint for fault in found(manifest)] == [hint]


@pytest.mark.parametrize("kind", [StagedNetworkPolicy, StagedGlobalNetworkPolicy, StagedKubernetesNetworkPolicy])
def test_a_staged_policy_is_never_taken_for_an_enforced_one(kind: type) -> None:
    assert not issubclass(kind, NetworkPolicy | GlobalNetworkPolicy | KubernetesNetworkPolicy)
