"""One kind, followed through everything that happens to servers and connections."""

import random
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from threading import Event as Flag
from threading import Lock

from percale.datastore.errors import DatastoreError, RevisionTooOld, StoreUnavailable
from percale.datastore.keys import Key, Manifest, resource_version
from percale.datastore.kubernetes.failures import CallFailed, Failure
from percale.datastore.kubernetes.layout import Resource
from percale.datastore.kubernetes.lines import Event, Lines, event_in
from percale.datastore.kubernetes.listing import Listed, listed, resource_in, version_in
from percale.datastore.kubernetes.news import Change, News, Tell
from percale.datastore.kubernetes.objects import may_have_another
from percale.datastore.kubernetes.reading import found_at
from percale.datastore.kubernetes.server import Pauses, Server, Stream
from percale.datastore.kubernetes.validity import Validity

#: How long a server is asked to tell; different each time, so that not all ask anew at once.
_LASTS_S = (300, 600)
#: How much longer nothing may come before the connection is taken for dead.
_GRACE_S = 30
#: How often a server is asked again that has not reached a version: another one may have given it.
_MOST_AHEAD = 2


@dataclass(slots=True)
class Start:
    """What is known of a kind when it is begun to be followed."""

    #: 0 to begin with all that is there.
    version: int
    #: Everything that was there, with its version; None if that is not known.
    known: dict[Key, str] | None = None


@dataclass(slots=True)
class Follower:
    """`run` is for a thread of its own; it returns once closed, or when it has lost its place."""

    server: Server
    resource: Resource
    namespace: str
    validity: Validity
    start: Start
    tell: Tell
    #: Set once all that had happened before is on its way, or has been found out of reach.
    begun: Flag = field(default_factory=Flag)
    _closed: Flag = field(default_factory=Flag)
    _nudged: Flag = field(default_factory=Flag)
    _lock: Lock = field(default_factory=Lock)
    _stream: Stream | None = None
    _pauses: Pauses = field(default_factory=Pauses)
    _failing_since: float | None = None
    _ahead: int = 0

    def run(self) -> None:
        try:
            while not self._closed.is_set():
                self._go_on()
        except RevisionTooOld:
            return
        finally:
            # Also where a fault of ours ends it: nothing is worse than a watch that says nothing any more.
            if not self._closed.is_set():
                self.tell(self._lost())
            self.begun.set()

    def _go_on(self) -> None:
        """Raises RevisionTooOld."""
        try:
            if not self._follow():
                self._pause(self._pauses.next_s())
        except CallFailed as failed:
            pause_s = self._pauses.next_s(failed.retry_after_s)
            self._mend(failed)
            self._pause(pause_s)
        except StoreUnavailable as error:
            self._fail(error)
            self._pause(self._pauses.next_s())

    def nudge(self) -> None:
        """Whatever it waits for may be there now."""
        self._nudged.set()

    def close(self) -> None:
        self._closed.set()
        self._nudged.set()
        with self._lock:
            if self._stream:
                self._stream.interrupt()

    def _follow(self) -> bool:
        """Until the server ends the stream, whether it has told anything; raises CallFailed and StoreUnavailable."""
        if not self.start.version:
            self._relist()
        lasts_s = random.randint(*_LASTS_S)  # noqa: S311  not a secret
        parameters = {
            "watch": "true",
            "allowWatchBookmarks": "true",
            "resourceVersion": str(self.start.version),
            "timeoutSeconds": str(lasts_s),
        }
        path = self.resource.collection(self.namespace)
        with self.server.opened(path, parameters, lasts_s + _GRACE_S, self.resource.accept) as stream:
            self._hold(stream)
            try:
                return self._take(stream)
            finally:
                self._hold(None)

    def _take(self, stream: Stream) -> bool:
        lines, has_told = Lines(), False
        self.begun.set()
        for piece in stream:
            whole = lines.fed(piece)
            if self._closed.is_set():
                break
            self._told(whole)
            if whole:
                has_told = True
                self._works()
        return has_told

    def _told(self, lines: list[bytes]) -> None:
        """What comes together is told together, up to what cannot be read."""
        changes: list[Change] = []
        before = self.start.version
        try:
            for line in lines:
                changes += self._changes(event_in(line))
        finally:
            if changes or self.start.version != before:
                self.tell(News(str(self.resource), tuple(changes), self.start.version))

    def _changes(self, event: Event) -> Iterator[Change]:
        version = version_in(event.object.get("metadata") or {})
        if event.type == "BOOKMARK":
            self.start.version = max(version, self.start.version)
        elif version > self.start.version or (event.type == "DELETED" and self.start.known is not None):
            entry = self._now(event)
            self.start.version = max(version, self.start.version)
            if entry and self._is_new(*entry, version):
                yield Change(*entry, self.start.version)

    def _now(self, event: Event) -> tuple[Key, Manifest | None] | None:
        """What has become of the resource that the event is about."""
        is_gone = event.type == "DELETED"
        entry = resource_in(self.resource, event.object, self.validity, is_there=not is_gone)
        if entry is None:
            return None
        key, name = entry[0], event.object["metadata"]["name"]
        if may_have_another(self.resource) and (is_gone or name != key.name):
            other = found_at(self.server, self.resource, key, but=name)
            if other and self.validity.holds(key, other.manifest):
                return key, other.manifest
        return entry

    def _is_new(self, key: Key, manifest: Manifest | None, version: int) -> bool:
        """Whether it is not what has been told of it last, nor older than that."""
        known = self.start.known
        if known is None:
            return True
        before = known.get(key)
        if manifest is None:
            return before is not None and int(before) <= version and bool(known.pop(key))
        known[key] = resource_version(manifest)
        return known[key] != before

    def _relist(self) -> None:
        """Tell the difference between what was told and what is there; raises RevisionTooOld if that is not known."""
        known = self.start.known
        if known is None:
            raise self._lost()
        found = listed(self.server, self.resource, self.namespace, self.validity)
        if found.version < self.start.version:
            # Another history, as after a restored backup: equal versions do not mean equal contents.
            raise self._lost()
        before, self.start = self.start.version, Start(found.version, found.versions)
        self.tell(News(str(self.resource), tuple(_difference(known, found, before)), found.version))

    def _mend(self, failed: CallFailed) -> None:
        """Raises RevisionTooOld."""
        try:
            match failed.failure:
                case Failure.EXPIRED:
                    self._relist()
                case Failure.FROM_THE_FUTURE:
                    self._ahead += 1
                    if self._ahead >= _MOST_AHEAD:
                        self._relist()
                case Failure.ABSENT:
                    self._vanished()
                case _:
                    self._fail(self.server.unavailable(failed), at_once=failed.failure is not Failure.PASSING)
        except CallFailed as another:
            self._fail(self.server.unavailable(another))
        except StoreUnavailable as error:
            self._fail(error)

    def _vanished(self) -> None:
        """The kind is gone, and all of it; should it come again, it begins anew."""
        known = self.start.known
        if known is None:
            raise self._lost()
        if known:
            changes = tuple(Change(key, None, self.start.version) for key in known)
            self.tell(News(str(self.resource), changes, self.start.version))
        self.start = Start(0, {})
        self.begun.set()

    def _lost(self) -> RevisionTooOld:
        return RevisionTooOld(f"{self.start.version} of {self.resource}")

    def _works(self) -> None:
        self._failing_since, self._ahead, self._pauses = None, 0, Pauses()

    def _fail(self, error: DatastoreError, *, at_once: bool = False) -> None:
        """Nobody is bothered with what passes."""
        now = time.monotonic()
        self._failing_since = self._failing_since or now
        if at_once or now - self._failing_since >= self.server.patience.all_s:
            self._failing_since = now
            self.tell(error)
            self.begun.set()

    def _pause(self, pause_s: float) -> None:
        self._nudged.wait(pause_s)
        if not self._closed.is_set():
            self._nudged.clear()

    def _hold(self, stream: Stream | None) -> None:
        with self._lock:
            self._stream = stream
            if stream and self._closed.is_set():
                stream.interrupt()


def _difference(known: Mapping[Key, str], found: Listed, before: int) -> Iterator[Change]:
    """Only after the last of it can a watch go on where the list was made."""
    gone = [(key, None) for key in known if key not in found.manifests]
    new = [(key, one) for key, one in found.manifests.items() if known.get(key) != resource_version(one)]
    changes: list[tuple[Key, Manifest | None]] = [*gone, *new]
    for index, (key, manifest) in enumerate(changes, 1):
        yield Change(key, manifest, found.version if index == len(changes) else before)
