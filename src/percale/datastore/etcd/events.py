"""What a member tells, as events of resources."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from percale.datastore.etcd import messages
from percale.datastore.etcd.cluster import Cluster
from percale.datastore.etcd.layout import Path, path_in
from percale.datastore.etcd.messages import Message
from percale.datastore.etcd.position import Position
from percale.datastore.etcd.reading import entry_in, only
from percale.datastore.etcd.values import resource_in
from percale.datastore.interface import Bookmark, Deleted, Event, Put
from percale.datastore.keys import Key, Selection


def events_of(told: Sequence[Message], selection: Selection, since: Position, cluster: Cluster) -> list[Event]:
    """Those of the selection after `since`, and a bookmark where later ones are none of it; raises Compacted."""
    found: list[Event] = []
    for revision, group in groupby(told, key=lambda one: int(one.kv.mod_revision)):
        together = list(group)
        places = [Position(revision - 1, count) for count in range(1, len(together))]
        for place, one in zip([*places, Position(revision)], together, strict=True):
            if place > since and (event := _event(one, place, cluster)) and event.key in selection:
                found.append(event)
    if told:
        end = Position(int(told[-1].kv.mod_revision)).as_revision
        if not (found and found[-1].revision == end):
            found.append(Bookmark(end))
    return found


def _event(told: Message, place: Position, cluster: Cluster) -> Put | Deleted | None:
    path = path_in(told.kv.key)
    if path is None:
        return None
    if path.is_old:
        return _of_old(path, told, place, cluster)
    if told.type == messages.DELETED:
        return Deleted(_key_before(path, told), place.as_revision)
    key, manifest = resource_in(path, told.kv.value, told.kv.mod_revision)
    return Put(key, manifest, place.as_revision)


def _of_old(path: Path, told: Message, place: Position, cluster: Cluster) -> Put | Deleted:
    """A policy under an old name is what it was only as long as it is not there under its new one."""
    revision = told.kv.mod_revision
    key = _key_before(path, told) if told.type == messages.DELETED else resource_in(path, told.kv.value, revision)[0]
    entry = only(cluster, [key], revision).entries.get(key)
    return Put(key, entry.manifest, place.as_revision) if entry else Deleted(key, place.as_revision)


def _key_before(path: Path, told: Message) -> Key:
    """What the resource was called that has gone; etcd may have forgotten its value."""
    before = _entries(told)
    return next(before, None) or Key(path.kind, path.old_name, path.namespace)


def _entries(told: Message) -> Iterator[Key]:
    entry = entry_in(told.prev_kv) if told.HasField("prev_kv") else None
    if entry:
        yield entry.key
