"""Calico's policies as wholes, and tiers."""

import pytest

from resources.validation_cases import VALID, Expected, Manifest, cases, check, found, global_policy, policy, resource

ALLOW = {"action": "Allow"}
NEEDS_FORWARD = "applyOnForward must be true if either preDNAT or doNotTrack is true"


@cases(
    ("nothing", policy(), VALID),
    ("no spec", resource("NetworkPolicy"), VALID),
    ("types without rules", policy(types=["Ingress", "Egress"]), VALID),
    ("rules without their type", policy(types=["Ingress"], egress=[ALLOW]), VALID),
    ("type in lower case", policy(types=["ingress"]), [("spec.types[0]", 'Unsupported value: "ingress"')]),
    (
        "type twice",
        policy(types=["Ingress", "Ingress"]),
        [("spec.types[1]", "'Ingress' type specified more than once")],
    ),
    (
        "three types",
        global_policy(types=["Egress", "Ingress", "Egress"]),
        [("spec.types[2]", "'Egress' type specified more than once")],
    ),
    ("order negative", policy(order=-1.5), VALID),
    ("order that is no number", policy(order=float("nan")), [("spec.order", "order must be a finite number")]),
    ("order without end", policy(order=float("inf")), [("spec.order", "order must be a finite number")]),
    ("tier", policy(tier="security"), VALID),
    ("tier in upper case", policy(tier="Security"), [("spec.tier", "tier name: a lowercase RFC 1123 subdomain")]),
    ("performance hint", policy(performanceHints=["AssumeNeededOnEveryNode"]), VALID),
    ("another hint", policy(performanceHints=["Fast"]), [("spec.performanceHints[0]", "Unsupported value")]),
    (
        "hint twice",
        global_policy(performanceHints=["AssumeNeededOnEveryNode"] * 2),
        [("spec.performanceHints[1]", "Duplicate value")],
    ),
    ("1024 rules", policy(ingress=[ALLOW] * 1024), VALID),
    ("1025 rules", policy(ingress=[ALLOW] * 1025), [("spec.ingress", "Too many: 1025: must have at most 1024 items")]),
    ("1025 egress rules", global_policy(egress=[ALLOW] * 1025), [("spec.egress", "Too many: 1025")]),
    (
        "storage version",
        global_policy(types=["x"]) | {"apiVersion": "crd.projectcalico.org/v1"},
        [("spec.types[0]", "Unsupported value")],
    ),
)
def test_policies(manifest: Manifest, expected: Expected) -> None:
    check(manifest, expected)


@cases(
    ("applyOnForward alone", global_policy(applyOnForward=True, egress=[ALLOW]), VALID),
    ("preDNAT", global_policy(applyOnForward=True, preDNAT=True, ingress=[ALLOW], types=["Ingress"]), VALID),
    ("doNotTrack", global_policy(applyOnForward=True, doNotTrack=True, egress=[ALLOW]), VALID),
    ("preDNAT not on forward", global_policy(preDNAT=True), [("spec.applyOnForward", NEEDS_FORWARD)]),
    (
        "doNotTrack not on forward",
        global_policy(applyOnForward=False, doNotTrack=True),
        [("spec.applyOnForward", NEEDS_FORWARD)],
    ),
    (
        "both",
        global_policy(applyOnForward=True, preDNAT=True, doNotTrack=True),
        [("spec.preDNAT", "preDNAT and doNotTrack cannot both be true")],
    ),
    (
        "preDNAT with egress rules",
        global_policy(applyOnForward=True, preDNAT=True, egress=[ALLOW]),
        [("spec.egress", "preDNAT policy cannot have any egress rules")],
    ),
    (
        "preDNAT with the egress type",
        global_policy(applyOnForward=True, preDNAT=True, types=["Ingress", "Egress"]),
        [("spec.types[1]", "preDNAT policy cannot have 'Egress' type")],
    ),
    (
        "all of it",
        global_policy(preDNAT=True, doNotTrack=True, egress=[ALLOW], types=["Egress"]),
        [
            ("spec.preDNAT", "cannot both be true"),
            ("spec.egress", "cannot have any egress rules"),
            ("spec.types[0]", "cannot have 'Egress' type"),
            ("spec.applyOnForward", NEEDS_FORWARD),
        ],
    ),
)
def test_policies_of_host_endpoints(manifest: Manifest, expected: Expected) -> None:
    check(manifest, expected)


def tier(name: str, **spec: object) -> Manifest:
    return resource("Tier", spec, name=name)


@cases(
    ("own", tier("security", order=100, defaultAction="Pass"), VALID),
    ("own without anything", tier("security"), VALID),
    (
        "another action",
        tier("security", defaultAction="Allow"),
        [("spec.defaultAction", 'supported values: "Pass", "Deny"')],
    ),
    ("order that is no number", tier("security", order=float("nan")), [("spec.order", "finite")]),
    ("default", tier("default", order=1_000_000, defaultAction="Deny"), VALID),
    ("default without anything", tier("default"), VALID),
    ("default moved", tier("default", order=10), [("spec.order", "default tier order must be 1000000")]),
    (
        "default that passes",
        tier("default", defaultAction="Pass"),
        [("spec.defaultAction", "The 'default' tier must have default action 'Deny'")],
    ),
    ("kube-admin", tier("kube-admin", order=1000, defaultAction="Pass"), VALID),
    (
        "kube-admin without anything",
        tier("kube-admin"),
        [
            ("spec.order", "kube-admin tier order must be 1000"),
            ("spec.defaultAction", "The 'kube-admin' tier must have default action 'Pass'"),
        ],
    ),
    ("kube-baseline", tier("kube-baseline", order=1e7, defaultAction="Pass"), VALID),
    (
        "kube-baseline changed",
        tier("kube-baseline", order=1, defaultAction="Deny"),
        [
            ("spec.order", "kube-baseline tier order must be 10000000"),
            ("spec.defaultAction", "The 'kube-baseline' tier must have default action 'Pass'"),
        ],
    ),
)
def test_tiers(manifest: Manifest, expected: Expected) -> None:
    check(manifest, expected)


@pytest.mark.parametrize(
    ("manifest", "hint"),
    [
        (policy(types=["egress"]), "did you mean `Egress`?"),
        (tier("default", order=1), "write `order: 1000000`"),
        (global_policy(preDNAT=True), "add `applyOnForward: true`"),
    ],
)
def test_the_right_form_is_offered(manifest: Manifest, hint: str) -> None:
    assert [fault.hint for fault in found(manifest)] == [hint]
