"""The stores that the contract suites run over, and manifests to put into them."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from api_objects import CORE, Served, calico_kinds
from api_server import ApiServer
from builders import CALICO, Manifest, resource
from etcd_servers import access_to, emptied
from percale.datastore.directory import Directory
from percale.datastore.etcd.store import Etcd
from percale.datastore.interface import Datastore
from percale.datastore.keys import key_of
from percale.datastore.kubernetes.access import Access
from percale.datastore.kubernetes.store import Kubernetes
from percale.datastore.memory import Memory
from percale.datastore.plans import applying, carry_out, deleting
from percale.datastore.sqlite.store import Sqlite

#: Each makes an empty store in a directory of its own. These make several changes as one.
TRANSACTIONAL: dict[str, Callable[[Path], Datastore]] = {
    "memory": lambda _: Memory(),
    "sqlite": lambda path: Sqlite(path / "percale.sqlite"),
    "etcd": lambda _: Etcd(access_to(emptied())),
}


class Cluster(Kubernetes):
    """With its own API server, which ends with it."""

    def __init__(self, *served: Served) -> None:
        self.server = ApiServer((*CORE, *served))
        super().__init__(Access(self.server.url, "tester"))

    def close(self) -> None:
        super().close()
        self.server.close()


WRITABLE: dict[str, Callable[[Path], Datastore]] = {
    **TRANSACTIONAL,
    "kubernetes": lambda _: Cluster(*calico_kinds("projectcalico.org/v3")),
    "kubernetes, storage form": lambda _: Cluster(*calico_kinds("crd.projectcalico.org/v1")),
}


@dataclass(frozen=True, slots=True)
class Content:
    """A store, and how what is in it is changed from outside."""

    store: Datastore
    put: Callable[[Manifest], object]
    remove: Callable[[Manifest], object]


def network_set(name: str, *nets: str, **metadata: Any) -> Manifest:
    manifest = resource(CALICO, "NetworkSet", name, spec={"nets": list(nets)})
    manifest["metadata"] |= metadata
    return manifest


def tier(name: str) -> Manifest:
    return resource(CALICO, "Tier", name, spec={"order": 10})


def _written(store: Datastore) -> Content:
    return Content(
        store,
        put=lambda manifest: carry_out(store, applying([manifest])),
        remove=lambda manifest: carry_out(store, deleting([key_of(manifest)])),
    )


def _files(path: Path) -> Content:
    """A directory always holds something, or reading it fails."""
    (path / "a.yaml").write_text(json.dumps(tier("always")), encoding="utf-8")

    def file(manifest: Manifest) -> Path:
        return path / f"{manifest['metadata'].get('namespace', '')}-{manifest['metadata']['name']}.json"

    def put(manifest: Manifest) -> None:
        written = path / ".new"
        written.write_text(json.dumps(manifest), encoding="utf-8")
        written.rename(file(manifest))
        store.refresh()

    store = Directory(path)
    return Content(store, put, remove=lambda manifest: file(manifest).unlink())


CONTENTS: dict[str, Callable[[Path], Content]] = {
    "memory": lambda path: _written(WRITABLE["memory"](path)),
    "sqlite": lambda path: _written(WRITABLE["sqlite"](path)),
    "etcd": lambda path: _written(WRITABLE["etcd"](path)),
    "kubernetes": lambda path: _written(WRITABLE["kubernetes"](path)),
    "kubernetes, storage form": lambda path: _written(WRITABLE["kubernetes, storage form"](path)),
    "directory": _files,
}
