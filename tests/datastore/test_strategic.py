"""Strategic merge patches: which lists are merged, and by what."""

from typing import Any

import pytest

from percale.datastore.strategic import strategic_merge


def pod(*containers: dict[str, Any], **metadata: Any) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": {"containers": list(containers)}}


A, B = {"name": "a", "image": "x"}, {"name": "b", "image": "y"}


@pytest.mark.parametrize(
    ("patch", "containers"),
    [
        ([{"name": "b", "image": "z"}], [A, {"name": "b", "image": "z"}]),
        ([{"name": "c"}], [A, B, {"name": "c"}]),
        ([{"name": "a", "$patch": "delete"}], [B]),
        ([{"$patch": "replace"}, {"name": "c"}], [{"name": "c"}]),
        ([{"name": "a", "image": None}], [{"name": "a"}, B]),
        ([{"name": "a", "$patch": "replace", "k": 1}], [{"name": "a", "k": 1}, B]),
    ],
    ids=str,
)
def test_lists_of_kubernetes_are_merged_by_their_key(patch: list[Any], containers: list[Any]) -> None:
    merged = strategic_merge(pod(A, B), {"spec": {"containers": patch}})
    assert merged["spec"] == {"containers": containers}


def test_lists_of_calico_are_replaced() -> None:
    policy = {
        "apiVersion": "projectcalico.org/v3",
        "kind": "NetworkPolicy",
        "metadata": {},
        "spec": {"ingress": [{"action": "Allow"}], "order": 5},
    }
    merged = strategic_merge(policy, {"spec": {"ingress": [{"action": "Deny"}]}})
    assert merged["spec"] == {"ingress": [{"action": "Deny"}], "order": 5}


def test_ports_of_a_service_are_merged_by_port() -> None:
    service = {"apiVersion": "v1", "kind": "Service", "spec": {"ports": [{"port": 80, "name": "a"}]}}
    merged = strategic_merge(service, {"spec": {"ports": [{"port": 80, "name": "b"}, {"port": 81}]}})
    assert merged["spec"]["ports"] == [{"port": 80, "name": "b"}, {"port": 81}]


def test_finalizers_are_joined_and_taken_away() -> None:
    merged = strategic_merge(pod(finalizers=["x", "y"]), {"metadata": {"finalizers": ["y", "z"]}})
    assert merged["metadata"] == {"finalizers": ["x", "y", "z"]}
    less = strategic_merge(merged, {"metadata": {"$deleteFromPrimitiveList/finalizers": ["x"]}})
    assert less["metadata"] == {"finalizers": ["y", "z"]}


def test_a_mapping_is_replaced_or_emptied_on_request() -> None:
    labelled = pod(labels={"a": "1", "b": "2"})
    assert strategic_merge(labelled, {"metadata": {"labels": {"$patch": "replace", "c": "3"}}})["metadata"] == {
        "labels": {"c": "3"}
    }
    assert strategic_merge(labelled, {"metadata": {"labels": {"$patch": "delete"}}})["metadata"] == {"labels": {}}


@pytest.mark.parametrize(
    ("patch", "says"),
    [
        ({"spec": {"containers": [{"image": "x"}]}}, "an item has no `name`"),
        ({"$patch": "fly"}, "`\\$patch` is `fly`"),
        ({"spec": {"$retainKeys": ["a"]}}, "directive `\\$retainKeys` is not known"),
    ],
)
def test_what_cannot_be_understood_is_an_error(patch: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        strategic_merge(pod(A), patch)
