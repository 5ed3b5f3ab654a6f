"""Events of an SQLite file, whichever process wrote them, without asking the file again and again.

A writer touches the file when its commit is visible, and inotify tells the watches. What stands in the write-ahead log
is no such sign: it is written before the commit counts.
"""

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from percale.datastore.changes import chosen
from percale.datastore.errors import StoreUnavailable
from percale.datastore.interface import Deleted, Event, Put, Watch
from percale.datastore.keys import Selection
from percale.host.inotify import CannotWatch, Changed, Inotify

#: A writer that was killed between commit and touch, or that is no Percale, is noticed as late as this.
LATEST_S = 1.0
_TOUCHED = Changed.ATTRIB | Changed.DELETE_SELF | Changed.MOVE_SELF


class SqliteWatch(Watch):
    def __init__(
        self, path: Path, events_after: Callable[[int], Sequence[Put | Deleted]], selection: Selection, since: int
    ) -> None:
        self._events_after, self._selection, self._revision = events_after, selection, since
        self._is_closed = False
        try:
            self._inotify = Inotify()
            self._inotify.add(path, _TOUCHED)
        except CannotWatch as error:
            raise StoreUnavailable(error.says, hint=error.hint) from error

    @property
    def is_closed(self) -> bool:
        return self._is_closed

    def poll(self, wait_s: float | None = None) -> Sequence[Event]:
        ends = None if wait_s is None else time.monotonic() + wait_s
        while not self._is_closed:
            if news := self._events_after(self._revision):
                self._revision = int(news[-1].revision)
                return chosen(news, self._selection)
            left = LATEST_S if ends is None else min(LATEST_S, ends - time.monotonic())
            if left <= 0:
                break
            self._inotify.wait(left)
        return ()

    def close(self) -> None:
        self._is_closed = True
        self._inotify.wake()
