"""What the cluster holds at one moment."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from percale.datastore.etcd import messages
from percale.datastore.etcd.cluster import Cluster
from percale.datastore.etcd.layout import ALL, Path, Range, path_in, paths_of
from percale.datastore.etcd.messages import Message
from percale.datastore.etcd.values import resource_in
from percale.datastore.keys import Key, Manifest

#: How many keys are asked for at a time: some megabytes at most.
PAGE = 1_000
#: How many operations etcd takes in one transaction (`--max-txn-ops`).
MOST_OPERATIONS = 128


@dataclass(frozen=True, slots=True)
class Entry:
    path: Path
    key: Key
    manifest: Manifest
    value: bytes
    revision: int


@dataclass(frozen=True, slots=True)
class Snapshot:
    entries: Mapping[Key, Entry]
    revision: int

    def manifest(self, key: Key) -> Manifest | None:
        entry = self.entries.get(key)
        return entry.manifest if entry else None


def entry_in(pair: Message) -> Entry | None:
    path = path_in(pair.key)
    if path is None:
        return None
    key, manifest = resource_in(path, pair.value, pair.mod_revision)
    return Entry(path, key, manifest, pair.value, pair.mod_revision)


def latest(cluster: Cluster) -> int:
    """The revision that the cluster has now."""
    request = messages.RangeRequest(key=ALL.first, range_end=ALL.end, count_only=True)
    return int(cluster.range(request).header.revision)


def newest(cluster: Cluster, since: int) -> tuple[int, int]:
    """The revision that the cluster has now, and that of the last resource put since a revision; 0 if none was."""
    request = messages.RangeRequest(
        key=ALL.first,
        range_end=ALL.end,
        keys_only=True,
        limit=1,
        min_mod_revision=since + 1,
        sort_order=messages.DESCENDING,
        sort_target=messages.BY_MOD_REVISION,
    )
    found = cluster.range(request)
    return int(found.header.revision), int(found.kvs[0].mod_revision) if found.kvs else 0


def pages(cluster: Cluster, among: Range, revision: int = 0, size: int = PAGE) -> Iterator[Message]:
    """All keys of the range, some at a time, all at one revision; raises Compacted when that is forgotten meanwhile."""
    first, more = among.first, True
    while more:
        request = messages.RangeRequest(key=first, range_end=among.end, limit=size, revision=revision)
        found = cluster.range(request)
        yield found
        revision = revision or found.header.revision
        more = found.more
        first = found.kvs[-1].key + b"\0" if found.kvs else first


def everything_in(cluster: Cluster, ranges: Sequence[Range]) -> Snapshot:
    pairs: list[Message] = []
    revision = 0
    for among in ranges:
        for page in pages(cluster, among, revision):
            revision = revision or page.header.revision
            pairs += page.kvs
    return _snapshot(pairs, revision or latest(cluster))


def only(cluster: Cluster, keys: Sequence[Key], revision: int = 0) -> Snapshot:
    """Of these resources, now or at a revision; raises Compacted."""
    paths = [bytes(path) for key in keys for path in paths_of(key)]
    pairs: list[Message] = []
    for start in range(0, len(paths), MOST_OPERATIONS):
        wanted = paths[start : start + MOST_OPERATIONS]
        asked = [messages.RangeRequest(key=path, revision=revision) for path in wanted]
        found = cluster.read(messages.TxnRequest(success=[messages.RequestOp(request_range=one) for one in asked]))
        pairs += [pair for one in found.responses for pair in one.response_range.kvs]
        revision = revision or int(found.header.revision)
    return _snapshot(pairs, revision)


def _snapshot(pairs: Sequence[Message], revision: int) -> Snapshot:
    """Where a policy is there under an old name as well, as while Calico renames it, the new one counts."""
    entries: dict[Key, Entry] = {}
    for pair in pairs:
        entry = entry_in(pair)
        if entry and (entry.key not in entries or not entry.path.is_old):
            entries[entry.key] = entry
    return Snapshot(entries, revision)
