"""The store as news: everything once, then every change, whatever becomes of the connection."""

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from threading import Event, Lock, Thread

from percale.agent.backoff import delays
from percale.agent.news import Changes, Lost, News, Whole
from percale.datastore.errors import RevisionTooOld
from percale.datastore.interface import Datastore, Watch
from percale.datastore.keys import EVERYTHING
from percale.errors import PercaleError

_FIRST_WAIT_S, _LONGEST_WAIT_S = 0.1, 5.0


class Following:
    """A thread that follows the store until it is closed."""

    def __init__(self, open_store: Callable[[], Datastore], tell: Callable[[News], None]) -> None:
        self._open_store, self._tell = open_store, tell
        self._ended = Event()
        self._lock = Lock()
        self._watch: Watch | None = None
        self._thread = Thread(target=self._run, name="store", daemon=True)
        self._thread.start()

    def again(self) -> None:
        """List the store anew, and resume from there."""
        with self._lock:
            if self._watch:
                self._watch.close()

    def close(self) -> None:
        self._ended.set()
        self.again()

    def _run(self) -> None:
        waits = delays(_FIRST_WAIT_S, _LONGEST_WAIT_S)
        while not self._ended.is_set():
            try:
                with closing(self._open_store()) as store:
                    for news in self._news(store):
                        self._tell(news)
                        waits = delays(_FIRST_WAIT_S, _LONGEST_WAIT_S)
            except PercaleError as error:
                self._tell(Lost(error))
            except Exception as fault:  # noqa: BLE001  a thread that died unheard would freeze the policies of the node
                self._tell(Lost(PercaleError(f"a fault in Percale itself: {fault!r}")))
            self._ended.wait(next(waits))

    def _news(self, store: Datastore) -> Iterator[News]:
        while not self._ended.is_set():
            listing = store.list(EVERYTHING)
            yield Whole(listing.resources, listing.revision, time.monotonic())
            try:
                yield from self._changes(store.watch(EVERYTHING, listing.revision))
            except RevisionTooOld:
                # Not at once: a store that forgets faster than it can be listed must not be asked without a break.
                self._ended.wait(_FIRST_WAIT_S)

    def _changes(self, watch: Watch) -> Iterator[News]:
        with watch:
            with self._lock:
                self._watch = watch
            try:
                while not (watch.is_closed or self._ended.is_set()):
                    if events := watch.poll():
                        yield Changes(events, time.monotonic())
            finally:
                with self._lock:
                    self._watch = None
