"""Plans in stores that are raced for, and in those without transactions."""

from collections.abc import Callable, Sequence

import pytest

from contracts.stores import network_set
from percale.datastore.errors import AlreadyExists, NotFound, StoreUnavailable
from percale.datastore.interface import Change
from percale.datastore.keys import EVERYTHING, Key, Manifest, key_of
from percale.datastore.memory import Memory
from percale.datastore.plans import MOST_TRIES, applying, carry_out, creating, deleting, rehearse
from percale.resources.kinds import kind_of


class Raced(Memory):
    """Before each of the first writes somebody else does something."""

    def __init__(self, *before: Callable[[Memory], object]) -> None:
        super().__init__()
        self._before = list(before)

    def write(self, changes: Sequence[Change]) -> Sequence[Manifest | None]:
        if self._before:
            before = self._before.pop(0)
            left, self._before = self._before, []
            before(self)
            self._before = left
        return super().write(changes)


class OneByOne(Memory):
    is_transactional = False


def names(store: Memory) -> list[str]:
    return [str(key_of(one)) for one in store.list(EVERYTHING).resources]


def test_who_loses_a_race_plans_anew() -> None:
    store = Raced(
        lambda store: store.create(network_set("a/x", "10.0.0.0/8")),
        lambda store: store.delete(key_of(network_set("a/x"))),
        lambda store: store.create(network_set("a/x", "12.0.0.0/8")),
    )
    result = carry_out(store, applying([network_set("a/x", "11.0.0.0/8")]))
    assert not result.errors
    assert store.get(key_of(network_set("a/x")))["spec"] == {"nets": ["11.0.0.0/8"]}


def test_a_race_that_is_always_lost_ends() -> None:
    def touched(store: Memory) -> None:
        key = key_of(network_set("a/x"))
        if names(store):
            store.delete(key)
        else:
            store.create(network_set("a/x"))

    store = Raced(*[touched] * MOST_TRIES, lambda _: pytest.fail("one try too many"))
    (error,) = carry_out(store, applying([network_set("a/x")])).errors
    assert isinstance(error, AlreadyExists | NotFound)


def test_without_transactions_what_can_be_done_is_done() -> None:
    store = OneByOne()
    store.create(network_set("a/x"))
    result = carry_out(store, creating([network_set("a/w"), network_set("a/x"), network_set("a/y")]))
    assert (result.total, len(result.done)) == (3, 2)
    assert [type(error) for error in result.errors] == [AlreadyExists]
    assert names(store) == ["NetworkSet(a/w)", "NetworkSet(a/x)", "NetworkSet(a/y)"]
    removed = carry_out(store, deleting([key_of(network_set("a/x")), key_of(network_set("a/z"))]))
    assert [type(error) for error in removed.errors] == [NotFound]


def test_a_rehearsal_changes_nothing() -> None:
    store = Memory()
    store.create(network_set("a/x"))
    before = store.list(EVERYTHING)
    result = rehearse(store, applying([network_set("a/x", "10.0.0.0/8"), network_set("a/y")]))
    assert [one.is_unchanged for one in result.done] == [False, False]
    assert store.list(EVERYTHING) == before


def test_a_store_that_fails_is_not_taken_for_an_empty_one() -> None:
    store = Memory()
    store.fail_next(StoreUnavailable("gone"))
    with pytest.raises(StoreUnavailable):
        carry_out(store, applying([network_set("a/x")]))
    assert names(store) == []


def test_labels_of_kubernetes_kinds_are_those_of_the_file_and_calicos_stay() -> None:
    kind = kind_of("v1", "Namespace")
    assert kind
    store = Memory()

    def apply(**labels: str) -> None:
        namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "a", "labels": labels}}
        carry_out(store, applying([namespace, network_set("a/x", labels=labels)]))

    apply(old="1")
    apply(new="2")
    assert store.get(Key(kind, "a"))["metadata"]["labels"] == {"new": "2"}
    assert store.get(key_of(network_set("a/x")))["metadata"]["labels"] == {"old": "1", "new": "2"}
