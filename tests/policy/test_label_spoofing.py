"""What a pod's author writes never poses as what Calico adds, CVE-2023-39347 for the kind.

Source: Calico's felix/labelindex/label_inheritance_index.go.
"""

from typing import Any

import pytest

from builders import (
    Manifest,
    allow,
    allowed,
    closed,
    kubernetes_policy,
    namespace,
    pod,
    policy,
    resource,
    service_account,
    tcp,
    world,
)

SPOOFED = {
    "projectcalico.org/namespace": "trusted",
    "projectcalico.org/serviceaccount": "admin",
    "projectcalico.org/orchestrator": "host",
    "pcns.env": "prod",
    "pcns.kubernetes.io/metadata.name": "trusted",
    "pcns.projectcalico.org/name": "trusted",
    "pcns.extra": "yes",
    "pcsa.team": "core",
    "pcsa.projectcalico.org/name": "admin",
    "pcsa.extra": "yes",
}
SETTING = (
    namespace("trusted", env="prod"),
    namespace("evil", env="dev"),
    service_account("trusted/admin", team="core"),
    pod("trusted/web", {"app": "web"}, serviceAccountName="admin"),
)
EVIL = pod("evil/spy", {"app": "web", **SPOOFED})

PEERS: list[dict[str, Any]] = [
    {"selector": "app == 'web'"},
    {"namespaceSelector": "env == 'prod'"},
    {"namespaceSelector": "kubernetes.io/metadata.name == 'trusted'"},
    {"namespaceSelector": "projectcalico.org/name == 'trusted'"},
    {"namespaceSelector": "has(extra)"},
    {"namespaceSelector": "all()", "serviceAccounts": {"names": ["admin"]}},
    {"namespaceSelector": "all()", "serviceAccounts": {"selector": "team == 'core'"}},
    {"namespaceSelector": "all()", "serviceAccounts": {"selector": "has(extra)"}},
    {"namespaceSelector": "all()", "selector": "projectcalico.org/namespace == 'trusted'"},
    {"namespaceSelector": "all()", "selector": "projectcalico.org/serviceaccount == 'admin'"},
    {"namespaceSelector": "all()", "selector": "projectcalico.org/orchestrator == 'host'"},
    {"namespaceSelector": "all()", "selector": "pcns.env == 'prod'"},
    {"namespaceSelector": "all()", "selector": "has(pcsa.extra)"},
    {"namespaceSelector": "global()"},
]


@pytest.mark.parametrize("source", PEERS, ids=str)
@pytest.mark.parametrize("name", ["trusted/x", "x"])
def test_a_spoofing_pod_is_not_let_in(name: str, source: dict[str, Any]) -> None:
    if name == "x" and source == PEERS[0]:
        source = {"selector": "app == 'web' && pcns.env == 'prod'"}
    rule = allow(source=source)
    here = world(*SETTING, EVIL, policy(name, selector="pcns.env == 'prod'", ingress=[rule]))
    assert not allowed(here, tcp(here, "evil/spy", "trusted/web"))


KUBERNETES: list[dict[str, Any]] = [
    {"podSelector": {}},
    {"podSelector": {"matchLabels": {"app": "web"}}},
    {"namespaceSelector": {"matchLabels": {"env": "prod"}}},
    {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "trusted"}}},
    {"namespaceSelector": {"matchLabels": {"extra": "yes"}}, "podSelector": {}},
    {"namespaceSelector": {}, "podSelector": {"matchLabels": {"pcns.env": "prod"}}},
]


@pytest.mark.parametrize("peer", KUBERNETES, ids=str)
def test_a_spoofing_pod_is_no_kubernetes_peer(peer: dict[str, Any]) -> None:
    here = world(*SETTING, EVIL, kubernetes_policy("trusted/x", ingress=[{"from": [peer]}]))
    assert not allowed(here, tcp(here, "evil/spy", "trusted/web"))


SUBJECTS: list[Manifest] = [
    policy("evil/x"),
    kubernetes_policy("evil/x"),
    policy("x", namespaceSelector="env == 'dev'"),
    policy("x", namespaceSelector="projectcalico.org/name == 'evil'"),
    policy("x", namespaceSelector="kubernetes.io/metadata.name == 'evil'"),
    policy("x", selector="projectcalico.org/namespace == 'evil'"),
    policy("x", selector="!has(pcns.extra) && pcns.env != 'prod'"),
    policy("x", serviceAccountSelector="projectcalico.org/name == 'default'"),
    policy("x", serviceAccountSelector="!has(extra) && team != 'core'"),
]


@pytest.mark.parametrize("manifest", SUBJECTS, ids=lambda one: str(one["spec"]))
def test_a_spoofing_pod_does_not_escape_its_policies(manifest: Manifest) -> None:
    assert closed(world(*SETTING, EVIL, manifest)) == {"evil/spy"}


def test_a_template_does_not_spoof_either() -> None:
    template = {"metadata": {"labels": {"app": "web", **SPOOFED}}, "spec": {}}
    (spy,) = world(resource("apps/v1", "Deployment", "evil/spy", spec={"template": template})).workloads
    assert dict(spy.labels) == {
        "app": "web",
        "projectcalico.org/namespace": "evil",
        "projectcalico.org/orchestrator": "k8s",
        "projectcalico.org/serviceaccount": "default",
        "pcns.projectcalico.org/name": "evil",
        "pcns.kubernetes.io/metadata.name": "evil",
        "pcsa.projectcalico.org/name": "default",
    }


@pytest.mark.parametrize("key", ["projectcalico.org/name", "kubernetes.io/metadata.name"])
def test_a_namespace_does_not_take_anothers_name(key: str) -> None:
    here = world(
        namespace("evil", **{key: "trusted"}),
        pod("evil/spy"),
        pod("trusted/web"),
        policy("trusted/x", ingress=[allow(source={"namespaceSelector": f"{key} == 'trusted'"})]),
    )
    assert not allowed(here, tcp(here, "evil/spy", "trusted/web"))


def test_a_service_account_does_not_take_anothers_name() -> None:
    here = world(
        service_account("evil/nobody", **{"projectcalico.org/name": "admin"}),
        pod("evil/spy", serviceAccountName="nobody"),
        policy("x", serviceAccountSelector="projectcalico.org/name == 'nobody'"),
    )
    assert closed(here) == {"evil/spy"}


@pytest.mark.parametrize("key", ["projectcalico.org/namespace", "pcns.env"])
def test_namespace_labels_count_only_with_their_prefix(key: str) -> None:
    here = world(namespace("a", **{key: "trusted"}), pod("a/one"), policy("x", selector=f"{key} == 'trusted'"))
    assert closed(here) == set()


def test_labels_of_an_account_are_those_of_the_pods_own_namespace() -> None:
    here = world(
        service_account("trusted/admin", team="core"),
        pod("evil/spy", serviceAccountName="admin"),
        policy("x", serviceAccountSelector="team == 'core'"),
    )
    assert closed(here) == set()
