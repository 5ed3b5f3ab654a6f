"""What a store holds, whole and change by change."""

from typing import Any

import pytest

from builders import CALICO, namespace, pod, resource
from percale.agent.content import Content
from percale.datastore.interface import Bookmark, Deleted, Event, Put, Revision
from percale.datastore.keys import key_of

NAMESPACE, POD = namespace("shop"), pod("shop/web")
INVALID = resource(CALICO, "NetworkPolicy", "shop/bad", spec={"selector": "((("})
MENDED = {**INVALID, "spec": {"selector": "all()"}}


def numbered(manifest: dict[str, Any], version: int = 1) -> dict[str, Any]:
    return {**manifest, "metadata": {**manifest["metadata"], "resourceVersion": str(version)}}


def put(manifest: dict[str, Any], version: int = 1) -> Put:
    return Put(key_of(manifest), numbered(manifest, version), Revision("1"))


def deleted(manifest: dict[str, Any]) -> Deleted:
    return Deleted(key_of(manifest), Revision("2"))


def names(content: Content) -> list[str]:
    world = content.world()
    profiles = sorted(world.profiles.keys() & {"kns.shop"})
    return [*profiles, *(one.name for one in world.workloads), *(one.id.name for one in world.policies.policies)]


@pytest.mark.parametrize(
    ("events", "changed", "left"),
    [
        ([put(POD)], True, ["kns.shop", "web"]),
        ([put(NAMESPACE)], False, ["kns.shop"]),
        ([deleted(NAMESPACE)], True, []),
        ([deleted(POD)], False, ["kns.shop"]),
        ([put(POD), deleted(POD)], False, ["kns.shop"]),
        ([put(POD), put(POD)], True, ["kns.shop", "web"]),
        ([Bookmark(Revision("9"))], False, ["kns.shop"]),
        ([put(INVALID)], False, ["kns.shop"]),
    ],
)
def test_events_change_what_is_held(events: list[Event], changed: bool, left: list[str]) -> None:  # noqa: FBT001
    content = Content()
    content.replace([numbered(NAMESPACE)])
    assert content.take(events) is changed
    assert names(content) == left


def test_a_listing_that_says_the_same_changes_nothing() -> None:
    content = Content()
    assert content.replace([numbered(POD), numbered(NAMESPACE)])
    assert not content.replace([numbered(NAMESPACE), numbered(POD)])


def test_a_listing_removes_what_it_lacks() -> None:
    content = Content()
    content.replace([numbered(POD), numbered(NAMESPACE)])
    assert content.replace([numbered(NAMESPACE)])
    assert names(content) == ["kns.shop"]


def test_what_is_invalid_is_absent_and_told_until_it_is_mended() -> None:
    content = Content()
    content.take([put(INVALID)])
    (one,) = content.invalid
    assert one.name == "NetworkPolicy(shop/bad)"
    assert one.problems[0].startswith("spec.selector: ")
    content.take([put(MENDED, 2)])
    assert list(content.invalid) == []
    assert names(content) == ["bad"]


def test_an_object_that_becomes_invalid_is_gone() -> None:
    """It must not go on in a form that nobody can see in the store."""
    content = Content()
    content.take([put(MENDED)])
    content.take([put(INVALID, 2)])
    assert names(content) == []


def test_pools_change_no_world_and_count_all_the_same() -> None:
    content = Content()
    pool = resource(CALICO, "IPPool", "pool", spec={"cidr": "10.65.0.0/16"})
    assert content.take([put(pool)])
    assert len(list(content.of_places)) == 1
    assert content.take([deleted(pool)])
    assert list(content.of_places) == []
