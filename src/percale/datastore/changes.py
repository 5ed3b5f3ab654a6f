"""What a change makes of the resource that is there: the part of a write that is the same in every store of our own."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, assert_never
from uuid import uuid4

from percale.datastore.errors import AlreadyExists, Conflict, DatastoreError, NotFound, Rejected
from percale.datastore.interface import Bookmark, Change, Create, Delete, Deleted, Event, Put, Revision, Update
from percale.datastore.keys import Key, Manifest, Selection, key_of, resource_version

#: Groups whose kinds count the changes of what was asked for; Kubernetes' core group and Calico's client do not.
_COUNTED = ("apps", "batch", "discovery.k8s.io", "networking.k8s.io", "policy.networking.k8s.io")


@dataclass(frozen=True, slots=True)
class Stamps:
    """What a server adds by itself."""

    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    uid: Callable[[], str] = lambda: str(uuid4())


def key_changed(change: Change) -> Key:
    return change.key if isinstance(change, Delete) else key_of(change.manifest)


@dataclass(frozen=True, slots=True)
class Step:
    """What one change comes to. It has no revision where it changes nothing."""

    key: Key
    manifest: Manifest | None
    revision: int | None


def steps(
    changes: Sequence[Change], find: Callable[[Key], Manifest | None], *, latest: int, stamps: Stamps
) -> list[Step]:
    """The whole transaction, numbered from `latest` on; raises Rejected with everything that stands against it."""
    done: list[Step] = []
    errors: dict[int, DatastoreError] = {}
    seen: dict[Key, Manifest | None] = {}
    revision = latest
    for index, change in enumerate(changes):
        key = key_changed(change)
        found = seen[key] if key in seen else find(key)
        try:
            manifest = _outcome(change, key, found, revision + 1, stamps)
        except DatastoreError as error:
            errors[index] = error
            continue
        is_change = manifest is not found
        revision += is_change
        seen[key] = manifest
        done.append(Step(key, manifest, revision if is_change else None))
    if errors:
        raise Rejected(errors)
    return done


def event_of(step: Step) -> Put | Deleted:
    revision = Revision(str(step.revision))
    return Deleted(step.key, revision) if step.manifest is None else Put(step.key, step.manifest, revision)


def chosen(events: Sequence[Put | Deleted], selection: Selection) -> Sequence[Event]:
    """Those of the selection, and a bookmark where later ones are none of it."""
    inside: list[Event] = [event for event in events if event.key in selection]
    if events and not (inside and inside[-1] is events[-1]):
        inside.append(Bookmark(events[-1].revision))
    return inside


def _outcome(change: Change, key: Key, found: Manifest | None, version: int, stamps: Stamps) -> Manifest | None:
    match change:
        case Create():
            if found is not None:
                raise AlreadyExists(key)
            return _created(change.manifest, key, version, stamps)
        case Update():
            if found is None:
                raise NotFound(key)
            _refuse_other_version(key, resource_version(change.manifest), found)
            return _updated(change.manifest, found, key, version)
        case Delete():
            if found is None:
                raise NotFound(key)
            if change.resource_version:
                _refuse_other_version(key, change.resource_version, found)
            return None
        case _:
            assert_never(change)


def _refuse_other_version(key: Key, version: str, found: Manifest) -> None:
    if (latest := resource_version(found)) != version:
        given = f"resource version '{version}' is out of date" if version else "no resource version is given"
        raise Conflict(key, f"{given} (latest: {latest})")


def _created(manifest: Manifest, key: Key, version: int, stamps: Stamps) -> dict[str, Any]:
    metadata = dict(manifest["metadata"])
    metadata["uid"] = stamps.uid()
    metadata["creationTimestamp"] = f"{stamps.now().astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    if _is_counted(key):
        metadata["generation"] = 1
    return _as_stored(manifest, metadata, key, version)


def _updated(manifest: Manifest, found: Manifest, key: Key, version: int) -> Manifest:
    metadata, before = dict(manifest["metadata"]), found["metadata"]
    for field in ("uid", "creationTimestamp", "generation"):
        metadata.pop(field, None)
        if field in before:
            metadata[field] = before[field]
    unchanged = _as_stored(manifest, metadata, key, before["resourceVersion"])
    if unchanged == found:
        return found
    if _is_counted(key) and _asked_for(manifest) != _asked_for(found):
        metadata["generation"] = before.get("generation", 0) + 1
    return _as_stored(manifest, metadata, key, version)


def _as_stored(manifest: Manifest, metadata: dict[str, Any], key: Key, version: int | str) -> dict[str, Any]:
    metadata["resourceVersion"] = str(version)
    metadata.pop("namespace", None)
    if key.namespace:
        metadata["namespace"] = key.namespace
    return {**manifest, "apiVersion": key.kind.api_version, "metadata": metadata}


def _is_counted(key: Key) -> bool:
    return key.kind.api_version.partition("/")[0] in _COUNTED


def _asked_for(manifest: Manifest) -> dict[str, Any]:
    return {name: value for name, value in manifest.items() if name not in ("metadata", "status")}
