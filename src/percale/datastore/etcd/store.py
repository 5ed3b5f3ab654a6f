"""Resources in an etcd cluster that Calico may use as well."""

import time
from collections.abc import Callable, Sequence
from contextlib import suppress

from percale.datastore.changes import Stamps, key_changed
from percale.datastore.errors import Conflict, NotFound, Rejected, RevisionTooOld, TooMuch
from percale.datastore.etcd.access import Access
from percale.datastore.etcd.cluster import Cluster, Compacted, Patience, Refused, Unanswered
from percale.datastore.etcd.failures import Failure
from percale.datastore.etcd.layout import ranges_of
from percale.datastore.etcd.position import Position
from percale.datastore.etcd.reading import Snapshot, everything_in, only
from percale.datastore.etcd.watch import EtcdWatch
from percale.datastore.etcd.writing import MOST_CHANGES, Attempt, transaction
from percale.datastore.interface import Change, Listing, Revision, Watch
from percale.datastore.keys import Key, Manifest, Selection, in_order
from percale.datastore.single_writes import SingleWrites

#: How often a list is begun anew.
MOST_TRIES = 3


class Etcd(SingleWrites):
    def __init__(self, access: Access, *, patience: Patience | None = None, stamps: Stamps | None = None) -> None:
        """Asks nobody yet."""
        self._cluster = Cluster(access, patience or Patience())
        self._stamps = stamps or Stamps()

    @property
    def name(self) -> str:
        return self._cluster.name

    def get(self, key: Key) -> Manifest:
        found = only(self._cluster, [key]).manifest(key)
        if found is None:
            raise NotFound(key)
        return found

    def list(self, selection: Selection) -> Listing:
        ranges = ranges_of(selection)
        found = _settled(lambda: everything_in(self._cluster, ranges))
        chosen = {key: entry.manifest for key, entry in found.entries.items() if key in selection}
        return Listing(in_order(chosen), Revision(str(found.revision)))

    def watch(self, selection: Selection, since: Revision) -> Watch:
        return EtcdWatch(self._cluster, selection, Position.of(since))

    def write(self, changes: Sequence[Change]) -> Sequence[Manifest | None]:
        keys = list(dict.fromkeys(map(key_changed, changes)))
        if len(keys) > MOST_CHANGES:
            raise TooMuch(f"{len(keys)} resources, and etcd takes {MOST_CHANGES}")
        unanswered: list[Attempt] = []
        ends = time.monotonic() + self._cluster.patience.all_s
        while time.monotonic() < ends:
            found = _settled(lambda: only(self._cluster, keys))
            for attempt in unanswered:
                if revision := attempt.landed(found):
                    return attempt.stored(revision)
            attempt = Attempt.of(changes, found, self._stamps)
            if not attempt.writes:
                return attempt.stored(found.revision)
            try:
                if revision := self._made(attempt):
                    return attempt.stored(revision)
            except Unanswered:
                unanswered.append(attempt)
        if unanswered:
            raise self._cluster.unusable("it does not say whether the change was made")
        raise Rejected({index: Conflict(key_changed(one), _BUSY) for index, one in enumerate(changes)})

    def close(self) -> None:
        self._cluster.close()

    def _made(self, attempt: Attempt) -> int:
        """In which revision; 0 if somebody was quicker."""
        try:
            answer = self._cluster.write(transaction(attempt))
        except Refused as refused:
            if refused.failure is Failure.TOO_LARGE:
                raise TooMuch(f"etcd says `{refused}`") from refused
            return 0
        return int(answer.header.revision) if answer.succeeded else 0


def _settled(read: Callable[[], Snapshot]) -> Snapshot:
    """Reading takes several calls, and what it reads may be forgotten between them."""
    for _ in range(MOST_TRIES):
        with suppress(Compacted):
            return read()
    raise RevisionTooOld("of a page")


_BUSY = "it is being changed all the time"
