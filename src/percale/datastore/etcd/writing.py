"""Changes as one transaction of etcd, which is made as a whole or not at all.

etcd takes 128 comparisons and operations. What has more keys is guarded by one comparison of the whole stretch of
keys, with its operations in transactions inside the transaction; a key that went meanwhile is noticed by
`ignore_lease`, which refuses to put what is not there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from percale.datastore.changes import Stamps, Step, steps
from percale.datastore.etcd import messages
from percale.datastore.etcd.layout import Path, paths_of
from percale.datastore.etcd.messages import Message
from percale.datastore.etcd.reading import MOST_OPERATIONS, Snapshot
from percale.datastore.etcd.values import resource_in, value_of
from percale.datastore.interface import Change
from percale.datastore.keys import Key, Manifest

#: Transactions inside a transaction: their number and their size together are what etcd's limit holds for.
_INSIDE = MOST_OPERATIONS // 2
MOST_CHANGES = _INSIDE * (MOST_OPERATIONS - _INSIDE)


@dataclass(frozen=True, slots=True)
class Write:
    """Of one key; without a value it goes."""

    path: Path
    key: Key
    value: bytes | None
    #: Of what is there; 0 if nothing is.
    revision: int

    def stored(self, revision: int) -> Manifest | None:
        """As it is read again, once written in this revision."""
        return None if self.value is None else resource_in(self.path, self.value, revision)[1]


@dataclass(frozen=True, slots=True)
class Attempt:
    """What changes come to, by what was found."""

    steps: Sequence[Step]
    found: Snapshot
    #: Of every key that a change is about.
    outcomes: Sequence[Write]

    @classmethod
    def of(cls, changes: Sequence[Change], found: Snapshot, stamps: Stamps) -> Self:
        """Raises Rejected."""
        done = steps(changes, found.manifest, latest=found.revision, stamps=stamps)
        last = {step.key: step.manifest for step in done}
        return cls(done, found, [_outcome(key, manifest, found) for key, manifest in last.items()])

    @property
    def writes(self) -> Sequence[Write]:
        """Those that change something."""
        return [one for one in self.outcomes if one.stored(one.revision) != self.found.manifest(one.key)]

    def landed(self, found: Snapshot) -> int:
        """In which revision just these writes were made, as far as what is there now tells; 0 if they were not."""
        writes = self.writes
        entries = [found.entries.get(write.key) for write in writes]
        if [entry.value if entry else None for entry in entries] != [write.value for write in writes]:
            return 0
        revisions = {entry.revision for entry in entries if entry} or {found.revision}
        return revisions.pop() if len(revisions) == 1 else 0

    def stored(self, revision: int) -> list[Manifest | None]:
        """After each change, once the writes were made in this revision."""
        written = {write.key: write.stored(revision) for write in self.writes}
        there = {one.key: self.found.manifest(one.key) for one in self.outcomes} | written
        return [None if step.manifest is None else there[step.key] or step.manifest for step in self.steps]


def _outcome(key: Key, manifest: Manifest | None, found: Snapshot) -> Write:
    entry = found.entries.get(key)
    path = entry.path if entry else paths_of(key)[0]
    value = None if manifest is None else value_of(manifest, path)
    return Write(path, key, value, entry.revision if entry else 0)


def transaction(attempt: Attempt) -> Message:
    """Makes the writes if nothing has happened to any of the keys."""
    operations = [_operation(write) for write in attempt.writes]
    if len(attempt.outcomes) <= MOST_OPERATIONS:
        return messages.TxnRequest(compare=[_unchanged(one) for one in attempt.outcomes], success=operations)
    size = MOST_OPERATIONS - _INSIDE
    inside = [
        messages.RequestOp(request_txn=messages.TxnRequest(success=operations[start : start + size]))
        for start in range(0, len(operations), size)
    ]
    return messages.TxnRequest(compare=[_nothing_newer(attempt)], success=inside)


def _operation(write: Write) -> Message:
    key = bytes(write.path)
    if write.value is None:
        return messages.RequestOp(request_delete_range=messages.DeleteRangeRequest(key=key))
    put = messages.PutRequest(key=key, value=write.value, ignore_lease=bool(write.revision))
    return messages.RequestOp(request_put=put)


def _unchanged(write: Write) -> Message:
    return messages.Compare(
        result=messages.EQUAL,
        target=messages.OF_MOD_REVISION,
        key=bytes(write.path),
        mod_revision=write.revision,
    )


def _nothing_newer(attempt: Attempt) -> Message:
    keys = sorted(bytes(one.path) for one in attempt.outcomes)
    return messages.Compare(
        result=messages.LESS,
        target=messages.OF_MOD_REVISION,
        key=keys[0],
        range_end=keys[-1] + b"\0",
        mod_revision=attempt.found.revision + 1,
    )
