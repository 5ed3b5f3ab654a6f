"""deploy/kubernetes/rbac.yaml against what the store really asks for: each right is used, each use is granted."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from api_objects import ADMIN_KINDS, CORE, calico_kinds
from api_server import ApiServer
from datastore.kubernetes.clusters import STORAGE, V3
from percale.datastore.errors import NotFound
from percale.datastore.keys import EVERYTHING, Key, key_of
from percale.datastore.kubernetes.access import Access
from percale.datastore.kubernetes.layout import INSTALLED, READ, TIERED
from percale.datastore.kubernetes.store import Kubernetes
from percale.datastore.tiers import initialise
from percale.resources.kind_names import names_of
from percale.resources.kinds import Kind

#: A verb on a resource, as `list pods`, or on a path that is none.
Right = tuple[str, str]
_RBAC = Path(__file__).parents[2] / "deploy" / "kubernetes" / "rbac.yaml"


def granted(role: str) -> set[Right]:
    (rules,) = [
        one["rules"]
        for one in yaml.safe_load_all(_RBAC.read_text(encoding="utf-8"))
        if (one["kind"], one["metadata"]["name"]) == ("ClusterRole", role)
    ]
    return {right for rule in rules for right in _rights(rule)}


def _rights(rule: dict[str, Any]) -> Iterator[Right]:
    for verb in rule["verbs"]:
        for path in rule.get("nonResourceURLs", ()):
            yield verb, path
        for group in rule.get("apiGroups", ()):
            for resource in rule["resources"]:
                yield verb, f"{resource}.{group}" if group else resource


def used(server: ApiServer, expected: set[Right]) -> set[Right]:
    """Everything that has been asked for once all of this has, or after a minute."""

    def asked() -> set[Right]:
        requests = list(server.requests)
        return {(one.verb, "/apis/*" if one.resource.startswith("/apis/") else one.resource) for one in requests}

    ends = time.monotonic() + 60
    while not expected <= asked() and time.monotonic() < ends:
        time.sleep(0.02)
    return asked()


def in_cluster_with(calico: str, rights: set[Right]) -> set[Right]:
    """A cluster has Calico's resources in one of both groups."""
    other = STORAGE if calico == V3 else V3
    return {right for right in rights if right[1].partition(".")[2] != other.partition("/")[0]}


@pytest.fixture(params=[V3, STORAGE])
def calico(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def server(calico: str) -> Iterator[ApiServer]:
    with ApiServer((*CORE, *ADMIN_KINDS, *calico_kinds(calico))) as made:
        yield made


@pytest.fixture
def store(server: ApiServer) -> Iterator[Kubernetes]:
    made = Kubernetes(Access(server.url, "somebody"))
    yield made
    made.close()


def test_the_agent_needs_what_it_is_granted(calico: str, server: ApiServer, store: Kubernetes) -> None:
    """All that is there, then what happens; policies under old names among it."""
    wanted = in_cluster_with(calico, granted("percale-agent"))
    with store.watch(EVERYTHING, store.list(EVERYTHING).revision) as watch:
        watch.poll(0)
        for kind in sorted(TIERED, key=lambda kind: kind.name) if calico == STORAGE else ():
            place = {"namespace": "a"} if kind.namespaced else {}
            server.put(names_of(kind)[1], {"metadata": {"name": "default.p", **place}, "spec": {}}, calico)
        assert used(server, wanted) == wanted


def test_verbs_and_questions_need_what_they_are_granted(calico: str, server: ApiServer, store: Kubernetes) -> None:
    wanted = in_cluster_with(calico, granted("percale-policies"))
    initialise(store)
    for kind in INSTALLED | {one for one in READ if one.name == "NetworkPolicy"}:
        changed(store, kind)
    for kind in READ:
        with pytest.raises(NotFound):
            store.get(Key(kind, "none", "a" if kind.namespaced else ""))
    with store.watch(EVERYTHING, store.list(EVERYTHING).revision) as watch:
        watch.poll(0)
        assert used(server, wanted) == wanted


def changed(store: Kubernetes, kind: Kind) -> None:
    place = {"namespace": "a"} if kind.namespaced else {}
    made = store.create({"apiVersion": kind.api_version, "kind": kind.name, "metadata": {"name": "x", **place}})
    store.update({**made, "metadata": {**made["metadata"], "annotations": {"a": "b"}}})
    store.delete(key_of(made))


def test_no_role_may_do_everything() -> None:
    assert all(
        "*" not in part.replace("/apis/*", "")
        for role in ("percale-agent", "percale-policies")
        for right in granted(role)
        for part in right
    )
