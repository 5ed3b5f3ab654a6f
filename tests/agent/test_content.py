"""What a store holds, whole and change by change."""

from typing import Any

import pytest

from builders import CALICO, namespace, pod, resource
from percale.agent.content import Content
from percale.datastore.interface import Bookmark, Deleted, Event, Put, Revision
from percale.datastore.keys import key_of

NAMESPACE, POD = namespace("shop"), pod("shop/web")
INVALID = resource(CALICO, "NetworkPolicy", "shop/bad", spec={"selector": "((("})


def put(manifest: dict[str, Any]) -> Put:
    return Put(key_of(manifest), manifest, Revision("1"))


def deleted(manifest: dict[str, Any]) -> Deleted:
    return Deleted(key_of(manifest), Revision("2"))


def names(content: Content) -> list[str]:
    return [one.metadata.name for one in content.manifests.resources]


@pytest.mark.parametrize(
    ("events", "changed", "left"),
    [
        ([put(POD)], True, ["shop", "web"]),
        ([put(NAMESPACE)], False, ["shop"]),
        ([deleted(NAMESPACE)], True, []),
        ([deleted(POD)], False, ["shop"]),
        ([put(POD), deleted(POD)], True, ["shop"]),
        ([put(POD), put(POD)], True, ["shop", "web"]),
        ([Bookmark(Revision("9"))], False, ["shop"]),
        ([put(INVALID)], True, ["shop"]),
    ],
)
def test_events_change_what_is_held(events: list[Event], changed: bool, left: list[str]) -> None:  # noqa: FBT001
    content = Content()
    content.replace([NAMESPACE])
    assert content.take(events) is changed
    assert names(content) == left


def test_a_listing_that_says_the_same_changes_nothing() -> None:
    content = Content()
    assert content.replace([POD, NAMESPACE])
    assert not content.replace([NAMESPACE, POD])


def test_a_listing_removes_what_it_lacks() -> None:
    content = Content()
    content.replace([POD, NAMESPACE])
    assert content.replace([POD])
    assert names(content) == ["web"]


def test_what_is_invalid_is_absent_and_told_until_it_is_mended() -> None:
    content = Content()
    content.take([put(INVALID)])
    ((key, problems),) = content.invalid.items()
    assert str(key) == "NetworkPolicy(shop/bad)"
    assert problems[0].path == "spec.selector"
    content.take([put({**INVALID, "spec": {"selector": "all()"}})])
    assert not content.invalid
    assert names(content) == ["bad"]


def test_an_object_that_becomes_invalid_is_gone() -> None:
    """It must not go on in a form that nobody can see in the store."""
    content = Content()
    content.take([put({**INVALID, "spec": {"selector": "all()"}})])
    content.take([put(INVALID)])
    assert names(content) == []
