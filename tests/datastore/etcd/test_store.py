"""The store on one real server: beside Calico, with many changes at once, and with a history that is forgotten."""

import json
import threading
from collections.abc import Callable, Iterator

import pytest

from builders import CALICO, Manifest, resource
from contracts.stores import network_set, tier
from etcd_servers import Member, access_to, emptied
from percale.datastore.changes import Stamps
from percale.datastore.errors import NotFound, RevisionTooOld, StoreUnavailable, TooMuch
from percale.datastore.etcd.cluster import Cluster, Compacted, Patience, Refused
from percale.datastore.etcd.layout import ALL
from percale.datastore.etcd.reading import only, pages
from percale.datastore.etcd.store import Etcd
from percale.datastore.etcd.writing import MOST_CHANGES, Attempt, transaction
from percale.datastore.interface import Change, Create, Datastore, Delete, Put, Revision, Update
from percale.datastore.keys import EVERYTHING, Key, Selection, key_of
from percale.resources.kinds import kind_of

_CALICO = "/calico/resources/v3/projectcalico.org"


@pytest.fixture
def server() -> Member:
    return emptied()


@pytest.fixture
def store(server: Member) -> Iterator[Etcd]:
    made = Etcd(access_to(server))
    yield made
    made.close()


@pytest.fixture
def cluster(server: Member) -> Iterator[Cluster]:
    made = Cluster(access_to(server), Patience())
    yield made
    made.close()


def value(manifest: Manifest) -> str:
    return json.dumps(manifest)


def names(store: Datastore, selection: Selection = EVERYTHING) -> list[str]:
    return [str(key_of(one)) for one in store.list(selection).resources]


def sets(count: int) -> list[Change]:
    return [Create(network_set(f"a/{number:05}", "10.0.0.0/8")) for number in range(count)]


def compact(server: Member, revision: Revision) -> None:
    server.etcdctl("compact", revision)


# Beside Calico.


def test_what_is_written_is_what_calico_reads(server: Member, store: Etcd) -> None:
    written = store.create(resource(CALICO, "NetworkPolicy", "shop/web", spec={"selector": "a && b"}))
    metadata = written["metadata"]
    assert server.etcdctl("get", f"{_CALICO}/networkpolicies/shop/web", "--print-value-only").decode() == (
        '{"kind":"NetworkPolicy","apiVersion":"projectcalico.org/v3","metadata":{"name":"web","namespace":"shop",'
        f'"uid":"{metadata["uid"]}","creationTimestamp":"{metadata["creationTimestamp"]}",'
        '"annotations":{"projectcalico.org/metadata":"{\\"name\\":\\"web\\"}"}},'
        '"spec":{"selector":"a \\u0026\\u0026 b"}}\n'
    )
    found = json.loads(server.etcdctl("get", f"{_CALICO}/networkpolicies/shop/web", "-w", "json"))
    assert metadata["resourceVersion"] == str(found["kvs"][0]["mod_revision"])


def test_what_calico_writes_is_read(server: Member, store: Etcd) -> None:
    policy = resource(CALICO, "GlobalNetworkPolicy", "deny", spec={"order": 10, "types": ["Ingress"]})
    server.etcdctl("put", f"{_CALICO}/globalnetworkpolicies/deny", value(policy))
    (found,) = store.list(EVERYTHING).resources
    assert found["spec"] == {"order": 10, "types": ["Ingress"]}
    changed = store.update({**found, "spec": {"order": 20}})
    assert json.loads(server.etcdctl("get", f"{_CALICO}/globalnetworkpolicies/deny", "--print-value-only"))["spec"] == {
        "order": 20
    }
    store.delete(key_of(changed), resource_version=changed["metadata"]["resourceVersion"])
    assert names(store) == []


def test_what_is_not_ours_is_neither_shown_nor_touched(server: Member, store: Etcd) -> None:
    others = {
        f"{_CALICO}/bgppeers/x": "{}",
        f"{_CALICO}/networkpolicies/x": "not ours",
        f"{_CALICO}/networksets/a/b/c": "",
        "/calico/ipam/v2/handle/x": "{}",
        "/calico/resources/v3/percale.dev/other": "x",
    }
    for key, text in others.items():
        server.etcdctl("put", key, text)
    created = store.create(network_set("a/x"))
    with store.watch(EVERYTHING, Revision(created["metadata"]["resourceVersion"])) as watch:
        server.etcdctl("put", f"{_CALICO}/bgppeers/y", "{}")
        store.delete(key_of(created))
        events = watch.poll(5)
        while not any(isinstance(one, Put) or hasattr(one, "key") for one in events):
            events = watch.poll(5)
    assert names(store) == []
    for key, text in others.items():
        assert server.etcdctl("get", key, "--print-value-only").decode().rstrip("\n") == text


def test_what_is_no_resource_is_an_error_and_not_an_absence(server: Member, store: Etcd) -> None:
    start = store.list(EVERYTHING).revision
    server.etcdctl("put", f"{_CALICO}/tiers/broken", "{")
    for asking in (lambda: store.list(EVERYTHING), lambda: store.get(key_of(tier("broken")))):
        with pytest.raises(StoreUnavailable, match="tiers/broken` is no resource"):
            asking()
    with store.watch(EVERYTHING, start) as watch:
        for _ in range(2):
            with pytest.raises(StoreUnavailable, match="tiers/broken` is no resource"):
                watch.poll(5)
        server.etcdctl("put", f"{_CALICO}/tiers/broken", value(tier("broken")))
        with pytest.raises(StoreUnavailable):
            watch.poll(5)
    assert names(store) == ["Tier(broken)"]


def test_an_old_policy_is_changed_where_it_is(server: Member, store: Etcd) -> None:
    old = resource(CALICO, "NetworkPolicy", "shop/default.web", spec={"tier": "default"})
    server.etcdctl("put", f"{_CALICO}/networkpolicies/shop/default.web", value(old))
    assert names(store) == ["NetworkPolicy(shop/web)"]
    found = store.get(key_of(resource(CALICO, "NetworkPolicy", "shop/web")))
    store.update({**found, "spec": {"tier": "default", "order": 1}})
    keys = server.etcdctl("get", "/", "--prefix", "--keys-only").split()
    assert keys == [f"{_CALICO}/networkpolicies/shop/default.web".encode()]
    store.delete(key_of(found))
    assert names(store) == []


def test_a_policy_that_calico_renames_is_there_all_the_time(server: Member, store: Etcd) -> None:
    old = resource(CALICO, "NetworkPolicy", "shop/default.web", spec={"tier": "default", "order": 1})
    new = resource(CALICO, "NetworkPolicy", "shop/web", spec={"tier": "default", "order": 2})
    start = store.list(EVERYTHING).revision
    server.etcdctl("put", f"{_CALICO}/networkpolicies/shop/default.web", value(old))
    server.etcdctl("put", f"{_CALICO}/networkpolicies/shop/web", value(new))
    assert names(store) == ["NetworkPolicy(shop/web)"]
    server.etcdctl("del", f"{_CALICO}/networkpolicies/shop/default.web")
    with store.watch(EVERYTHING, start) as watch:
        events = watch.poll(5)
    assert [one.manifest["spec"]["order"] for one in events if isinstance(one, Put)] == [1, 2, 2]
    assert len(events) == 3


def test_kubernetes_kinds_are_beside_calicos(server: Member, store: Etcd) -> None:
    store.create(resource("v1", "Namespace", "shop"))
    store.create(resource("networking.k8s.io/v1", "NetworkPolicy", "shop/web", spec={}))
    assert server.etcdctl("get", "/", "--prefix", "--keys-only").decode().split() == [
        "/calico/resources/v3/percale.dev/core/v1/namespaces/shop",
        "/calico/resources/v3/percale.dev/networking.k8s.io/v1/networkpolicies/shop/web",
    ]


# Many changes at once.


def test_many_changes_are_one_transaction(store: Etcd) -> None:
    start = store.list(EVERYTHING).revision
    created = [one for one in store.write(sets(2_000)) if one]
    assert len({one["metadata"]["resourceVersion"] for one in created}) == 1
    assert store.list(EVERYTHING).resources == tuple(created)
    changes = [Update({**one, "spec": {"nets": []}}) for one in created[:500]]
    gone = [Delete(key_of(one)) for one in created[500:1000]]
    assert len(store.write([*changes, *gone])) == 1000
    with store.watch(EVERYTHING, start) as watch:
        events = [*watch.poll(5)]
        while len(events) < 3000:
            events += watch.poll(5)
    assert len(names(store)) == 1500
    assert len({one.revision for one in events}) == 3000
    with store.watch(EVERYTHING, events[1_000].revision) as watch:
        resumed = [*watch.poll(5)]
        while len(resumed) < 1999:
            resumed += watch.poll(5)
    assert resumed == events[1_001:]


@pytest.mark.parametrize("count", [3, 300])
@pytest.mark.parametrize("meddling", ["put", "del"])
def test_a_transaction_is_made_of_what_was_seen_or_not_at_all(
    server: Member, store: Etcd, cluster: Cluster, count: int, meddling: str
) -> None:
    created = [one for one in store.write(sets(count)) if one]
    found = only(cluster, [key_of(one) for one in created])
    changes = [Update({**one, "spec": {"nets": []}}) for one in created]
    attempt = Attempt.of(changes, found, Stamps())
    key = f"{_CALICO}/networksets/a/00001"
    server.etcdctl(*(("put", key, value(network_set("a/00001", "11.0.0.0/8"))) if meddling == "put" else ("del", key)))
    before = store.list(EVERYTHING)
    try:
        assert not cluster.write(transaction(attempt)).succeeded
    except Refused:
        assert (count, meddling) == (300, "del")
    assert store.list(EVERYTHING) == before


def test_a_transaction_is_planned_anew_when_somebody_was_quicker(store: Etcd, server: Member) -> None:
    other = Etcd(access_to(server))
    failures: list[Exception] = []

    def write(through: Etcd, name: str) -> None:
        try:
            for number in range(20):
                through.write([Create(network_set(f"{name}/{number}")), *_deletions(name, number)])
        except Exception as error:  # noqa: BLE001  for the test to show
            failures.append(error)

    threads = [threading.Thread(target=write, args=(one, name)) for one, name in ((store, "a"), (other, "b"))]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    other.close()
    assert not failures
    assert names(store) == ["NetworkSet(a/19)", "NetworkSet(b/19)"]


def _deletions(name: str, number: int) -> list[Change]:
    return [Delete(key_of(network_set(f"{name}/{number - 1}")))] if number else []


@pytest.mark.parametrize(
    "changes",
    [
        lambda: sets(MOST_CHANGES + 1),
        lambda: [Create(network_set(f"a/{number}", *["10.0.0.0/8"] * 50_000)) for number in range(4)],
    ],
    ids=["too many", "too large"],
)
def test_what_etcd_cannot_take_at_once_is_not_written_at_all(store: Etcd, changes: Callable[[], list[Change]]) -> None:
    with pytest.raises(TooMuch, match="too much for one transaction"):
        store.write(changes())
    assert names(store) == []


# A history that is forgotten.


def test_a_list_is_of_one_revision(store: Etcd, cluster: Cluster) -> None:
    store.write(sets(10))
    found = pages(cluster, ALL, size=3)
    first = next(found)
    store.write([Create(network_set("a/00009x")), Delete(key_of(network_set("a/00005")))])
    keys = [pair.key for page in (first, *found) for pair in page.kvs]
    assert keys == [f"{_CALICO}/networksets/a/{number:05}".encode() for number in range(10)]


def test_a_page_of_a_forgotten_revision_is_an_error(server: Member, store: Etcd, cluster: Cluster) -> None:
    store.write(sets(10))
    found = pages(cluster, ALL, size=3)
    next(found)
    store.create(tier("t"))
    compact(server, store.list(EVERYTHING).revision)
    with pytest.raises(Compacted):
        next(found)
    assert len(names(store)) == 11


def test_a_watch_cannot_begin_before_what_is_forgotten(server: Member, store: Etcd) -> None:
    start = store.list(EVERYTHING).revision
    for name in ("x", "y"):
        store.create(tier(name))
    now = store.list(EVERYTHING).revision
    compact(server, now)
    with store.watch(EVERYTHING, start) as watch, pytest.raises(RevisionTooOld):
        watch.poll(5)
    with store.watch(EVERYTHING, now) as watch:
        assert watch.poll(0) == ()


def test_a_watch_that_keeps_up_does_not_notice_that_history_is_forgotten(server: Member, store: Etcd) -> None:
    with store.watch(EVERYTHING, store.list(EVERYTHING).revision) as watch:
        for name in ("x", "y", "z"):
            store.create(tier(name))
            (event,) = watch.poll(5)
            assert isinstance(event, Put)
            assert event.key.name == name
            compact(server, event.revision)


# Ends.


def test_a_closed_store_says_so(store: Etcd) -> None:
    watch = store.watch(EVERYTHING, store.list(EVERYTHING).revision)
    assert watch.poll(0) == ()
    store.close()
    with pytest.raises(StoreUnavailable, match="it has been closed"):
        store.list(EVERYTHING)
    watch.close()
    assert watch.poll() == ()


def test_what_is_not_there_is_not_found_among_namespaces(store: Etcd) -> None:
    store.create(network_set("ab/x"))
    found = kind_of(CALICO, "NetworkSet")
    assert found
    assert names(store, Selection(frozenset({found}), "a")) == []
    with pytest.raises(NotFound):
        store.get(Key(found, "x", "a"))
