"""The embedded store among processes: nothing acknowledged is lost, nothing is half written, nobody waits for ever."""

import os
import resource
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from contracts.stores import network_set
from percale.datastore.errors import AlreadyExists, RevisionTooOld, StoreAbsent, StoreUnavailable
from percale.datastore.interface import Create, Put, Revision
from percale.datastore.keys import EVERYTHING, key_of
from percale.datastore.sqlite.store import Sqlite

_START = Revision("0")
#: Many times what is promised: the machine may have other things to do.
_LONG_S = 60.0

#: Writes pairs, and says so when a pair has been acknowledged.
_WRITER = """
import sys
from pathlib import Path
from percale.datastore.interface import Create
from percale.datastore.sqlite.store import Sqlite
store = Sqlite(Path(sys.argv[1]))
for number in range(int(sys.argv[3])):
    store.write([Create({
        "apiVersion": "projectcalico.org/v3", "kind": "NetworkSet",
        "metadata": {"name": f"{sys.argv[2]}-{number}-{half}", "namespace": "a"}, "spec": {"nets": []},
    }) for half in "xy"])
    print(number, flush=True)
"""


def writer(path: Path, name: str, count: int = 10**6) -> subprocess.Popen[str]:
    return subprocess.Popen(  # noqa: S603  this interpreter
        [sys.executable, "-c", _WRITER, str(path), name, str(count)], stdout=subprocess.PIPE, encoding="utf-8"
    )


def names(store: Sqlite) -> set[str]:
    return {one["metadata"]["name"] for one in store.list(EVERYTHING).resources}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "below" / "percale.sqlite"


@pytest.fixture
def store(path: Path) -> Iterator[Sqlite]:
    made = Sqlite(path)
    yield made
    made.close()


# Processes.


@pytest.mark.parametrize("acknowledged", [1, 5, 20])
def test_a_writer_that_is_killed_loses_nothing_acknowledged_and_writes_no_half(path: Path, acknowledged: int) -> None:
    with writer(path, "w") as process:
        assert process.stdout is not None
        for _ in range(acknowledged):
            process.stdout.readline()
        process.send_signal(signal.SIGKILL)
        said = acknowledged + len(process.stdout.read().split())
    with sqlite3.connect(path) as plain:
        assert plain.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    plain.close()
    store = Sqlite(path, create=False)
    found = names(store)
    assert {f"w-{number}-{half}" for number in range(said) for half in "xy"} <= found
    assert len(found) % 2 == 0
    with store.watch(EVERYTHING, _START) as watch:
        assert len(watch.poll(0)) == len(found)
    store.create(network_set("a/after"))
    store.close()


def test_processes_write_at_once_and_a_watch_sees_each_change_once_in_order(path: Path, store: Sqlite) -> None:
    each = 15
    seen: list[Put] = []
    with store.watch(EVERYTHING, _START) as watch:
        writers = [writer(path, name, each) for name in "abc"]
        while len(seen) < 3 * each * 2:
            events = watch.poll(20)
            assert events
            assert len(events) % 2 == 0
            seen += [event for event in events if isinstance(event, Put)]
        for process in writers:
            assert process.wait(20) == 0
            assert process.stdout is not None
            process.stdout.close()
    assert [event.revision for event in seen] == [str(number) for number in range(1, len(seen) + 1)]
    assert {event.key.name for event in seen} == names(store)
    for name in "abc":
        mine = [event.key.name for event in seen if event.key.name.startswith(name)]
        assert mine == [f"{name}-{number}-{half}" for number in range(each) for half in "xy"]


def test_processes_make_the_same_store(path: Path) -> None:
    writers = [writer(path, name, 1) for name in "abcd"]
    assert [process.wait(30) for process in writers] == [0, 0, 0, 0]
    for process in writers:
        assert process.stdout is not None
        process.stdout.close()
    store = Sqlite(path)
    assert len(names(store)) == 8
    store.close()


def test_of_two_who_create_the_same_one_does(path: Path, store: Sqlite) -> None:
    other = Sqlite(path)
    outcomes: list[object] = []

    def create(one: Sqlite) -> None:
        try:
            outcomes.append(one.create(network_set("a/x")))
        except AlreadyExists as error:
            outcomes.append(error)

    threads = [threading.Thread(target=create, args=(one,)) for one in (store, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    other.close()
    assert sum(isinstance(outcome, AlreadyExists) for outcome in outcomes) == 1


# History.


def test_what_has_been_forgotten_cannot_be_resumed_and_the_rest_can(path: Path) -> None:
    store = Sqlite(path, history=10)
    revisions = [store.create(network_set(f"a/{number}"))["metadata"]["resourceVersion"] for number in range(30)]
    with pytest.raises(RevisionTooOld):
        store.watch(EVERYTHING, Revision(revisions[0]))
    with store.watch(EVERYTHING, Revision(revisions[20])) as watch:
        assert len(watch.poll(0)) == 9
    assert len(store.list(EVERYTHING).resources) == 30
    with sqlite3.connect(path) as plain:
        assert plain.execute("SELECT count(*) FROM change").fetchone()[0] <= 11
    plain.close()
    store.close()


def test_a_watch_that_falls_behind_is_told(path: Path) -> None:
    store = Sqlite(path, history=10)
    with store.watch(EVERYTHING, _START) as watch:
        for number in range(30):
            store.create(network_set(f"a/{number}"))
        with pytest.raises(RevisionTooOld, match="no longer knows what followed revision 0"):
            watch.poll(0)
    store.close()


def test_a_writer_that_does_not_ring_is_noticed(path: Path, store: Sqlite, monkeypatch: pytest.MonkeyPatch) -> None:
    other = Sqlite(path)
    monkeypatch.setattr(other, "_ring", lambda: None)
    with store.watch(EVERYTHING, _START) as watch:
        threading.Timer(0.05, other.create, (network_set("a/x"),)).start()
        began = time.monotonic()
        assert len(watch.poll(_LONG_S)) == 1
        assert time.monotonic() - began < _LONG_S / 2
    other.close()


def test_waiting_costs_next_to_nothing(store: Sqlite) -> None:
    with store.watch(EVERYTHING, _START) as watch:
        before = time.thread_time()
        assert watch.poll(2.5) == ()
        assert time.thread_time() - before < 0.05


# Files.


def test_what_is_not_there_is_not_made_by_reading(path: Path) -> None:
    with pytest.raises(StoreAbsent):
        Sqlite(path, create=False)
    assert not path.parent.exists()


def test_a_store_whose_file_is_gone_or_replaced_answers_no_more(path: Path, store: Sqlite) -> None:
    created = store.create(network_set("a/x"))
    watch = store.watch(EVERYTHING, _START)
    watch.poll(0)
    path.rename(path.with_suffix(".old"))
    with pytest.raises(StoreUnavailable):
        store.create(network_set("a/lost"))
    Sqlite(path).close()
    with pytest.raises(StoreUnavailable, match="has been replaced by another file"):
        store.get(key_of(created))
    with pytest.raises(StoreUnavailable):
        watch.poll(5)


@pytest.mark.parametrize(
    ("setting", "says"),
    [
        ("PRAGMA application_id = 5", "is another program's SQLite file"),
        ("PRAGMA user_version = 99", "has version 99 of the schema, and this release of Percale knows version 1"),
    ],
)
def test_files_of_others_are_left_alone(path: Path, setting: str, says: str) -> None:
    Sqlite(path).close()
    with sqlite3.connect(path) as plain:
        plain.execute(setting)
    plain.close()
    with pytest.raises(StoreUnavailable, match=says):
        Sqlite(path)


def test_an_empty_file_is_no_store(path: Path) -> None:
    path.parent.mkdir()
    path.touch()
    with pytest.raises(StoreUnavailable, match="is an empty file"):
        Sqlite(path, create=False)


def test_a_full_disk_fails_the_write_and_nothing_else(path: Path) -> None:
    """A limit on the size of files is met where a full disk would be."""
    child = os.fork()
    if child == 0:
        os._exit(_fills_up(path))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    store = Sqlite(path, create=False)
    assert names(store) == {"before"}
    store.create(network_set("a/after"))
    store.close()


def _fills_up(path: Path) -> int:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    store = Sqlite(path)
    store.create(network_set("a/before"))
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 18, 1 << 18))
    large = [f"10.{one}.{two}.0/24" for one in range(100) for two in range(100)]
    try:
        store.write([Create(network_set("a/large", *large)), Create(network_set("a/more", *large))])
    except StoreUnavailable:
        return 0 if names(store) == {"before"} else 1
    return 2
