"""What happens to a watch, one oddity of real servers at a time."""

import json
import threading
from pathlib import Path

import pytest

from api_objects import calico_kinds
from api_server import Answer, ApiServer, status
from builders import pod
from datastore.kubernetes.clusters import (
    GNP,
    NAMESPACE,
    POD,
    SHORT,
    STORAGE,
    V3,
    Cluster,
    cluster,
    gathered,
    kind,
    namespace,
    only,
    told,
)
from percale.datastore.errors import NotPermitted, RevisionTooOld, StoreUnavailable
from percale.datastore.interface import Bookmark, Put, Revision, Watch
from percale.datastore.keys import Selection
from percale.datastore.kubernetes.listing import PAGE
from percale.resources.kinds import Kind

RECORDED = Path(__file__).parent / "recorded"
_POD_A = "test1/busybox-test1-a"
#: What each recorded stream tells, whatever is told twice.
STREAMS: dict[str, tuple[str, str, Kind, list[str]]] = {
    "watch-pods": (
        V3,
        "pods",
        POD,
        [f"+Pod({name})" for name in (_POD_A, "test1/busybox-test1-b", "test2/busybox-test2-a", _POD_A)],
    ),
    "watch-networkpolicy": (
        V3,
        "networkpolicies.networking.k8s.io",
        kind("networking.k8s.io/v1", "NetworkPolicy"),
        ["+NetworkPolicy(default/default-deny)", "-NetworkPolicy(default/default-deny)"],
    ),
    "watch-v3": (
        V3,
        "globalnetworkpolicies.projectcalico.org",
        GNP,
        ["+GlobalNetworkPolicy(allow-all)", "-GlobalNetworkPolicy(allow-all)"],
    ),
    "watch-crd-v1": (
        STORAGE,
        "globalnetworkpolicies.crd.projectcalico.org",
        GNP,
        ["+GlobalNetworkPolicy(deny-all)", "-GlobalNetworkPolicy(deny-all)"],
    ),
}


def watched(made: Cluster, *kinds: Kind) -> Watch:
    """From now on."""
    selection = only(*kinds)
    return made.store.watch(selection, made.store.list(selection).revision)


def replay(server: ApiServer, resource: str, *bodies: bytes, size: int = 0) -> None:
    for body in bodies:
        pieces = [body[start : start + size] for start in range(0, len(body), size)] if size else [body]
        server.once(Answer(pieces=tuple(pieces)), verb="watch", resource=resource)


@pytest.mark.parametrize("size", [1, 7, 1021, 0])
@pytest.mark.parametrize("name", STREAMS)
def test_a_recorded_stream_is_told_as_it_was(name: str, size: int) -> None:
    calico, resource, of, expected = STREAMS[name]
    with cluster(calico) as made:
        made.server.objects.version = 375
        replay(made.server, resource, (RECORDED / f"{name}.jsonl").read_bytes(), size=size)
        with watched(made, of) as watch:
            made.server.objects.version = 2000
            assert gathered(watch, len(expected)) == expected


@pytest.mark.parametrize("part", range(1, 10))
@pytest.mark.parametrize("name", STREAMS)
def test_a_stream_that_is_cut_is_resumed_without_repeats(name: str, part: int) -> None:
    calico, resource, of, expected = STREAMS[name]
    body = (RECORDED / f"{name}.jsonl").read_bytes()
    with cluster(calico) as made:
        made.server.objects.version = 375
        # A server that does not begin where it was asked to tells again what was told.
        replay(made.server, resource, body[: len(body) * part // 10], body)
        with watched(made, of) as watch:
            made.server.objects.version = 2000
            assert gathered(watch, len(expected)) == expected
            assert told(list(watch.poll(0))) == []


def test_what_happened_while_history_was_forgotten_is_told_as_a_difference() -> None:
    with cluster() as made:
        for name in ("kept", "changed", "removed"):
            made.server.put("namespaces", namespace(name))
        with watched(made, NAMESPACE) as watch:
            made.server.put("namespaces", namespace("first"))
            assert gathered(watch, 1) == ["+Namespace(first)"]
            made.server.once(status(500, "InternalError", "not now"), verb="watch", times=3)
            made.server.cut()
            made.server.remove("namespaces", namespace("removed"))
            made.server.put("namespaces", namespace("changed", is_="other"))
            made.server.put("namespaces", namespace("new"))
            made.server.objects.compact()
            assert sorted(gathered(watch, 3)) == ["+Namespace(changed)", "+Namespace(new)", "-Namespace(removed)"]
            made.server.put("namespaces", namespace("last"))
            assert gathered(watch, 1) == ["+Namespace(last)"]


def test_an_error_of_code_410_inside_the_stream_is_as_good_as_a_status() -> None:
    with cluster() as made:
        made.server.put("namespaces", namespace("there"))
        replay(made.server, "namespaces", (RECORDED / "410.json").read_bytes().strip() + b"\n")
        with watched(made, NAMESPACE) as watch:
            made.server.put("namespaces", namespace("new"))
            assert gathered(watch, 1) == ["+Namespace(new)"]


def test_a_watch_that_does_not_know_what_was_there_has_to_be_begun_anew() -> None:
    with cluster() as made:
        made.server.put("namespaces", namespace("there"))
        since = made.store.list(only(NAMESPACE)).revision
        made.server.objects.compact()
        made.store.list(only(POD))
        with made.store.watch(only(NAMESPACE), since) as watch:
            for _ in range(2):
                with pytest.raises(RevisionTooOld):
                    watch.poll(30)


def test_a_server_whose_history_is_another_is_no_reason_to_guess() -> None:
    with cluster() as made:
        made.server.put("namespaces", namespace("there"))
        with watched(made, NAMESPACE) as watch:
            made.server.put("namespaces", namespace("new"))
            assert gathered(watch, 1) == ["+Namespace(new)"]
            with made.server.objects.changed:
                made.server.objects.version = 10
            made.server.cut()
            with pytest.raises(RevisionTooOld):
                gathered(watch, 1)


@pytest.mark.parametrize("verb", ["list", "watch"])
def test_a_server_that_is_not_ready_is_asked_again(verb: str) -> None:
    refusal = status(429, "TooManyRequests", "storage is (re)initializing", retryAfterSeconds=1)
    with cluster() as made:
        made.server.put("namespaces", namespace("there"))
        made.server.once(refusal, verb=verb, resource="namespaces")
        with watched(made, NAMESPACE) as watch:
            made.server.put("namespaces", namespace("new"))
            assert gathered(watch, 1) == ["+Namespace(new)"]


def test_an_error_of_the_server_inside_the_stream_costs_nothing() -> None:
    error = {"kind": "Status", "message": "etcd feature RequestWatchProgress is disabled", "code": 500}
    line = json.dumps({"type": "ERROR", "object": error}).encode() + b"\n"
    with cluster() as made:
        made.server.put("namespaces", namespace("there"))
        replay(made.server, "namespaces", line, line)
        with watched(made, NAMESPACE) as watch:
            made.server.put("namespaces", namespace("new"))
            assert gathered(watch, 1) == ["+Namespace(new)"]


def test_a_watch_outlives_a_server_that_is_away() -> None:
    with cluster(patience=SHORT) as made, watched(made, NAMESPACE) as watch:
        made.server.put("namespaces", namespace("before"))
        assert gathered(watch, 1) == ["+Namespace(before)"]
        made.server.once(status(503, "ServiceUnavailable", "apiserver not ready"), times=1000)
        made.server.cut()
        with pytest.raises(StoreUnavailable, match="apiserver not ready"):
            gathered(watch, 1)
        made.server.faults.clear()
        made.server.put("namespaces", namespace("after"))
        assert gathered(watch, 1) == ["+Namespace(after)"]


def test_a_right_that_is_missing_is_told_at_once() -> None:
    with cluster() as made:
        made.server.forbidden = lambda request: request.verb == "watch"
        with watched(made, NAMESPACE) as watch, pytest.raises(NotPermitted, match="cannot watch resource"):
            gathered(watch, 1)


def test_a_list_comes_in_pieces() -> None:
    with cluster() as made:
        for number in range(2 * PAGE + 1):
            made.server.put("pods", pod(f"a/p{number}"))
        assert len(made.store.list(only(POD)).resources) == 2 * PAGE + 1
        assert [one.verb for one in made.server.requests].count("list") == 3


@pytest.mark.parametrize(("times", "requests"), [(1, 3), (2, 3)])
def test_a_list_that_is_too_slow_is_begun_anew(times: int, requests: int) -> None:
    with cluster() as made:
        for number in range(PAGE + 1):
            made.server.put("pods", pod(f"a/p{number}"))
        left = [times]

        def forgets(request: object) -> Answer | None:
            if "continue" not in getattr(request, "query", {}) or not left[0]:
                return None
            left[0] -= 1
            return status(410, "Expired", "The provided continue parameter is too old")

        made.server.faults.append(forgets)
        assert len(made.store.list(only(POD)).resources) == PAGE + 1
        assert [one.verb for one in made.server.requests].count("list") == requests + times


def test_one_watch_tells_of_several_kinds_in_the_order_of_versions() -> None:
    with cluster() as made, watched(made, NAMESPACE, POD) as watch:
        for number in range(5):
            made.server.put("namespaces", namespace(f"n{number}"))
            made.server.put("pods", pod(f"n{number}/p"))
        expected = [text for number in range(5) for text in (f"+Namespace(n{number})", f"+Pod(n{number}/p)")]
        assert sorted(gathered(watch, 10)) == sorted(expected)


def test_a_watch_of_several_kinds_resumes_after_any_event() -> None:
    with cluster() as made:
        selection = only(NAMESPACE, POD)
        since = made.store.list(selection).revision
        for number in range(3):
            made.server.put("namespaces", namespace(f"n{number}"))
            made.server.put("pods", pod(f"n{number}/p"))
        with made.store.watch(selection, since) as watch:
            events = [one for one in watch.poll(0) if not isinstance(one, Bookmark)]
        assert len(events) == 6
        for index, event in enumerate(events):
            with made.store.watch(selection, event.revision) as watch:
                assert told(list(watch.poll(0))) == told(events[index + 1 :])


def test_a_watch_of_one_namespace_asks_for_no_other() -> None:
    with cluster() as made:
        selection = Selection(frozenset({POD}), "a")
        with made.store.watch(selection, made.store.list(selection).revision) as watch:
            made.server.put("pods", pod("b/p"))
            made.server.put("pods", pod("a/p"))
            assert gathered(watch, 1) == ["+Pod(a/p)"]
        assert {one.namespace for one in made.server.requests if one.resource == "pods"} == {"a"}


@pytest.mark.parametrize("revision", ["", "0", "-3", "x", "1000,pods", "1000,pods=x"])
def test_a_revision_of_no_cluster_is_too_old(revision: str) -> None:
    with cluster() as made, pytest.raises(RevisionTooOld):
        made.store.watch(only(POD), Revision(revision))


def test_closing_ends_every_thread() -> None:
    with cluster() as made:
        before = {one for one in threading.enumerate() if one.name.startswith("percale-watch-")}
        watch = watched(made, NAMESPACE, POD, GNP)
        watch.poll(0)
        mine = {one for one in threading.enumerate() if one.name.startswith("percale-watch-")} - before
        assert mine
        watch.close()
        for one in mine:
            one.join(30)
            assert not one.is_alive()


def test_an_event_shows_what_get_shows() -> None:
    with cluster() as made, watched(made, POD) as watch:
        made.server.put("pods", pod("a/p"))
        (event,) = watch.poll(30)
        assert isinstance(event, Put)
        assert event.manifest == made.store.get(event.key) == made.store.list(only(POD)).resources[0]


@pytest.mark.parametrize("group", [V3, STORAGE])
def test_kinds_come_and_go_while_they_are_watched(group: str) -> None:
    (kinds,) = [one for one in calico_kinds(group) if one.plural == "globalnetworkpolicies"]
    gnp = {"apiVersion": group, "kind": "GlobalNetworkPolicy", "metadata": {"name": "open"}, "spec": {}}
    with cluster("") as made:
        selection = Selection()
        with made.store.watch(selection, made.store.list(selection).revision) as watch:
            for _ in range(2):
                made.server.install(kinds)
                made.server.put("globalnetworkpolicies", gnp)
                assert gathered(watch, 1) == ["+GlobalNetworkPolicy(open)"]
                made.server.uninstall(kinds)
                assert gathered(watch, 1) == ["-GlobalNetworkPolicy(open)"]
        assert made.reported.empty()


def test_who_may_not_see_definitions_is_told_once() -> None:
    with cluster() as made:
        made.server.forbidden = lambda request: request.resource.startswith("customresourcedefinitions")
        with watched(made, GNP) as watch:
            made.server.put("globalnetworkpolicies", {"metadata": {"name": "open"}, "spec": {}})
            assert gathered(watch, 1) == ["+GlobalNetworkPolicy(open)"]
        error = made.reported.get(timeout=60)
        assert 'cannot list resource "customresourcedefinitions"' in str(error)


def test_an_old_deletion_that_is_told_again_removes_nothing() -> None:
    def line(type_: str, version: int) -> bytes:
        event = {"type": type_, "object": namespace("n") | {"metadata": {"name": "n", "resourceVersion": str(version)}}}
        return json.dumps(event).encode() + b"\n"

    lived = line("ADDED", 1001), line("DELETED", 1002), line("ADDED", 1003)
    with cluster() as made:
        replay(made.server, "namespaces", b"".join(lived), b"".join(lived), line("DELETED", 1004))
        with watched(made, NAMESPACE) as watch:
            made.server.objects.version = 2000
            assert gathered(watch, 4) == ["+Namespace(n)", "-Namespace(n)", "+Namespace(n)", "-Namespace(n)"]
