"""Events of several kinds, each followed by a thread of its own, as one watch."""

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from queue import Empty, Full, Queue
from threading import Event as Flag
from threading import Lock, Thread

from percale.datastore.errors import DatastoreError, RevisionTooOld, StoreUnavailable
from percale.datastore.interface import Bookmark, Deleted, Event, Put, Watch
from percale.datastore.kubernetes.definitions import Definitions
from percale.datastore.kubernetes.discovery import Discovery, Served
from percale.datastore.kubernetes.follower import Follower, Start
from percale.datastore.kubernetes.layout import DEFINITIONS, INSTALLED, Resource
from percale.datastore.kubernetes.news import News
from percale.datastore.kubernetes.position import Position
from percale.datastore.kubernetes.validity import Validity
from percale.resources.kinds import Kind

#: Whoever will not wait this long is still told what has happened before.
_SETTLE_S = 0.5
#: How much news may wait to be taken; the server keeps the rest back.
_MOST_WAITING = 256
#: How often a follower that may not go on looks whether the watch is closed.
_GLANCE_S = 0.5


@dataclass(frozen=True, slots=True)
class Wanted:
    kinds: frozenset[Kind]
    #: Empty for all.
    namespace: str


class KubernetesWatch(Watch):
    """Polled by one thread at a time. Between kinds the order is that of versions, as far as they come together."""

    def __init__(
        self, discovery: Discovery, validity: Validity, wanted: Wanted, starts: Mapping[Resource, Start], at: Position
    ) -> None:
        self._discovery, self._validity, self._wanted = discovery, validity, wanted
        self._lock = Lock()
        self._news: Queue[News | DatastoreError | None] = Queue(_MOST_WAITING)
        self._closed = Flag()
        self._versions = {str(resource): at[str(resource)] for resource in starts}
        self._followers = [self._follower(resource, start) for resource, start in starts.items()]
        self._definitions = self._of_definitions()
        self._told = max(self._versions.values(), default=0)
        self._is_begun = self._is_settled = False
        self._gathered: list[News] = []
        self._trouble: DatastoreError | None = None

    @property
    def is_closed(self) -> bool:
        return self._closed.is_set()

    def poll(self, wait_s: float | None = None) -> Sequence[Event]:
        ends = math.inf if wait_s is None else time.monotonic() + wait_s
        self._begin()
        if wait_s is not None and wait_s < _SETTLE_S and not self._is_settled:
            self._settle()
        self._is_settled = True
        while not self.is_closed:
            left = ends - time.monotonic()
            self._gather(None if math.isinf(left) else max(0.0, left))
            events = self._events()
            if self._trouble and not events:
                raise self._told_once()
            if events or time.monotonic() >= ends:
                return events
        return ()

    def close(self) -> None:
        with self._lock:
            self._closed.set()
            followers = [*self._followers, self._definitions]
        for follower in followers:
            follower.close()
        try:
            self._news.put_nowait(None)
        except Full:
            return

    def _begin(self) -> None:
        if not self._is_begun:
            self._is_begun = True
            for follower in self._followers:
                _start(follower)
            if self._wanted.kinds & INSTALLED:
                _start(self._definitions)

    def _follower(self, resource: Resource, start: Start) -> Follower:
        return Follower(self._discovery.server, resource, self._wanted.namespace, self._validity, start, self._tell)

    def _of_definitions(self) -> Follower:
        definitions = Definitions(
            self._discovery, self._wanted.kinds, self._appeared, self._closed, self._validity.report, set()
        )
        return Follower(self._discovery.server, DEFINITIONS, "", self._validity, Start(0, {}), definitions.told)

    def _appeared(self, served: Served) -> None:
        """In the thread that follows definitions: what has come is followed, from all that is there by now."""
        with self._lock:
            if self.is_closed:
                return
            followed = {one.resource.kind: one for one in self._followers}
            new = [self._follower(served[kind], Start(0, {})) for kind in served if kind not in followed]
            self._followers += new
        for one in new:
            _start(one)
        for kind, follower in followed.items():
            if kind in served and served[kind] != follower.resource:
                # Calico's resources are somewhere else now.
                self._tell(RevisionTooOld(f"of {follower.resource}"))
            follower.nudge()

    def _settle(self) -> None:
        """Gather all that had happened before the watch was begun."""
        for follower in list(self._followers):
            while not follower.begun.wait(_GLANCE_S) and not self.is_closed:
                pass
        ends = time.monotonic() + _SETTLE_S
        while (left := ends - time.monotonic()) > 0 and not self.is_closed and not self._trouble:
            self._gather(left)

    def _gather(self, wait_s: float | None) -> None:
        """All that waits to be taken, or else the next; what stands against more comes after it."""
        try:
            while not self._trouble:
                is_waiting = not self._gathered and (wait_s is None or wait_s > 0)
                one = self._news.get(timeout=wait_s) if is_waiting else self._news.get_nowait()
                if one is None:
                    return
                if isinstance(one, DatastoreError):
                    self._trouble = one
                else:
                    self._gathered.append(one)
        except Empty:
            return

    def _told_once(self) -> DatastoreError:
        """A watch that has lost its place will never find it again; anything else may pass."""
        trouble = self._trouble or StoreUnavailable("nothing is known")
        if not isinstance(trouble, RevisionTooOld):
            self._trouble = None
        return trouble

    def _events(self) -> tuple[Event, ...]:
        news, self._gathered = self._gathered, []
        events: list[Event] = []
        changes = [(change, one.resource) for one in news for change in one.changes]
        for change, resource in sorted(changes, key=lambda pair: pair[0].at):
            self._versions[resource] = change.at
            revision = Position.at_each(self._versions).as_revision
            put = Put(change.key, change.manifest, revision) if change.manifest is not None else None
            events.append(put or Deleted(change.key, revision))
        for one in news:
            self._versions[one.resource] = one.version
        self._told = max([self._told, *(change.at for change, _ in changes)])
        # Each kind has bookmarks of its own; worth a word is only what all of them have passed.
        if (least := min(self._versions.values(), default=0)) > self._told:
            self._told = least
            events.append(Bookmark(Position.at_each(self._versions).as_revision))
        return tuple(events)

    def _tell(self, news: News | DatastoreError) -> None:
        while not self.is_closed:
            try:
                self._news.put(news, timeout=_GLANCE_S)
            except Full:
                continue
            return


def _start(follower: Follower) -> None:
    Thread(target=follower.run, name=f"percale-watch-{follower.resource}", daemon=True).start()
