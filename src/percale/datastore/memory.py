"""A store in this process: for tests, for trying a change out, and for what need not outlive the process."""

from collections.abc import Iterable, Sequence
from threading import Condition

from percale.datastore.changes import Stamps, chosen, event_of, steps
from percale.datastore.errors import DatastoreError, NotFound, RevisionTooOld
from percale.datastore.interface import Change, Deleted, Event, Listing, Put, Revision, Watch
from percale.datastore.keys import Key, Manifest, Selection, in_order, key_of
from percale.datastore.single_writes import SingleWrites


class Memory(SingleWrites):
    name = "memory"

    def __init__(self, manifests: Iterable[Manifest] = (), *, stamps: Stamps | None = None, revision: int = 0) -> None:
        """`manifests` are there as they stand: with their versions, if they come from another store."""
        self._changed = Condition()
        self._stamps = stamps or Stamps()
        self._resources = {key_of(manifest): manifest for manifest in manifests}
        self._latest = self._compacted = revision
        self._events: list[Put | Deleted] = []
        self._failure: DatastoreError | None = None

    def fail_next(self, error: DatastoreError) -> None:
        """The next call ends in this error, and changes nothing."""
        self._failure = error

    def compact(self) -> None:
        """Forget all history, so that watches must begin anew."""
        with self._changed:
            self._events, self._compacted = [], self._latest
            self._changed.notify_all()

    def get(self, key: Key) -> Manifest:
        with self._changed:
            self._fail_if_told()
            if key not in self._resources:
                raise NotFound(key)
            return self._resources[key]

    def list(self, selection: Selection) -> Listing:
        with self._changed:
            self._fail_if_told()
            chosen = {key: manifest for key, manifest in self._resources.items() if key in selection}
            return Listing(in_order(chosen), Revision(str(self._latest)))

    def watch(self, selection: Selection, since: Revision) -> Watch:
        watch = _MemoryWatch(self, self._changed, selection, int(since))
        self.events_after(watch.revision)
        return watch

    def write(self, changes: Sequence[Change]) -> Sequence[Manifest | None]:
        with self._changed:
            self._fail_if_told()
            done = steps(changes, self._resources.get, latest=self._latest, stamps=self._stamps)
            resources = dict(self._resources)
            for step in done:
                if step.manifest is None:
                    resources.pop(step.key, None)
                else:
                    resources[step.key] = step.manifest
            events = [event_of(step) for step in done if step.revision is not None]
            self._resources = resources
            self._events += events
            self._latest += len(events)
            self._changed.notify_all()
            return [step.manifest for step in done]

    def events_after(self, revision: int) -> Sequence[Put | Deleted]:
        with self._changed:
            if not self._compacted <= revision <= self._latest:
                raise RevisionTooOld(str(revision))
            return self._events[revision - self._compacted :]

    def close(self) -> None:
        """Nothing is held."""

    def _fail_if_told(self) -> None:
        failure, self._failure = self._failure, None
        if failure:
            raise failure


class _MemoryWatch(Watch):
    def __init__(self, store: Memory, changed: Condition, selection: Selection, since: int) -> None:
        self._store, self._changed, self._selection = store, changed, selection
        self.revision = since
        self._is_closed = False

    @property
    def is_closed(self) -> bool:
        return self._is_closed

    def poll(self, wait_s: float | None = None) -> Sequence[Event]:
        with self._changed:
            self._changed.wait_for(self._has_news, wait_s)
            if self._is_closed:
                return ()
            news = self._store.events_after(self.revision)
            if not news:
                return ()
            self.revision = int(news[-1].revision)
            return chosen(news, self._selection)

    def close(self) -> None:
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()

    def _has_news(self) -> bool:
        return self._is_closed or bool(self._store.events_after(self.revision))
