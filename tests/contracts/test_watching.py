"""What every datastore promises about lists and watches, however its content is changed."""

import threading
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from contracts.stores import CONTENTS, Content, network_set, tier
from percale.datastore.errors import NotFound, RevisionTooOld
from percale.datastore.interface import Bookmark, Event, Put, Revision, Watch
from percale.datastore.keys import EVERYTHING, Selection, key_of


@pytest.fixture(params=CONTENTS)
def content(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Content]:
    made = CONTENTS[request.param](tmp_path)
    yield made
    made.store.close()


def told(events: Iterable[Event]) -> list[tuple[str, str]]:
    """What each event is about, in brief."""
    return [(type(one).__name__, "" if isinstance(one, Bookmark) else str(one.key)) for one in events]


def gathered(watch: Watch, count: int) -> list[Event]:
    """So many events, whether they come one by one or all at once."""
    events: list[Event] = []
    while len(events) < count:
        found = watch.poll(10)
        assert found, f"{told(events)} and nothing more"
        events += found
    return events


def test_a_list_shows_what_is_there(content: Content) -> None:
    content.put(network_set("a/x", "10.0.0.0/8"))
    content.put(tier("t"))
    content.remove(tier("t"))
    (found,) = [one for one in content.store.list(EVERYTHING).resources if one["kind"] == "NetworkSet"]
    assert found["spec"] == {"nets": ["10.0.0.0/8"]}
    assert content.store.get(key_of(found)) == found
    with pytest.raises(NotFound):
        content.store.get(key_of(tier("t")))


def test_a_watch_begins_where_the_list_ends(content: Content) -> None:
    content.put(network_set("a/x"))
    listing = content.store.list(EVERYTHING)
    with content.store.watch(EVERYTHING, listing.revision) as watch:
        content.put(network_set("a/y"))
        assert told(gathered(watch, 1)) == [("Put", "NetworkSet(a/y)")]
        content.put(network_set("a/x", "10.0.0.0/8"))
        (event,) = gathered(watch, 1)
        assert isinstance(event, Put)
        assert event.manifest == content.store.get(event.key)
        assert event.manifest["spec"] == {"nets": ["10.0.0.0/8"]}
        content.remove(network_set("a/y"))
        assert told(gathered(watch, 1)) == [("Deleted", "NetworkSet(a/y)")]
        assert watch.poll(0) == ()


def test_a_watch_resumes_after_any_event(content: Content) -> None:
    content.put(network_set("a/v"))
    start = content.store.list(EVERYTHING).revision
    for name in ("a/w", "a/x", "a/y", "a/z"):
        content.put(network_set(name))
    with content.store.watch(EVERYTHING, start) as watch:
        events = gathered(watch, 4)
    for index, event in enumerate(events):
        with content.store.watch(EVERYTHING, event.revision) as watch:
            assert list(watch.poll(0)) == events[index + 1 :]


def test_a_watch_tells_of_its_selection_and_that_time_went_on(content: Content) -> None:
    content.put(network_set("a/w"))
    start = content.store.list(EVERYTHING).revision
    with content.store.watch(Selection(frozenset({key_of(tier("t")).kind})), start) as watch:
        content.put(tier("t"))
        assert told(gathered(watch, 1)) == [("Put", "Tier(t)")]
        content.put(network_set("a/y"))
        (bookmark,) = gathered(watch, 1)
    assert isinstance(bookmark, Bookmark)
    with content.store.watch(EVERYTHING, bookmark.revision) as watch:
        assert watch.poll(0) == ()


def test_what_is_put_unchanged_is_no_event(content: Content) -> None:
    content.put(network_set("a/x", "10.0.0.0/8"))
    listing = content.store.list(EVERYTHING)
    content.put(network_set("a/x", "10.0.0.0/8"))
    assert content.store.list(EVERYTHING) == listing
    with content.store.watch(EVERYTHING, listing.revision) as watch:
        assert watch.poll(0) == ()


def test_a_watch_waits_for_what_another_thread_does(content: Content) -> None:
    content.put(network_set("a/w"))
    with content.store.watch(EVERYTHING, content.store.list(EVERYTHING).revision) as watch:
        writer = threading.Timer(0.05, content.put, (network_set("a/x"),))
        writer.start()
        assert told(gathered(watch, 1)) == [("Put", "NetworkSet(a/x)")]
        writer.join()


def test_a_watch_is_closed_by_another_thread(content: Content) -> None:
    content.put(network_set("a/w"))
    watch = content.store.watch(EVERYTHING, content.store.list(EVERYTHING).revision)
    closer = threading.Timer(0.05, watch.close)
    closer.start()
    assert list(watch) == []
    closer.join()


@pytest.mark.parametrize("offset", [-(10**6), 10**6])
def test_a_revision_from_nowhere_is_too_old(content: Content, offset: int) -> None:
    content.put(network_set("a/x"))
    elsewhere = Revision(str(int(content.store.list(EVERYTHING).revision) + offset))
    with pytest.raises(RevisionTooOld), content.store.watch(EVERYTHING, elsewhere) as watch:
        watch.poll(0)
