"""Calico's resources as clusters keep them, and what Percale makes of them: names, metadata, defaults."""

import json
from typing import Any

import pytest

from api_objects import calico_kinds
from builders import Manifest
from datastore.kubernetes.clusters import GNP, NETPOL, STORAGE, V3, cluster, gathered, kind, only
from percale.datastore.errors import NotFound
from percale.datastore.keys import Key, key_of
from percale.datastore.kubernetes.access import Access
from percale.datastore.kubernetes.store import Kubernetes

NETWORK_SET = kind(V3, "NetworkSet")
_PLURAL = "globalnetworkpolicies"


def stored(name: str, note: Any = None, *, tier: str | None = "default", **metadata: Any) -> Manifest:
    """A policy in Calico's storage form."""
    annotations = {} if note is None else {"projectcalico.org/metadata": json.dumps(note)}
    spec = {} if tier is None else {"tier": tier}
    own = {"name": name, "annotations": annotations | metadata.pop("annotations", {}), **metadata}
    return {"apiVersion": STORAGE, "kind": "GlobalNetworkPolicy", "metadata": own, "spec": spec}


@pytest.mark.parametrize(
    ("found", "name"),
    [
        (stored("default.deny"), "deny"),
        (stored("default.deny", tier=None), "deny"),
        (stored("default.deny", tier=""), "deny"),
        (stored("default.default.deny"), "default.deny"),
        (stored("deny"), "deny"),
        (stored("security.deny", tier="security"), "security.deny"),
        (stored("default.deny", tier="security"), "default.deny"),
        (stored("default.deny", {"name": "default.deny"}), "default.deny"),
        (stored("default.deny", {"name": "deny"}), "deny"),
        (stored("x", {"name": "y"}), "y"),
        (stored("default.deny", {"name": ""}), "deny"),
        (stored("default.deny", {}), "deny"),
    ],
    ids=str,
)
def test_a_stored_policy_has_its_name(found: Manifest, name: str) -> None:
    with cluster(STORAGE) as made:
        made.server.put(_PLURAL, found)
        (manifest,) = made.store.list(only(GNP)).resources
        assert key_of(manifest) == Key(GNP, name)
        assert manifest["apiVersion"] == V3
        assert "projectcalico.org/metadata" not in manifest["metadata"].get("annotations", {})


def test_metadata_is_of_the_object_and_of_the_note() -> None:
    note = {"labels": {"a": "note", "b": "note"}, "annotations": {"x": "note"}, "finalizers": ["f"]}
    found = stored(
        "p",
        note | {"creationTimestamp": "2020-01-01T00:00:00Z"},
        labels={"a": "object", "c": "object"},
        annotations={"kubectl.kubernetes.io/last-applied-configuration": "{}"},
    )
    with cluster(STORAGE) as made:
        made.server.put(_PLURAL, found)
        metadata = made.store.get(Key(GNP, "p"))["metadata"]
    tier = {"projectcalico.org/tier": "default"}
    assert metadata["labels"] == {"a": "note", "b": "note", "c": "object"} | tier
    assert metadata["annotations"] == {"x": "note", "kubectl.kubernetes.io/last-applied-configuration": "{}"}
    assert metadata["finalizers"] == ["f"]
    assert metadata["creationTimestamp"] == "2020-01-01T00:00:00Z"
    assert not {"generation", "managedFields"} & metadata.keys()


def test_what_clients_fill_in_is_filled_in_when_it_is_read() -> None:
    with cluster(STORAGE) as made:
        made.server.put(_PLURAL, stored("p", tier=None) | {"spec": {"egress": [{"action": "Allow"}]}})
        found = made.store.get(Key(GNP, "p"))
    assert found["spec"] == {"egress": [{"action": "Allow"}], "tier": "default", "types": ["Egress"]}
    assert found["metadata"]["labels"] == {"projectcalico.org/tier": "default"}


def test_a_policy_is_written_as_calico_writes_it() -> None:
    labels = {"team": "red", "projectcalico.org/tier": "default"}
    manifest = {"apiVersion": V3, "kind": "GlobalNetworkPolicy", "metadata": {"name": "p", "labels": labels}}
    with cluster(STORAGE) as made:
        created = made.store.create({**manifest, "spec": {"types": ["Ingress"]}})
        (written,) = made.server.objects.all(made.server.kind(_PLURAL), "")
        assert made.store.get(Key(GNP, "p")) == created
    metadata = written["metadata"]
    assert (written["apiVersion"], metadata["name"]) == (STORAGE, "p")
    assert metadata["labels"] == {"projectcalico.org/tier": "default"}
    assert json.loads(metadata["annotations"]["projectcalico.org/metadata"]) == {"name": "p", "labels": labels}
    assert created["metadata"]["labels"] == labels


def test_only_policies_have_their_names_noted() -> None:
    metadata = {"name": "s", "namespace": "a", "annotations": {"why": "because"}}
    with cluster(STORAGE) as made:
        made.store.create({"apiVersion": V3, "kind": "NetworkSet", "metadata": metadata, "spec": {"nets": []}})
        (written,) = made.server.objects.all(made.server.kind("networksets"), "a")
    assert json.loads(written["metadata"]["annotations"]["projectcalico.org/metadata"]) == {
        "annotations": {"why": "because"}
    }


def test_a_policy_under_an_old_name_stays_there() -> None:
    with cluster(STORAGE) as made:
        made.server.put(_PLURAL, stored("default.p", finalizers=["kept"]))
        found = made.store.get(Key(GNP, "p"))
        changed = made.store.update({**found, "spec": {**found["spec"], "order": 7}})
        (written,) = made.server.objects.all(made.server.kind(_PLURAL), "")
        assert (written["metadata"]["name"], written["metadata"]["finalizers"]) == ("default.p", ["kept"])
        assert key_of(changed) == Key(GNP, "p")
        assert made.store.get(Key(GNP, "p"))["spec"]["order"] == 7


def test_a_policy_under_both_names_is_the_new_one_until_that_is_gone() -> None:
    with cluster(STORAGE) as made:
        made.server.put(_PLURAL, stored("default.p") | {"spec": {"order": 1}})
        with made.store.watch(only(GNP), made.store.list(only(GNP)).revision) as watch:
            made.server.put(_PLURAL, stored("p", {"name": "p"}) | {"spec": {"order": 2}})
            assert gathered(watch, 1) == ["+GlobalNetworkPolicy(p)"]
            assert [one["spec"]["order"] for one in made.store.list(only(GNP)).resources] == [2]
            made.server.put(_PLURAL, stored("default.p") | {"spec": {"order": 3}})
            made.server.remove(_PLURAL, stored("p"))
            assert gathered(watch, 1) == ["+GlobalNetworkPolicy(p)"]
            assert made.store.get(Key(GNP, "p"))["spec"]["order"] == 3
            made.store.delete(Key(GNP, "p"))
            assert gathered(watch, 1) == ["-GlobalNetworkPolicy(p)"]
        with pytest.raises(NotFound):
            made.store.get(Key(GNP, "p"))


def test_kinds_with_their_own_names_are_looked_for_once() -> None:
    with cluster(STORAGE) as made:
        with pytest.raises(NotFound):
            made.store.get(Key(NETWORK_SET, "s", "a"))
        assert [one.name for one in made.server.requests if one.verb == "get" and one.name] == ["s"]


def test_both_groups_mean_that_calicos_own_server_makes_one_of_the_other() -> None:
    with cluster(V3) as made:
        made.server.install(*[one for one in calico_kinds(STORAGE) if one.plural == _PLURAL])
        made.server.put(_PLURAL, stored("default.p"), STORAGE)
        (found,) = made.store.list(only(GNP)).resources
        assert key_of(found) == Key(GNP, "p")


@pytest.mark.parametrize("calico", [V3, STORAGE])
def test_a_group_may_be_named(calico: str) -> None:
    with cluster(calico) as made:
        made.server.put(_PLURAL, stored("p") | {"apiVersion": calico})
        store = Kubernetes(Access(made.server.url, "tester"), calico=V3)
        assert len(store.list(only(GNP)).resources) == (calico == V3)
        store.close()


def test_networks_with_host_bits_in_kubernetes_policies_mean_the_network() -> None:
    block = {"ipBlock": {"cidr": "10.1.2.3/8", "except": ["10.9.9.9/16", "10.8.0.0/16"]}}
    spec = {"podSelector": {}, "ingress": [{"from": [block], "ports": [{"port": 80, "protocol": "TCP"}]}]}
    manifest = {"metadata": {"name": "p", "namespace": "a"}, "spec": {**spec, "policyTypes": ["Ingress"]}}
    with cluster() as made:
        made.server.put("networkpolicies", manifest, "networking")
        (found,) = made.store.list(only(NETPOL)).resources
        assert made.reported.empty()
    (rule,) = found["spec"]["ingress"]
    assert rule["from"] == [{"ipBlock": {"cidr": "10.0.0.0/8", "except": ["10.9.0.0/16", "10.8.0.0/16"]}}]
    assert rule["ports"] == [{"port": 80, "protocol": "TCP"}]
