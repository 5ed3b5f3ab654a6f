"""What becomes an endpoint, and with which labels.

Source: Calico's libcalico-go/lib/apis/internalapi/workloadendpoint.go.
"""

from typing import Any

import pytest

from builders import (
    OUTSIDE,
    Manifest,
    allowed,
    closed,
    kubernetes_policy,
    namespace,
    network_set,
    pod,
    policy,
    resource,
    service_account,
    tcp,
    world,
)
from percale.policy.endpoints import EndpointKind, EndpointPort

LABELS = {"app": "web"}
TEMPLATE: Manifest = {
    "metadata": {"labels": LABELS},
    "spec": {"serviceAccountName": "robot", "containers": [{"ports": [{"name": "http", "containerPort": 80}]}]},
}


def owned(manifest: Manifest, *owners: str) -> Manifest:
    references = [dict(zip(("kind", "name"), one.split("/"), strict=True)) for one in owners]
    return manifest | {"metadata": manifest["metadata"] | {"ownerReferences": references}}


def templated(kind: str, name: str, **spec: Any) -> Manifest:
    template = TEMPLATE | {"spec": TEMPLATE["spec"] | spec}
    version = "batch/v1" if kind in ("Job", "CronJob") else "apps/v1"
    inner = {"template": template}
    return resource(version, kind, name, spec={"jobTemplate": {"spec": inner}} if kind == "CronJob" else inner)


def names(*manifests: Manifest) -> list[str]:
    return [f"{one.resource_kind} {one}" for one in world(*manifests).workloads]


KINDS = ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "CronJob"]


@pytest.mark.parametrize("kind", KINDS)
def test_what_makes_pods_is_a_workload_with_the_templates_labels(kind: str) -> None:
    (found,) = world(templated(kind, "a/web"), service_account("a/robot", team="t"), namespace("a", e="p")).workloads
    assert (found.kind, found.resource_kind, str(found)) == (EndpointKind.WORKLOAD, kind, "a/web")
    assert found.labels["app"] == "web"
    assert found.labels["pcns.e"] == "p"
    assert found.labels["pcsa.team"] == "t"
    assert found.ports == (EndpointPort(6, 80, "http"),)
    assert found.addresses == ()


@pytest.mark.parametrize("kind", KINDS)
def test_templates_on_the_hosts_network_are_no_endpoints(kind: str) -> None:
    here = world(templated(kind, "a/web", hostNetwork=True))
    assert here.workloads == ()
    assert [str(one) for one in here.host_networked] == ["a/web"]


def test_labels_of_a_pod() -> None:
    here = world(
        namespace("a", env="p"),
        service_account("a/robot", team="t"),
        pod("a/web", LABELS, serviceAccountName="robot", nodeName="n1"),
    )
    (found,) = here.workloads
    assert dict(found.labels) == {
        "app": "web",
        "projectcalico.org/namespace": "a",
        "projectcalico.org/orchestrator": "k8s",
        "projectcalico.org/serviceaccount": "robot",
        "pcns.env": "p",
        "pcns.projectcalico.org/name": "a",
        "pcns.kubernetes.io/metadata.name": "a",
        "pcsa.team": "t",
        "pcsa.projectcalico.org/name": "robot",
    }
    assert found.profiles == ("kns.a", "ksa.a.robot")
    assert found.node == "n1"
    assert found.namespace_labels == {"env": "p", "projectcalico.org/name": "a", "kubernetes.io/metadata.name": "a"}


ACCOUNTS: list[tuple[dict[str, Any], str]] = [
    ({}, "default"),
    ({"serviceAccountName": "robot"}, "robot"),
    ({"serviceAccount": "old"}, "old"),
    ({"serviceAccountName": "robot", "serviceAccount": "old"}, "robot"),
    ({"serviceAccountName": "x" * 100}, "x" * 100),
]


@pytest.mark.parametrize(("spec", "expected"), ACCOUNTS)
def test_the_service_account_of_a_pod(spec: dict[str, Any], expected: str) -> None:
    (found,) = world(pod("a/web", **spec)).workloads
    assert found.labels["projectcalico.org/serviceaccount"] == expected


def test_labels_of_network_sets() -> None:
    own, global_ = world(namespace("a", env="p"), network_set("a/set", x="1"), network_set("set", x="1")).network_sets
    assert dict(own.labels) == {
        "x": "1",
        "projectcalico.org/namespace": "a",
        "pcns.env": "p",
        "pcns.projectcalico.org/name": "a",
        "pcns.kubernetes.io/metadata.name": "a",
    }
    assert dict(global_.labels) == {"x": "1"}


def test_a_resource_without_namespace_is_in_default() -> None:
    here = world(pod("web"), policy("default/x"), pod("other/web"))
    assert closed(here) == {"default/web"}


PHASES = [("Running", True), ("Pending", True), ("Unknown", True), ("", True), ("Succeeded", False), ("Failed", False)]


@pytest.mark.parametrize(("phase", "is_there"), PHASES)
def test_a_finished_pod_is_gone(phase: str, *, is_there: bool) -> None:
    here = world(pod("a/web", LABELS, at=["10.1.1.1"], phase=phase), policy("a/x"))
    assert bool(here.workloads) is is_there
    assert allowed(here, tcp(here, OUTSIDE, "10.1.1.1")) is not is_there


def test_the_address_of_a_finished_pod_may_be_anothers_by_now() -> None:
    here = world(
        pod("a/old", {"x": "1"}, at=["10.1.1.1"], phase="Failed"),
        pod("b/new", at=["10.1.1.1"]),
        pod("a/me", {"role": "subject"}),
        policy("x", selector="role == 'subject'", ingress=[{"action": "Allow", "source": {"selector": "x == '1'"}}]),
    )
    assert not allowed(here, tcp(here, "b/new", "a/me"))


@pytest.mark.parametrize("manifest", [policy("a/x"), policy("x"), kubernetes_policy("a/x")])
def test_no_policy_selects_a_pod_on_the_hosts_network(manifest: Manifest) -> None:
    here = world(pod("a/web", at=["10.1.1.1"], hostNetwork=True), manifest)
    assert allowed(here, tcp(here, OUTSIDE, "10.1.1.1"))


def test_a_pod_on_the_hosts_network_is_no_peer() -> None:
    here = world(
        pod("a/host", LABELS, at=["10.1.1.1"], hostNetwork=True),
        pod("a/me"),
        kubernetes_policy("a/x", ingress=[{"from": [{"podSelector": {}}]}]),
        policy("x", ingress=[{"action": "Allow", "source": {"selector": "all()"}}]),
    )
    assert not allowed(here, tcp(here, "10.1.1.1", "a/me"))


OWNED: list[tuple[str, list[Manifest], list[str]]] = [
    ("a template alone", [templated("Deployment", "a/web")], ["Deployment a/web"]),
    (
        "a template and its pods",
        [
            templated("ReplicaSet", "a/web"),
            owned(pod("a/web-1"), "ReplicaSet/web"),
            owned(pod("a/web-2"), "ReplicaSet/web"),
        ],
        ["Pod a/web-1", "Pod a/web-2"],
    ),
    (
        "two levels of templates",
        [
            templated("Deployment", "a/web"),
            owned(templated("ReplicaSet", "a/web-1"), "Deployment/web"),
            owned(pod("a/web-1-x"), "ReplicaSet/web-1"),
        ],
        ["Pod a/web-1-x"],
    ),
    (
        "a cron job, its job and the pod",
        [
            templated("CronJob", "a/nightly"),
            owned(templated("Job", "a/nightly-1"), "CronJob/nightly"),
            owned(pod("a/nightly-1-x"), "Job/nightly-1"),
        ],
        ["Pod a/nightly-1-x"],
    ),
    (
        "templates without pods yet",
        [templated("Deployment", "a/web"), owned(templated("ReplicaSet", "a/web-1"), "Deployment/web")],
        ["ReplicaSet a/web-1"],
    ),
    (
        "an owner of another namespace",
        [templated("ReplicaSet", "b/web"), owned(pod("a/web-1"), "ReplicaSet/web")],
        ["ReplicaSet b/web", "Pod a/web-1"],
    ),
    (
        "an owner of another kind",
        [templated("StatefulSet", "a/web"), owned(pod("a/web-1"), "ReplicaSet/web")],
        ["StatefulSet a/web", "Pod a/web-1"],
    ),
    ("an owner that is not there", [owned(pod("a/web-1"), "ReplicaSet/web")], ["Pod a/web-1"]),
    ("a pod of a pod's", [pod("a/runner"), owned(pod("a/job"), "Pod/runner")], ["Pod a/runner", "Pod a/job"]),
    (
        "kinds of one name",
        [templated("Deployment", "a/web"), templated("StatefulSet", "a/web"), pod("a/web")],
        ["Deployment a/web", "StatefulSet a/web", "Pod a/web"],
    ),
]


@pytest.mark.parametrize(("manifests", "expected"), [pytest.param(*row[1:], id=row[0]) for row in OWNED])
def test_pods_stand_in_for_their_templates(manifests: list[Manifest], expected: list[str]) -> None:
    assert sorted(names(*manifests)) == sorted(expected)
    assert sorted(names(*reversed(manifests))) == sorted(expected)


def test_a_pod_knows_its_owners_owner() -> None:
    (found,) = world(
        templated("Deployment", "a/web"),
        owned(templated("ReplicaSet", "a/web-1"), "Deployment/web"),
        owned(pod("a/web-1-x"), "ReplicaSet/web-1"),
    ).workloads
    assert found.owners == ("ReplicaSet/web-1", "Deployment/web")


def test_pods_that_wait_for_their_names_are_all_there() -> None:
    unnamed = pod("a/web") | {"metadata": {"namespace": "a", "generateName": "web-"}}
    assert names(unnamed, unnamed) == ["Pod a/web-", "Pod a/web-"]


def test_ports_of_a_pod_are_those_of_all_containers_once() -> None:
    listed = [{"ports": [{"name": "http", "containerPort": 80}, {"containerPort": 53, "protocol": "UDP"}]}]
    (found,) = world(pod("a/web", containers=listed * 2, initContainers=[{"ports": [{"containerPort": 99}]}])).workloads
    assert found.ports == (EndpointPort(6, 99), EndpointPort(6, 80, "http"), EndpointPort(17, 53))


def test_a_pod_is_open_by_its_namespaces_profile() -> None:
    here = world(pod("a/web"))
    assert "kns.a" in here.profiles
    assert allowed(here, tcp(here, OUTSIDE, "a/web"))
    assert allowed(here, tcp(here, "a/web", OUTSIDE))


@pytest.mark.parametrize("selector", ["projectcalico.org/name == 'a'", "kubernetes.io/metadata.name == 'a'"])
def test_a_namespace_that_nobody_declares_still_has_its_name(selector: str) -> None:
    assert closed(world(pod("a/web"), pod("b/web"), policy("x", namespaceSelector=selector))) == {"a/web"}


def test_a_host_port_stays_with_the_port_that_it_leads_to() -> None:
    listed = {"name": "http", "containerPort": 80, "hostPort": 8080, "hostIP": "192.0.2.1"}
    (found,) = world(pod("a/web", containers=[{"ports": [listed]}])).workloads
    assert found.ports == (EndpointPort(6, 80, "http", host_port=8080, host_ip="192.0.2.1"),)
