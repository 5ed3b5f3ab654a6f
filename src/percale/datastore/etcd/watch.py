"""Events of the cluster, from whichever member tells them."""

import math
import time
from collections.abc import Sequence
from threading import Lock

from percale.datastore.errors import RevisionTooOld
from percale.datastore.etcd.access import Endpoint
from percale.datastore.etcd.cluster import Cluster, Compacted
from percale.datastore.etcd.events import events_of
from percale.datastore.etcd.failures import CallFailed, Failure
from percale.datastore.etcd.messages import Message
from percale.datastore.etcd.position import Position
from percale.datastore.etcd.reading import latest, newest
from percale.datastore.etcd.stream import Stream
from percale.datastore.interface import Bookmark, Event, Watch
from percale.datastore.keys import Selection

#: Whoever will not wait this long is still told what has happened before; etcd looks for it ten times a second.
_SETTLE_S = 0.3


class EtcdWatch(Watch):
    """Polled by one thread at a time."""

    def __init__(self, cluster: Cluster, selection: Selection, since: Position) -> None:
        self._cluster, self._selection, self._position = cluster, selection, since
        self._lock = Lock()
        self._stream: Stream | None = None
        self._is_closed = False

    @property
    def is_closed(self) -> bool:
        return self._is_closed

    def poll(self, wait_s: float | None = None) -> Sequence[Event]:
        ends = math.inf if wait_s is None else time.monotonic() + wait_s
        while not self._is_closed and (stream := self._stream or self._opened()):
            left = max(0.0, ends - time.monotonic())
            try:
                events: Sequence[Event] = self._events(stream, None if wait_s is None else left)
                if not events and wait_s is not None and wait_s < _SETTLE_S:
                    events = self._rest(stream)
            except CallFailed as failed:
                self._drop()
                self._cluster.give_up_on(stream.endpoint, failed)
                continue
            if events or time.monotonic() >= ends:
                return tuple(events)
        return ()

    def close(self) -> None:
        self._is_closed = True
        self._drop()

    def _events(self, stream: Stream, wait_s: float | None) -> list[Event]:
        """All that has been told by now, or else the next that is told; raises CallFailed."""
        events: list[Event] = []
        answer = stream.next(wait_s)
        while answer is not None:
            try:
                events += self._read(answer)
            except BaseException:
                # What could not be read is to be told again.
                self._drop()
                raise
            answer = stream.next(0)
        return events

    def _read(self, answer: Message) -> Sequence[Event]:
        if answer.compact_revision:
            raise RevisionTooOld(str(self._position))
        if answer.canceled:
            raise _cancelled(answer)
        if not answer.events:
            return self._progress(Position(answer.header.revision))
        try:
            events = events_of(answer.events, self._selection, self._position, self._cluster)
        except Compacted as error:
            raise RevisionTooOld(str(self._position)) from error
        self._position = Position(answer.events[-1].kv.mod_revision)
        return events

    def _progress(self, to: Position) -> Sequence[Event]:
        if to <= self._position:
            return ()
        self._position = to
        return (Bookmark(to.as_revision),)

    def _rest(self, stream: Stream) -> Sequence[Event]:
        """All up to what is there now, which may still be on its way.

        Of a deletion there is nothing to be seen, so it is waited for a moment.
        """
        now, put = newest(self._cluster, self._position.revision)
        events: list[Event] = []
        ends = time.monotonic() + (self._cluster.patience.one_s if put else _SETTLE_S)
        while self._position.revision < (put or now) and (left := ends - time.monotonic()) > 0:
            events += self._events(stream, left)
            if self._is_closed:
                break
        return events

    def _opened(self) -> Stream | None:
        """None once closed."""
        if self._position.revision < 0:
            raise RevisionTooOld(str(self._position))
        why = "no member tells what happens"
        for endpoint in self._cluster.tries(self._cluster.patience.all_s):
            try:
                return self._begun(endpoint)
            except CallFailed as failed:
                self._drop()
                if failed.failure is Failure.TOKEN and why == failed.why:
                    raise self._cluster.unusable(why) from failed
                why = failed.why
                self._cluster.give_up_on(endpoint, failed)
        raise self._cluster.unusable(why)

    def _begun(self, endpoint: Endpoint) -> Stream | None:
        stream = Stream(self._cluster, endpoint, self._position.revision + 1)
        with self._lock:
            self._stream = stream
        if self._is_closed:
            self._drop()
            return None
        answer = stream.next(self._cluster.patience.one_s)
        if answer is None:
            raise CallFailed("it does not answer")
        if answer.compact_revision:
            raise RevisionTooOld(str(self._position))
        if answer.canceled:
            raise _cancelled(answer)
        # A member may lag behind; the cluster does not.
        if answer.header.revision < self._position.revision and latest(self._cluster) < self._position.revision:
            self._drop()
            raise RevisionTooOld(str(self._position))
        return stream

    def _drop(self) -> None:
        with self._lock:
            stream, self._stream = self._stream, None
        if stream:
            stream.close()


def _cancelled(answer: Message) -> CallFailed:
    """A watch with an old token is denied as one is that has no right, so both are tried again with a new one."""
    return CallFailed(answer.cancel_reason or "the member has ended the watch", Failure.TOKEN)
