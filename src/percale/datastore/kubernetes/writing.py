"""One change at a time, compared and swapped by the server."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, assert_never

from percale.datastore.changes import key_changed
from percale.datastore.defaulting import with_defaults
from percale.datastore.errors import AlreadyExists, Conflict, DatastoreError, Forbidden, NotAccepted, NotFound
from percale.datastore.interface import Change, Create, Delete, Update
from percale.datastore.keys import Key, Manifest, resource_version
from percale.datastore.kubernetes.failures import CallFailed, Failure
from percale.datastore.kubernetes.layout import Resource
from percale.datastore.kubernetes.objects import read, written
from percale.datastore.kubernetes.reading import Found, found_at
from percale.datastore.kubernetes.server import Pauses, Server, Unanswered

_NOT_INSTALLED = "the cluster has no CustomResourceDefinition of this kind: `kubectl apply -f deploy/crds`"
#: Otherwise a server drops the fields that its schema does not have, and a rule without them may allow everything.
_STRICT = {"fieldValidation": "Strict"}


@dataclass(frozen=True, slots=True)
class Writing:
    server: Server
    resource_of: Callable[[str, Key], Resource | None]

    def made(self, change: Change) -> Manifest | None:
        """As it is stored then; raises what `Datastore` does."""
        key, operation = key_changed(change), type(change).__name__
        resource = self.resource_of(operation, key)
        if resource is None:
            raise Forbidden(operation, key, _NOT_INSTALLED) if isinstance(change, Create) else NotFound(key)
        ends, pauses = time.monotonic() + self.server.patience.all_s, Pauses()
        is_open = False
        while True:
            try:
                return self._tried(change, key, resource)
            except Unanswered as error:
                is_open = True
                failed = CallFailed(f"it does not say whether {key} was written: {error}")
            except CallFailed as refused:
                failed = refused
            except (AlreadyExists, Conflict, NotFound) as lost:
                return self._made_before(change, key, resource, lost, is_open=is_open)
            if failed.failure is not Failure.PASSING:
                against = self._error(failed, operation, key)
                return self._made_before(change, key, resource, against, is_open=is_open)
            pause_s = pauses.next_s(failed.retry_after_s)
            if time.monotonic() + pause_s >= ends:
                raise self.server.unavailable(failed) from failed
            time.sleep(pause_s)

    def _made_before(
        self, change: Change, key: Key, resource: Resource, error: DatastoreError, *, is_open: bool
    ) -> Manifest | None:
        """What stands against a write may be that very write, if nobody has said what became of it."""
        if not is_open or not isinstance(error, AlreadyExists | Conflict | NotFound):
            raise error
        found = found_at(self.server, resource, key)
        if isinstance(change, Delete) and found is None:
            return None
        if isinstance(change, Delete) or found is None or not _is_written(change.manifest, found):
            raise error
        return found.manifest

    def _tried(self, change: Change, key: Key, resource: Resource) -> Manifest | None:
        match change:
            case Create():
                return self._created(change.manifest, key, resource)
            case Update():
                return self._updated(change.manifest, key, resource)
            case Delete():
                self._deleted(change.resource_version, key, resource)
                return None
            case _:
                assert_never(change)

    def _created(self, manifest: Manifest, key: Key, resource: Resource) -> Manifest:
        if found_at(self.server, resource, key):
            raise AlreadyExists(key)
        path = resource.collection(key.namespace)
        return read(resource, self.server.once("POST", path, parameters=_STRICT, body=written(resource, manifest)))[1]

    def _updated(self, manifest: Manifest, key: Key, resource: Resource) -> Manifest:
        found = self._found(key, resource)
        _refuse_other_version(key, resource_version(manifest), found)
        path = resource.object(found.name, key.namespace)
        body = written(resource, manifest, before=found.object)
        return read(resource, self.server.once("PUT", path, parameters=_STRICT, body=body))[1]

    def _deleted(self, version: str, key: Key, resource: Resource) -> None:
        found = self._found(key, resource)
        _refuse_other_version(key, version or resource_version(found.manifest), found)
        conditions = {"preconditions": {"resourceVersion": resource_version(found.manifest)}} if version else {}
        body = {"apiVersion": "v1", "kind": "DeleteOptions", **conditions}
        self.server.once("DELETE", resource.object(found.name, key.namespace), body=body)

    def _found(self, key: Key, resource: Resource) -> Found:
        found = found_at(self.server, resource, key)
        if found is None:
            raise NotFound(key)
        return found

    def _error(self, failed: CallFailed, operation: str, key: Key) -> DatastoreError:
        match failed.failure:
            case Failure.EXISTS:
                return AlreadyExists(key)
            case Failure.CONFLICT:
                return Conflict(key, failed.why)
            case Failure.ABSENT:
                return NotFound(key) if operation != "Create" else Forbidden(operation, key, failed.why)
            case Failure.NO_RIGHT:
                refused = Forbidden(operation, key, failed.why)
                refused.hint = self.server.unavailable(failed).hint
                return refused
            case Failure.INVALID:
                told = [f"{one.field}: {one.message}" if one.field else one.message for one in failed.causes]
                return NotAccepted(key, told or [failed.why])
            case _:
                return self.server.unavailable(failed)


def _is_written(manifest: Manifest, found: Found) -> bool:
    return _without_servers_part(with_defaults(manifest)) == _without_servers_part(found.manifest)


def _without_servers_part(manifest: Manifest) -> dict[str, Any]:
    metadata = {name: manifest["metadata"].get(name) or {} for name in ("labels", "annotations")}
    return {**{name: value for name, value in manifest.items() if name != "status"}, "metadata": metadata}


def _refuse_other_version(key: Key, version: str, found: Found) -> None:
    if (latest := resource_version(found.manifest)) != version:
        given = f"resource version '{version}' is out of date" if version else "no resource version is given"
        raise Conflict(key, f"{given} (latest: {latest})")
