"""A store over a scripted API server, and what its watches tell."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from queue import SimpleQueue

from api_objects import ADMIN_KINDS, CORE, calico_kinds
from api_server import ApiServer
from builders import Manifest
from percale.datastore.interface import Bookmark, Event, Put, Watch
from percale.datastore.keys import Selection
from percale.datastore.kubernetes.access import Access
from percale.datastore.kubernetes.server import Patience
from percale.datastore.kubernetes.store import Kubernetes
from percale.errors import PercaleError
from percale.resources.kinds import Kind, kind_of

V3, STORAGE = "projectcalico.org/v3", "crd.projectcalico.org/v1"
#: For tests of what does not pass.
SHORT = Patience(connect_s=3, answer_s=15, all_s=0.5)


@dataclass(slots=True)
class Cluster:
    server: ApiServer
    store: Kubernetes
    reported: SimpleQueue[PercaleError] = field(default_factory=SimpleQueue)


@contextmanager
def cluster(calico: str = V3, *, patience: Patience | None = None) -> Iterator[Cluster]:
    kinds = (*CORE, *ADMIN_KINDS, *(calico_kinds(calico) if calico else ()))
    reported: SimpleQueue[PercaleError] = SimpleQueue()
    with ApiServer(kinds) as server:
        store = Kubernetes(Access(server.url, "tester"), patience=patience, report=reported.put)
        try:
            yield Cluster(server, store, reported)
        finally:
            store.close()


def kind(api_version: str, name: str) -> Kind:
    found = kind_of(api_version, name)
    assert found
    return found


def only(*kinds: Kind) -> Selection:
    return Selection(frozenset(kinds))


POD, GNP = kind("v1", "Pod"), kind(V3, "GlobalNetworkPolicy")
NAMESPACE, NETPOL = kind("v1", "Namespace"), kind("networking.k8s.io/v1", "NetworkPolicy")


def namespace(name: str, **labels: str) -> Manifest:
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}


def told(events: Sequence[Event]) -> list[str]:
    """In brief: `+` what is there, `-` what is gone."""
    return [f"{'+' if isinstance(one, Put) else '-'}{one.key}" for one in events if not isinstance(one, Bookmark)]


def gathered(watch: Watch, count: int) -> list[str]:
    """So many changes, or more if more come together."""
    events: list[Event] = []
    while len(told(events)) < count:
        found = watch.poll(30)
        assert found, f"{told(events)} and nothing more"
        events += found
    return told(events)
