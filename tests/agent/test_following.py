"""A store followed through losses: nothing is missed, and every loss is told."""

from collections.abc import Callable
from queue import SimpleQueue

from builders import namespace
from percale.agent.following import Following
from percale.agent.news import Changes, Lost, News, Whole
from percale.datastore.errors import StoreUnavailable
from percale.datastore.interface import Datastore, Put
from percale.datastore.memory import Memory

_PATIENCE_S = 60.0


def next_of(kind: type[News], told: SimpleQueue[News]) -> News:
    while not isinstance(news := told.get(timeout=_PATIENCE_S), kind):
        pass
    return news


def followed(open_store: Callable[[], Datastore]) -> tuple[Following, SimpleQueue[News]]:
    told: SimpleQueue[News] = SimpleQueue()
    return Following(open_store, told.put), told


def test_all_is_told_once_and_then_every_change() -> None:
    store = Memory()
    store.create(namespace("one"))
    following, told = followed(lambda: store)
    whole = told.get(timeout=_PATIENCE_S)
    assert isinstance(whole, Whole)
    assert [one["metadata"]["name"] for one in whole.manifests] == ["one"]
    store.create(namespace("two"))
    changes = told.get(timeout=_PATIENCE_S)
    assert isinstance(changes, Changes)
    assert [event.key.name for event in changes.events if isinstance(event, Put)] == ["two"]
    following.close()


def test_a_store_that_is_lost_is_opened_again_and_listed() -> None:
    store = Memory()
    following, told = followed(lambda: store)
    next_of(Whole, told)
    store.fail_next(StoreUnavailable("it is away"))
    following.again()
    lost = next_of(Lost, told)
    assert isinstance(lost, Lost)
    assert lost.error.says == "it is away"
    store.create(namespace("one"))
    whole = next_of(Whole, told)
    assert isinstance(whole, Whole)
    following.close()


def test_forgotten_history_is_made_up_for_by_a_listing() -> None:
    store = Memory()
    following, told = followed(lambda: store)
    next_of(Whole, told)
    store.create(namespace("one"))
    store.compact()
    store.create(namespace("two"))
    seen: set[str] = set()
    while "two" not in seen:
        match told.get(timeout=_PATIENCE_S):
            case Whole(manifests):
                seen = {one["metadata"]["name"] for one in manifests}
            case Changes(events):
                seen |= {event.key.name for event in events if isinstance(event, Put)}
    assert "one" in seen
    following.close()


def test_a_store_that_cannot_be_opened_is_told_of_again_and_again() -> None:
    def absent() -> Datastore:
        raise StoreUnavailable("there is none")

    following, told = followed(absent)
    for _ in range(3):
        assert isinstance(told.get(timeout=_PATIENCE_S), Lost)
    following.close()


def test_a_fault_does_not_end_the_following() -> None:
    store = Memory()
    faults = iter([KeyError("a fault")])

    def opened() -> Datastore:
        if fault := next(faults, None):
            raise fault
        return store

    following, told = followed(opened)
    assert isinstance(told.get(timeout=_PATIENCE_S), Lost)
    assert isinstance(told.get(timeout=_PATIENCE_S), Whole)
    following.close()
