"""What a policy's own selectors come to.

Source: Calico's felix/labelindex/label_inheritance_index.go.
"""

from typing import Any

import pytest

from builders import closed, kubernetes_policy, namespace, network_set, pod, policy, service_account, world
from percale.policy.world import World

#: Namespace c and account b/robot have no labels of their own; two pods run as `default`.
PEOPLE = (
    namespace("a", env="p"),
    namespace("b", env="q"),
    namespace("c"),
    service_account("a/robot", team="t"),
    pod("a/one", {"x": "1"}, serviceAccountName="robot"),
    pod("a/two", {"x": "2"}),
    pod("b/one", {"x": "1"}, serviceAccountName="robot"),
    pod("c/none"),
)
EVERY = "a/one a/two b/one c/none"
NOBODY = ""

GLOBAL = [
    ({}, EVERY),
    ({"selector": ""}, EVERY),
    ({"selector": "all()"}, EVERY),
    ({"selector": "!all()"}, NOBODY),
    ({"selector": "x == '1'"}, "a/one b/one"),
    ({"selector": "x != '1'"}, "a/two c/none"),
    ({"selector": "!has(x)"}, "c/none"),
    ({"selector": "pcns.env == 'p'"}, "a/one a/two"),
    ({"selector": "env == 'p'"}, NOBODY),
    ({"selector": "pcsa.team == 't'"}, "a/one"),
    ({"selector": "projectcalico.org/namespace == 'c'"}, "c/none"),
    ({"selector": "projectcalico.org/orchestrator == 'k8s'"}, EVERY),
    ({"selector": "projectcalico.org/serviceaccount == 'robot'"}, "a/one b/one"),
    ({"namespaceSelector": ""}, EVERY),
    ({"namespaceSelector": "all()"}, EVERY),
    ({"namespaceSelector": "!all()"}, NOBODY),
    ({"namespaceSelector": "env == 'p'"}, "a/one a/two"),
    ({"namespaceSelector": "env != 'p'"}, "b/one c/none"),
    ({"namespaceSelector": "env not in {'p', 'q'}"}, "c/none"),
    ({"namespaceSelector": "!has(env)"}, "c/none"),
    ({"namespaceSelector": "pcns.env == 'p'"}, NOBODY),
    ({"namespaceSelector": "projectcalico.org/name == 'b'"}, "b/one"),
    ({"namespaceSelector": "kubernetes.io/metadata.name in {'a', 'c'}"}, "a/one a/two c/none"),
    ({"selector": "x == '1'", "namespaceSelector": "has(env)"}, "a/one b/one"),
    ({"selector": "x == '1'", "namespaceSelector": "env == 'q' || !has(env)"}, "b/one"),
    ({"serviceAccountSelector": ""}, EVERY),
    ({"serviceAccountSelector": "all()"}, EVERY),
    ({"serviceAccountSelector": "!all()"}, NOBODY),
    ({"serviceAccountSelector": "team == 't'"}, "a/one"),
    ({"serviceAccountSelector": "team != 't'"}, "a/two b/one c/none"),
    ({"serviceAccountSelector": "projectcalico.org/name == 'robot'"}, "a/one b/one"),
    ({"serviceAccountSelector": "projectcalico.org/name == 'default'"}, "a/two c/none"),
    ({"serviceAccountSelector": "has(projectcalico.org/name)", "selector": "has(x)"}, "a/one a/two b/one"),
    ({"serviceAccountSelector": "projectcalico.org/name == 'robot'", "namespaceSelector": "env == 'q'"}, "b/one"),
]

NAMESPACED = [
    ({}, "a/one a/two"),
    ({"selector": "all()"}, "a/one a/two"),
    ({"selector": "!all()"}, NOBODY),
    ({"selector": "x == '1'"}, "a/one"),
    ({"selector": "x != '1'"}, "a/two"),
    ({"selector": "has(x) || !has(x)"}, "a/one a/two"),
    ({"selector": "projectcalico.org/namespace == 'b'"}, NOBODY),
    ({"selector": "pcns.env == 'q'"}, NOBODY),
    ({"serviceAccountSelector": "all()"}, "a/one a/two"),
    ({"serviceAccountSelector": "!all()"}, NOBODY),
    ({"serviceAccountSelector": "team == 't'"}, "a/one"),
    ({"serviceAccountSelector": "!has(team)"}, "a/two"),
    ({"serviceAccountSelector": "team == 't'", "selector": "x == '2'"}, NOBODY),
]


def one(key: str, operator: str, *values: str) -> dict[str, Any]:
    return {"matchExpressions": [{"key": key, "operator": operator} | ({"values": values} if values else {})]}


KUBERNETES = [
    ({}, "a/one a/two"),
    ({"matchLabels": {"x": "1"}}, "a/one"),
    ({"matchLabels": {"x": "1", "y": "1"}}, NOBODY),
    (one("x", "In", "1", "3"), "a/one"),
    (one("x", "NotIn", "1"), "a/two"),
    (one("missing", "NotIn", "1"), "a/one a/two"),
    (one("x", "Exists"), "a/one a/two"),
    (one("missing", "Exists"), NOBODY),
    (one("x", "DoesNotExist"), NOBODY),
    (one("missing", "DoesNotExist"), "a/one a/two"),
    ({"matchLabels": {"x": "1"}} | one("x", "NotIn", "1"), NOBODY),
    ({"matchLabels": {"x": "1"}} | one("missing", "DoesNotExist"), "a/one"),
]


def ids(value: object) -> str | None:
    return str(value).replace("projectcalico.org", "pco") if isinstance(value, dict) else None


@pytest.mark.parametrize(("spec", "expected"), GLOBAL, ids=ids)
def test_a_global_policy_applies_to(spec: dict[str, Any], expected: str) -> None:
    assert closed(world(*PEOPLE, policy("x", **spec))) == set(expected.split())


@pytest.mark.parametrize(("spec", "expected"), NAMESPACED, ids=ids)
def test_a_policy_of_namespace_a_applies_to(spec: dict[str, Any], expected: str) -> None:
    assert closed(world(*PEOPLE, policy("a/x", **spec))) == set(expected.split())


@pytest.mark.parametrize(("selector", "expected"), KUBERNETES, ids=ids)
def test_a_kubernetes_policy_of_namespace_a_applies_to(selector: dict[str, Any], expected: str) -> None:
    assert closed(world(*PEOPLE, kubernetes_policy("a/x", podSelector=selector))) == set(expected.split())


IN_NAMESPACE, HAS_ACCOUNT = "has(projectcalico.org/namespace)", "has(projectcalico.org/serviceaccount)"
IN_A = 'projectcalico.org/namespace == "a"'

#: Name, spec, and the selector that is held against endpoints.
REWRITTEN = [
    ("x", {}, "all()"),
    ("x", {"selector": "all()"}, "all()"),
    ("x", {"selector": "all()", "namespaceSelector": "all()"}, f"({IN_NAMESPACE} && {IN_NAMESPACE})"),
    ("x", {"namespaceSelector": "all()"}, IN_NAMESPACE),
    ("x", {"namespaceSelector": "!all()"}, f"!{IN_NAMESPACE}"),
    ("x", {"namespaceSelector": "e == 'p'"}, 'pcns.e == "p"'),
    ("x", {"namespaceSelector": "e != 'p'"}, 'pcns.e != "p"'),
    ("x", {"selector": "all()", "namespaceSelector": "has(e)"}, f"({IN_NAMESPACE} && has(pcns.e))"),
    (
        "x",
        {"selector": "has(y) || all()", "namespaceSelector": "has(e)"},
        f"((has(y) || {IN_NAMESPACE}) && has(pcns.e))",
    ),
    (
        "x",
        {"selector": "has(y)", "namespaceSelector": "has(e) || all()"},
        f"(has(y) && (has(pcns.e) || {IN_NAMESPACE}))",
    ),
    ("x", {"serviceAccountSelector": "all()"}, HAS_ACCOUNT),
    ("x", {"serviceAccountSelector": "has(t)"}, "has(pcsa.t)"),
    ("x", {"selector": "all()", "serviceAccountSelector": "has(t)"}, f"({HAS_ACCOUNT} && has(pcsa.t))"),
    (
        "x",
        {"selector": "all()", "namespaceSelector": "all()", "serviceAccountSelector": "all()"},
        f"({IN_NAMESPACE} && {IN_NAMESPACE} && {HAS_ACCOUNT})",
    ),
    ("a/x", {}, IN_A),
    ("a/x", {"selector": "all()"}, IN_A),
    ("a/x", {"selector": "has(y)"}, f"(has(y) && {IN_A})"),
    ("a/x", {"selector": "has(y) || has(z)"}, f"((has(y) || has(z)) && {IN_A})"),
    ("a/x", {"serviceAccountSelector": "all()"}, IN_A),
    ("a/x", {"serviceAccountSelector": "has(t) || has(u)"}, f"({IN_A} && (has(pcsa.t) || has(pcsa.u)))"),
]


def subject(here: World) -> Any:
    return here.policies.policies[0].subject


@pytest.mark.parametrize(("name", "spec", "expected"), REWRITTEN)
def test_a_subject_is_rewritten(name: str, spec: dict[str, Any], expected: str) -> None:
    assert str(subject(world(policy(name, **spec)))) == expected


def test_a_kubernetes_subject_asks_for_pods() -> None:
    spec = {"matchLabels": {"z": "1", "b": "2"}} | one("e", "DoesNotExist")
    expected = f'(projectcalico.org/orchestrator == "k8s" && b == "2" && z == "1" && !has(e) && {IN_A})'
    assert str(subject(world(kubernetes_policy("a/x", podSelector=spec)))) == expected


#: A host endpoint has its own labels alone; no manifest makes one yet, but the subject knows already.
HOSTS = [
    ({}, True),
    ({"selector": "all()"}, True),
    ({"selector": "role == 'node'"}, True),
    ({"namespaceSelector": "all()"}, False),
    ({"selector": "all()", "namespaceSelector": "env != 'p'"}, False),
    ({"selector": "role == 'node'", "namespaceSelector": "env != 'p'"}, True),
    ({"selector": "role == 'node'", "namespaceSelector": "!has(env)"}, True),
    ({"selector": "role == 'node'", "namespaceSelector": "env not in {'p'}"}, True),
    ({"selector": "role == 'node'", "namespaceSelector": "env == 'p'"}, False),
    ({"serviceAccountSelector": "all()"}, False),
    ({"serviceAccountSelector": "team != 't'"}, True),
]


@pytest.mark.parametrize(("spec", "expected"), HOSTS, ids=ids)
def test_only_all_keeps_hosts_out_of_a_global_policy(spec: dict[str, Any], *, expected: bool) -> None:
    assert subject(world(policy("x", **spec))).matches({"role": "node"}) is expected


@pytest.mark.parametrize("manifest", [policy("a/x"), kubernetes_policy("a/x")])
def test_a_namespaced_policy_never_applies_to_hosts(manifest: Any) -> None:
    assert not subject(world(manifest)).matches({"role": "node"})


@pytest.mark.parametrize("mode", ["doNotTrack", "preDNAT"])
def test_policies_for_hosts_alone_do_nothing_to_pods(mode: str) -> None:
    here = world(*PEOPLE, policy("x", **{mode: True, "applyOnForward": True, "types": ["Ingress"]}))
    assert closed(here) == set()


def test_apply_on_forward_makes_no_difference_to_pods() -> None:
    assert closed(world(*PEOPLE, policy("x", applyOnForward=True))) == set(EVERY.split())


def test_a_network_set_is_never_the_subject() -> None:
    here = world(*PEOPLE, network_set("a/set", "192.0.2.0/24", x="3"), policy("x", selector="x == '3'"))
    assert closed(here) == set()
