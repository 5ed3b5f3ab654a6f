"""Resources in a Kubernetes cluster."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Lock

from percale.datastore.errors import Forbidden, NotFound, TooMuch
from percale.datastore.interface import Change, Listing, Revision, Watch
from percale.datastore.keys import Key, Manifest, Selection, in_order
from percale.datastore.kubernetes.access import Access
from percale.datastore.kubernetes.discovery import Discovery, Served
from percale.datastore.kubernetes.failures import CallFailed, Failure
from percale.datastore.kubernetes.follower import Start
from percale.datastore.kubernetes.layout import READ, Resource, why_not_kept
from percale.datastore.kubernetes.listing import Listed, listed
from percale.datastore.kubernetes.position import Position
from percale.datastore.kubernetes.reading import found_at
from percale.datastore.kubernetes.server import Patience, Server
from percale.datastore.kubernetes.validity import Validity
from percale.datastore.kubernetes.watch import KubernetesWatch, Wanted
from percale.datastore.kubernetes.writing import Writing
from percale.datastore.single_writes import SingleWrites
from percale.errors import PercaleError
from percale.resources.kinds import Kind

#: How many kinds are listed at once.
_AT_ONCE = 8


class Kubernetes(SingleWrites):
    is_transactional = False

    def __init__(
        self,
        access: Access,
        *,
        calico: str = "",
        patience: Patience | None = None,
        report: Callable[[PercaleError], None] = lambda _: None,
    ) -> None:
        """Asks nobody yet."""
        self._server = Server(access, patience or Patience())
        self._discovery = Discovery(self._server, calico)
        self._validity = Validity(self._server.name, report)
        self._lock = Lock()
        self._served: Served = {}
        #: What the last list has shown, by versions, for the watch that begins there.
        self._shown: tuple[Revision, Selection, dict[Resource, dict[Key, str]]] | None = None

    @property
    def name(self) -> str:
        return self._server.name

    def get(self, key: Key) -> Manifest:
        resource = self._resource("Get", key)
        try:
            found = found_at(self._server, resource, key) if resource else None
        except CallFailed as failed:
            raise self._server.unavailable(failed) from failed
        if found is None:
            raise NotFound(key)
        return found.manifest

    def list(self, selection: Selection) -> Listing:
        found = self._listed_now(selection)
        revision = Position.at_each({str(one): listed.version for one, listed in found.items()}).as_revision
        with self._lock:
            self._shown = (revision, selection, {one: listed.versions for one, listed in found.items()})
        manifests = {key: manifest for one in found.values() for key, manifest in one.manifests.items()}
        return Listing(in_order(manifests), revision)

    def watch(self, selection: Selection, since: Revision) -> Watch:
        at = Position.of(since)
        known = self._shown_at(since, selection)
        resources = self._resources(selection) if known is None else known
        starts = {one: Start(at[str(one)], None if known is None else known[one]) for one in resources}
        wanted = Wanted(_kinds_of(selection), selection.namespace)
        return KubernetesWatch(self._discovery, self._validity, wanted, starts, at)

    def _shown_at(self, since: Revision, selection: Selection) -> dict[Resource, dict[Key, str]] | None:
        """A copy of its own for each watch."""
        with self._lock:
            shown = self._shown
        if shown is None or shown[:2] != (since, selection):
            return None
        return {one: dict(versions) for one, versions in shown[2].items()}

    def write(self, changes: Sequence[Change]) -> Sequence[Manifest | None]:
        if len(changes) > 1:
            raise TooMuch(f"{len(changes)} changes, and Kubernetes takes one at a time")
        return [Writing(self._server, self._resource).made(change) for change in changes]

    def close(self) -> None:
        self._server.close()

    def _listed_now(self, selection: Selection) -> dict[Resource, Listed]:
        resources = self._resources(selection)
        with ThreadPoolExecutor(max_workers=_AT_ONCE) as pool:
            found = pool.map(lambda one: self._listed_one(one, selection.namespace), resources)
            return {one: listed for one, listed in zip(resources, found, strict=True) if listed}

    def _listed_one(self, resource: Resource, namespace: str) -> Listed | None:
        """None of a kind that has just gone."""
        try:
            return listed(self._server, resource, namespace, self._validity)
        except CallFailed as failed:
            if failed.failure is Failure.ABSENT:
                return None
            raise self._server.unavailable(failed) from failed

    def _resources(self, selection: Selection) -> Sequence[Resource]:
        """Those of the selection that this cluster has now."""
        for kind in selection.kinds or ():
            if why := why_not_kept(kind):
                raise Forbidden("List", kind.name, why)
        return [*self._discovered(_kinds_of(selection)).values()]

    def _resource(self, operation: str, key: Key) -> Resource | None:
        """None of a kind that this cluster does not have; raises Forbidden of one that is not kept."""
        if why := why_not_kept(key.kind):
            raise Forbidden(operation, key, why)
        if key.kind not in self._served:
            self._served = {**self._served, **self._discovered(frozenset({key.kind}))}
        return self._served.get(key.kind)

    def _discovered(self, kinds: frozenset[Kind]) -> Served:
        try:
            return self._discovery.served(kinds)
        except CallFailed as failed:
            raise self._server.unavailable(failed) from failed


def _kinds_of(selection: Selection) -> frozenset[Kind]:
    kinds = READ if selection.kinds is None else selection.kinds
    return frozenset(kind for kind in kinds if kind.namespaced or not selection.namespace)
