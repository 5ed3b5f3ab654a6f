"""Members that die, hang, come back, or ask who one is: nothing acknowledged is lost, and nothing is made up."""

import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest

from contracts.stores import network_set, tier
from etcd_links import Links, Swallowing
from etcd_servers import Member, access_to, free_port, running
from percale.datastore.errors import StoreUnavailable
from percale.datastore.etcd.access import Access, Certificates
from percale.datastore.etcd.cluster import Patience
from percale.datastore.etcd.store import Etcd
from percale.datastore.interface import Bookmark, Create, Put
from percale.datastore.keys import EVERYTHING, key_of

_IMPATIENT = Patience(one_s=0.5, all_s=1.0)
_USER, _PASSWORD = "percale", "hush"


def names(store: Etcd) -> set[str]:
    return {one["metadata"]["name"] for one in store.list(EVERYTHING).resources}


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sequence[Member]]:
    path = tmp_path_factory.mktemp("three")
    with running(*(Member(path / name, name) for name in "abc")) as members:
        yield members


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[Member]:
    with running(Member(tmp_path / "alone")) as (member,):
        yield member


class Writer:
    """Writes pairs, each as one transaction, and keeps the number of those that were acknowledged."""

    def __init__(self, store: Etcd, name: str) -> None:
        self.acknowledged: list[int] = []
        self._store, self._name = store, name
        self._is_stopped = False
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def wait_for(self, count: int) -> None:
        ends = time.monotonic() + 30
        while len(self.acknowledged) < count:
            assert self._thread.is_alive(), "the writer has stopped"
            assert time.monotonic() < ends, f"{len(self.acknowledged)} pairs, and no more"
            time.sleep(0.01)

    def stop(self) -> set[str]:
        """The names of all that was acknowledged."""
        self._is_stopped = True
        self._thread.join()
        return {f"{self._name}-{number}-{half}" for number in self.acknowledged for half in "xy"}

    def _run(self) -> None:
        number = 0
        while not self._is_stopped:
            self._store.write([Create(network_set(f"a/{self._name}-{number}-{half}")) for half in "xy"])
            self.acknowledged.append(number)
            number += 1


def _send(members: Sequence[Member], number: signal.Signals) -> None:
    for one in members:
        one.signal(number)


def leader(members: Sequence[Member]) -> Member:
    def leads(member: Member) -> bool:
        status = member.etcdctl("endpoint", "status", "-w", "fields").decode()
        fields = dict(line.split(" : ") for line in status.splitlines() if " : " in line)
        return fields['"MemberID"'] == fields['"Leader"']

    return next(one for one in members if leads(one))


@pytest.mark.parametrize("killed", ["the leader", "the member that is asked"])
def test_a_writer_goes_on_when_a_member_is_killed(three: Sequence[Member], killed: str) -> None:
    first = leader(three)
    others = [one for one in three if one is not first]
    order = [first, *others] if killed == "the leader" else [others[0], first, others[1]]
    writing, watching = Etcd(access_to(*order)), Etcd(access_to(*order))
    watch = watching.watch(EVERYTHING, watching.list(EVERYTHING).revision)
    writer = Writer(writing, killed.replace(" ", "-"))
    writer.wait_for(20)
    order[0].kill()
    writer.wait_for(len(writer.acknowledged) + 20)
    acknowledged = writer.stop()
    assert acknowledged <= names(writing)
    seen: list[str] = []
    while len(seen) < len(acknowledged):
        events = watch.poll(10)
        assert events, "the watch tells no more"
        seen += [one.key.name for one in events if isinstance(one, Put)]
    assert sorted(seen) == sorted(acknowledged)
    watch.close()
    order[0].start()
    order[0].wait()
    assert acknowledged <= names(Etcd(access_to(order[0])))
    for store in (writing, watching):
        store.close()


def test_a_member_that_hangs_is_passed_over(three: Sequence[Member]) -> None:
    store = Etcd(access_to(*three), patience=Patience(one_s=0.5, all_s=10.0))
    store.create(tier("before"))
    with store.watch(EVERYTHING, store.list(EVERYTHING).revision) as watch:
        assert watch.poll(0) == ()
        three[0].signal(signal.SIGSTOP)
        try:
            store.create(tier("while"))
            assert {"before", "while"} <= names(store)
        finally:
            three[0].signal(signal.SIGCONT)
        assert [one.key.name for one in watch.poll(10) if isinstance(one, Put)] == ["while"]
    store.close()


def test_a_member_that_is_cut_off_from_the_others_is_left(tmp_path: Path) -> None:
    members = [Member(tmp_path / name, name, advertised_peer_port=free_port()) for name in "abc"]
    links = Links()
    for one in members:
        links.before(one)
    with closing(links), running(*members):
        links.learn(members[0])
        first = leader(members)
        others = [one for one in members if one is not first]
        store, alone = Etcd(access_to(first, *others)), Etcd(access_to(first), patience=_IMPATIENT)
        watch = store.watch(EVERYTHING, store.list(EVERYTHING).revision)
        writer = Writer(store, "cut")
        writer.wait_for(10)
        assert watch.poll(0)
        links.cut(first)
        writer.wait_for(len(writer.acknowledged) + 10)
        acknowledged = writer.stop()
        with pytest.raises(StoreUnavailable):
            alone.list(EVERYTHING)
        assert acknowledged <= names(store)
        last = store.create(tier("last"))
        while not any(isinstance(one, Put) and one.manifest == last for one in watch.poll(10)):
            assert first.process
        links.mend()
        first.wait()
        assert acknowledged <= names(alone)
        watch.close()
        for opened in (store, alone):
            opened.close()


def test_a_member_without_the_others_says_nothing_rather_than_something_old(three: Sequence[Member]) -> None:
    store = Etcd(access_to(three[0]), patience=_IMPATIENT)
    there = store.create(tier("cut-off"))
    start = store.list(EVERYTHING).revision
    _send(three[1:], signal.SIGSTOP)
    try:
        for asking in (
            lambda: store.list(EVERYTHING),
            lambda: store.get(key_of(there)),
            lambda: store.get(key_of(tier("absent"))),
            lambda: store.create(tier("nowhere")),
        ):
            with pytest.raises(StoreUnavailable):
                asking()
    finally:
        _send(three[1:], signal.SIGCONT)
    three[0].wait()
    assert store.get(key_of(there)) == there
    with store.watch(EVERYTHING, start) as watch:
        store.create(tier("again"))
        told = [one.key.name for one in watch.poll(10) if isinstance(one, Put)]
    assert told[-1] == "again"
    store.close()


def test_a_write_whose_answer_is_lost_is_made_once(three: Sequence[Member]) -> None:
    with closing(Swallowing(three[0], b"creationTimestamp")) as between:
        store = Etcd(Access((between.endpoint,)))
        start = store.list(EVERYTHING).revision
        created = store.write([Create(tier("lost-x")), Create(tier("lost-y"))])
        assert between.has_swallowed
        with store.watch(EVERYTHING, start) as watch:
            assert [one.manifest for one in watch.poll(5) if isinstance(one, Put)] == created
        store.close()


def test_a_write_that_was_not_answered_is_made_once(three: Sequence[Member]) -> None:
    first = leader(three)
    followers = [one for one in three if one is not first]
    store = Etcd(access_to(first), patience=Patience(one_s=0.3, all_s=20.0))
    start = store.list(EVERYTHING).revision
    _send(followers, signal.SIGSTOP)
    thaw = threading.Timer(0.8, _send, (followers, signal.SIGCONT))
    thaw.start()
    created = store.create(tier("slow"))
    thaw.join()
    assert store.get(key_of(created)) == created
    with store.watch(EVERYTHING, start) as watch:
        assert [one.manifest for one in watch.poll(5) if isinstance(one, Put)] == [created]
    store.close()


def test_a_store_comes_back_and_the_watch_goes_on(alone: Member) -> None:
    store = Etcd(access_to(alone), patience=_IMPATIENT)
    store.create(tier("before"))
    watch = store.watch(EVERYTHING, store.list(EVERYTHING).revision)
    assert watch.poll(0) == ()
    alone.kill()
    for asking in (lambda: watch.poll(10), lambda: store.list(EVERYTHING), lambda: store.create(tier("lost"))):
        with pytest.raises(StoreUnavailable, match=f"etcd:{alone.url}"):
            asking()
    alone.start()
    alone.wait()
    store.create(tier("after"))
    assert [one.key.name for one in watch.poll(10) if isinstance(one, Put)] == ["after"]
    assert names(store) == {"before", "after"}
    watch.close()
    store.close()


def test_a_watch_in_an_outage_is_closed_by_another_thread(alone: Member) -> None:
    store = Etcd(access_to(alone), patience=Patience(one_s=1.0, all_s=60.0))
    watch = store.watch(EVERYTHING, store.list(EVERYTHING).revision)
    alone.kill()
    closer = threading.Timer(0.3, watch.close)
    closer.start()
    assert watch.poll() == ()
    closer.join()
    store.close()


def test_progress_is_a_bookmark(tmp_path: Path) -> None:
    interval = ("--experimental-watch-progress-notify-interval", "200ms")
    with running(Member(tmp_path / "alone", arguments=interval)) as (member,):
        store = Etcd(access_to(member))
        with store.watch(EVERYTHING, store.list(EVERYTHING).revision) as watch:
            assert watch.poll(0) == ()
            member.etcdctl("put", "/registry/elsewhere", "x")
            now = store.list(EVERYTHING).revision
            assert watch.poll(10) == (Bookmark(now),)
            store.create(tier("t"))
            events = [one for one in watch.poll(5) if isinstance(one, Put)]
            assert [one.key.name for one in events] == ["t"]
        store.close()


# Who one is.


def _with_users(member: Member) -> None:
    for command in (
        "user add root:root",
        "user grant-role root root",
        "role add percale",
        "role grant-permission percale --prefix=true readwrite /calico/resources/v3/",
        f"user add {_USER}:{_PASSWORD}",
        f"user grant-role {_USER} percale",
        "user add nobody:nobody",
        "auth enable",
    ):
        member.etcdctl(*command.split())


def test_a_user_is_let_in_and_again_after_a_restart(alone: Member) -> None:
    _with_users(alone)
    store = Etcd(access_to(alone, username=_USER, password=_PASSWORD))
    store.create(tier("first"))
    watch = store.watch(EVERYTHING, store.list(EVERYTHING).revision)
    assert watch.poll(0) == ()
    alone.kill()
    alone.start()
    alone.wait("--user", "root:root")
    store.create(tier("second"))
    assert [one.key.name for one in watch.poll(10) if isinstance(one, Put)] == ["second"]
    assert names(store) == {"first", "second"}
    watch.close()
    store.close()


@pytest.mark.parametrize(
    ("username", "password", "says"),
    [
        ("", "", "user name is empty"),
        (_USER, "wrong", "authentication failed"),
        ("nobody", "nobody", "permission denied"),
    ],
)
def test_whoever_is_not_let_in_is_told(alone: Member, username: str, password: str, says: str) -> None:
    _with_users(alone)
    store = Etcd(access_to(alone, username=username, password=password))
    for asking in (lambda: store.list(EVERYTHING), lambda: store.create(tier("t"))):
        with pytest.raises(StoreUnavailable, match=says) as told:
            asking()
        assert told.value.hint
    with store.watch(EVERYTHING, "1") as watch, pytest.raises(StoreUnavailable):  # type: ignore[arg-type]
        watch.poll(5)
    store.close()


def test_a_password_is_no_harm_where_none_is_asked_for(alone: Member) -> None:
    store = Etcd(access_to(alone, username=_USER, password=_PASSWORD))
    store.create(tier("t"))
    assert names(store) == {"t"}
    store.close()


# Certificates.


def _certify(path: Path) -> None:
    """An authority, a server for 127.0.0.1, and a client."""

    def openssl(*arguments: str) -> None:
        subprocess.run(("openssl", *arguments), cwd=path, check=True, capture_output=True)  # noqa: S603, S607

    new = ("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2")
    openssl(*new, "-subj", "/CN=authority", "-keyout", "ca.key", "-out", "ca.crt")
    signed = (*new, "-CA", "ca.crt", "-CAkey", "ca.key")
    extensions = ("-addext", "subjectAltName=IP:127.0.0.1", "-addext", "basicConstraints=critical,CA:FALSE")
    for name in ("server", "client"):
        openssl(*signed, *extensions, "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.crt")


def test_certificates_are_shown_and_looked_at(tmp_path: Path) -> None:
    _certify(tmp_path)
    ours = ("--cert-file", "server.crt", "--key-file", "server.key", "--trusted-ca-file", "ca.crt")
    arguments = [str(tmp_path / one) if "." in one else one for one in ours]
    options = ("--cacert", f"{tmp_path}/ca.crt", "--cert", f"{tmp_path}/client.crt", "--key", f"{tmp_path}/client.key")
    authority, certificate, key = ((tmp_path / name).read_bytes() for name in ("ca.crt", "client.crt", "client.key"))
    member = Member(tmp_path / "server", arguments=(*arguments, "--client-cert-auth"), scheme="https")
    with running(member, options=options):
        store = Etcd(access_to(member, certificates=Certificates(authority, certificate, key)))
        start = store.list(EVERYTHING).revision
        created = store.create(tier("t"))
        with store.watch(EVERYTHING, start) as watch:
            assert [one.manifest for one in watch.poll(5) if isinstance(one, Put)] == [created]
        store.close()
        for wrong in (Certificates(authority), Certificates(b"", certificate, key)):
            refused = Etcd(access_to(member, certificates=wrong), patience=_IMPATIENT)
            with pytest.raises(StoreUnavailable):
                refused.list(EVERYTHING)
            refused.close()
