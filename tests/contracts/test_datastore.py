"""What every datastore promises, whatever it is made of."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from builders import CALICO, Manifest, resource
from contracts.stores import TRANSACTIONAL, WRITABLE, network_set, tier
from percale.datastore.errors import AlreadyExists, Conflict, NotFound, Rejected, TooMuch
from percale.datastore.interface import Create, Datastore, Delete, Update
from percale.datastore.keys import EVERYTHING, Key, Selection, key_of
from percale.datastore.keys import Manifest as Stored
from percale.resources.kinds import Kind, kind_of


def kind(api_version: str, name: str) -> Kind:
    found = kind_of(api_version, name)
    assert found
    return found


NETWORK_SET, TIER = kind(CALICO, "NetworkSet"), kind(CALICO, "Tier")
CALICO_POLICY, KUBERNETES_POLICY = kind(CALICO, "NetworkPolicy"), kind("networking.k8s.io/v1", "NetworkPolicy")


def changed(stored: Stored, *nets: str) -> Manifest:
    return {**stored, "spec": {"nets": list(nets)}}


@pytest.fixture(params=WRITABLE)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Datastore]:
    made = WRITABLE[request.param](tmp_path)
    yield made
    made.close()


@pytest.fixture(params=TRANSACTIONAL)
def transactional(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Datastore]:
    made = TRANSACTIONAL[request.param](tmp_path)
    yield made
    made.close()


# Reading and writing.


def test_what_was_created_is_there_with_what_servers_set(store: Datastore) -> None:
    created = store.create(network_set("a/x", "10.0.0.0/8", labels={"k": "v"}))
    assert store.get(key_of(created)) == created
    metadata = created["metadata"]
    assert created["spec"] == {"nets": ["10.0.0.0/8"]}
    assert (metadata["name"], metadata["namespace"], metadata["labels"]) == ("x", "a", {"k": "v"})
    assert metadata["uid"]
    assert metadata["resourceVersion"]
    assert metadata["creationTimestamp"].endswith("Z")


def test_what_is_not_there_is_not_found(store: Datastore) -> None:
    with pytest.raises(NotFound, match=r"resource does not exist: NetworkSet\(a/x\)"):
        store.get(Key(NETWORK_SET, "x", "a"))


def test_kinds_of_one_name_are_kept_apart(store: Datastore) -> None:
    store.create(resource(CALICO, "NetworkPolicy", "a/x", spec={}))
    assert store.get(Key(CALICO_POLICY, "x", "a"))
    with pytest.raises(NotFound):
        store.get(Key(KUBERNETES_POLICY, "x", "a"))


def test_nothing_is_created_twice(store: Datastore) -> None:
    first = store.create(network_set("a/x", "10.0.0.0/8"))
    with pytest.raises(AlreadyExists, match=r"resource already exists: NetworkSet\(a/x\)"):
        store.create(network_set("a/x", "11.0.0.0/8"))
    assert store.get(key_of(first)) == first


def test_an_update_keeps_what_servers_set(store: Datastore) -> None:
    first = store.create(network_set("a/x", "10.0.0.0/8"))
    second = store.update(changed(first, "11.0.0.0/8"))
    assert store.get(key_of(first)) == second
    assert second["spec"] == {"nets": ["11.0.0.0/8"]}
    assert second["metadata"]["resourceVersion"] != first["metadata"]["resourceVersion"]
    assert second["metadata"] | {"resourceVersion": ""} == first["metadata"] | {"resourceVersion": ""}


def test_an_update_of_what_has_changed_since_is_a_conflict(store: Datastore) -> None:
    first = store.create(network_set("a/x", "10.0.0.0/8"))
    second = store.update(changed(first, "11.0.0.0/8"))
    with pytest.raises(Conflict, match=r"update conflict: NetworkSet\(a/x\)"):
        store.update(changed(first, "12.0.0.0/8"))
    assert store.get(key_of(first)) == second


def test_an_update_without_a_version_is_a_conflict(store: Datastore) -> None:
    store.create(network_set("a/x"))
    with pytest.raises(Conflict):
        store.update(network_set("a/x", "12.0.0.0/8"))


def test_an_update_of_what_is_not_there_is_not_found(store: Datastore) -> None:
    with pytest.raises(NotFound):
        store.update(network_set("a/x", resourceVersion="1"))


def test_what_is_deleted_is_gone(store: Datastore) -> None:
    created = store.create(network_set("a/x"))
    store.delete(key_of(created))
    with pytest.raises(NotFound):
        store.get(key_of(created))
    with pytest.raises(NotFound):
        store.delete(key_of(created))


def test_what_is_created_again_is_another(store: Datastore) -> None:
    first = store.create(network_set("a/x"))
    store.delete(key_of(first))
    second = store.create(network_set("a/x"))
    assert second["metadata"]["uid"] != first["metadata"]["uid"]
    with pytest.raises(Conflict):
        store.update(first)


def test_a_delete_may_insist_on_a_version(store: Datastore) -> None:
    first = store.create(network_set("a/x"))
    second = store.update(changed(first, "11.0.0.0/8"))
    with pytest.raises(Conflict):
        store.delete(key_of(first), resource_version=first["metadata"]["resourceVersion"])
    store.delete(key_of(first), resource_version=second["metadata"]["resourceVersion"])


def test_lists_are_in_order_and_of_what_was_asked_for(store: Datastore) -> None:
    for manifest in (tier("t"), network_set("b/x"), network_set("a/y"), network_set("a/x")):
        store.create(manifest)

    def names(selection: Selection) -> list[str]:
        return [str(key_of(one)) for one in store.list(selection).resources]

    everything = ["NetworkSet(a/x)", "NetworkSet(a/y)", "NetworkSet(b/x)", "Tier(t)"]
    assert names(EVERYTHING) == everything
    assert names(Selection(frozenset({NETWORK_SET}))) == everything[:3]
    assert names(Selection(frozenset({NETWORK_SET, TIER}), namespace="a")) == everything[:2]
    assert names(Selection(frozenset({TIER}))) == everything[3:]
    assert names(Selection(frozenset({CALICO_POLICY}))) == []
    assert names(Selection(frozenset())) == []


# Transactions.


def test_a_transaction_is_all_or_nothing(transactional: Datastore) -> None:
    there = transactional.create(network_set("a/x"))
    before = transactional.list(EVERYTHING)
    with pytest.raises(Rejected) as rejected:
        transactional.write(
            [
                Create(network_set("a/y")),
                Create(network_set("a/x")),
                Delete(key_of(there)),
                Update(network_set("a/z")),
            ]
        )
    assert {index: type(error) for index, error in rejected.value.errors.items()} == {1: AlreadyExists, 3: NotFound}
    assert transactional.list(EVERYTHING) == before


def test_a_transaction_of_nothing_is_nothing(store: Datastore) -> None:
    before = store.list(EVERYTHING)
    assert list(store.write([])) == []
    assert store.list(EVERYTHING) == before


def test_a_transaction_sees_what_it_has_done(transactional: Datastore) -> None:
    there = transactional.create(network_set("a/x"))
    assert transactional.write([Delete(key_of(there)), Create(network_set("a/x", "10.0.0.0/8"))])[0] is None
    assert transactional.get(key_of(there))["spec"] == {"nets": ["10.0.0.0/8"]}


def test_a_rejected_transaction_is_no_event(transactional: Datastore) -> None:
    start = transactional.list(EVERYTHING).revision
    with pytest.raises(Rejected):
        transactional.write([Create(network_set("a/x")), Delete(Key(TIER, "t"))])
    with transactional.watch(EVERYTHING, start) as watch:
        assert watch.poll(0) == ()


def test_a_transaction_is_seen_as_a_whole(transactional: Datastore) -> None:
    start = transactional.list(EVERYTHING).revision
    transactional.write([Create(network_set("a/x")), Create(network_set("a/y"))])
    with transactional.watch(EVERYTHING, start) as watch:
        assert len(watch.poll(5)) == 2


def test_a_store_without_transactions_refuses_several_changes(store: Datastore) -> None:
    if not store.is_transactional:
        with pytest.raises(TooMuch):
            store.write([Create(network_set("a/x")), Create(network_set("a/y"))])
        assert store.list(EVERYTHING).resources == ()
