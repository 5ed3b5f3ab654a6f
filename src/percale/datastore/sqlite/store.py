"""Resources in an SQLite file, with a log of their changes."""

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from pathlib import Path
from threading import RLock

from percale.datastore.changes import Stamps, Step, steps
from percale.datastore.errors import NotFound, RevisionTooOld, StoreAbsent, StoreUnavailable
from percale.datastore.interface import Change, Deleted, Listing, Put, Revision, Watch
from percale.datastore.keys import Key, Manifest, Selection
from percale.datastore.single_writes import SingleWrites
from percale.datastore.sqlite.rows import columns, event_from, manifest_from, text_of, where
from percale.datastore.sqlite.schema import connect
from percale.datastore.sqlite.watch import SqliteWatch

#: How many changes a watch may fall behind before it must list again.
HISTORY = 10_000
_AFTER = "SELECT revision, api_version, kind, namespace, name, manifest FROM change WHERE revision > ? ORDER BY 1"
_KEY_IS = "api_version = ? AND kind = ? AND namespace = ? AND name = ?"


class Sqlite(SingleWrites):
    def __init__(
        self, path: Path, *, create: bool = True, history: int = HISTORY, stamps: Stamps | None = None
    ) -> None:
        """Opens the file, and makes it if asked to; raises StoreUnavailable."""
        self.path = path
        self._history, self._stamps = history, stamps or Stamps()
        self._lock = RLock()
        with self._translated():
            if create:
                path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            elif not path.exists():
                raise StoreAbsent(f"there is no datastore at `{path}`", hint="`percale apply -f FILE` makes one")
            self._connection = connect(path, create=create)
            self._identity = _identity(path)

    @property
    def name(self) -> str:
        return f"sqlite:{self.path}"

    def get(self, key: Key) -> Manifest:
        with self._reading():
            found = self._find(key)
        if found is None:
            raise NotFound(key)
        return found

    def list(self, selection: Selection) -> Listing:
        condition, values = where(selection)
        query = f"SELECT manifest FROM resource{condition} ORDER BY kind, api_version, namespace, name"  # noqa: S608  our own words
        with self._reading():
            latest, _ = self._revisions()
            with closing(self._connection.execute(query, values)) as rows:
                return Listing(tuple(manifest_from(text) for (text,) in rows), Revision(str(latest)))

    def watch(self, selection: Selection, since: Revision) -> Watch:
        self.events_after(int(since))
        return SqliteWatch(self.path, self.events_after, selection, int(since))

    def write(self, changes: Sequence[Change]) -> Sequence[Manifest | None]:
        with self._transaction("BEGIN IMMEDIATE"):
            latest, compacted = self._revisions()
            done = steps(changes, self._find, latest=latest, stamps=self._stamps)
            news = [step for step in done if step.revision is not None]
            for step in news:
                self._store(step)
            if news:
                self._advance(latest + len(news), compacted)
        if news:
            self._ring()
        return [step.manifest for step in done]

    def events_after(self, revision: int) -> Sequence[Put | Deleted]:
        """In the order of commits; raises RevisionTooOld where some are forgotten."""
        with self._reading():
            latest, compacted = self._revisions()
            if not compacted <= revision <= latest:
                raise RevisionTooOld(str(revision))
            if revision == latest:
                return ()
            with closing(self._connection.execute(_AFTER, (revision,))) as rows:
                return [event_from(row) for row in rows]

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    def _find(self, key: Key) -> Manifest | None:
        query = f"SELECT manifest FROM resource WHERE {_KEY_IS}"  # noqa: S608  our own words
        with closing(self._connection.execute(query, columns(key))) as rows:
            found = rows.fetchone()
        return manifest_from(found[0]) if found else None

    def _revisions(self) -> tuple[int, int]:
        with closing(self._connection.execute("SELECT latest, compacted FROM history")) as rows:
            latest, compacted = rows.fetchone()
        return latest, compacted

    def _store(self, step: Step) -> None:
        text = None if step.manifest is None else text_of(step.manifest)
        self._connection.execute(
            "INSERT INTO change VALUES (?, ?, ?, ?, ?, ?)", (step.revision, *columns(step.key), text)
        )
        if text is None:
            self._connection.execute(f"DELETE FROM resource WHERE {_KEY_IS}", columns(step.key))  # noqa: S608
        else:
            self._connection.execute("REPLACE INTO resource VALUES (?, ?, ?, ?, ?)", (*columns(step.key), text))

    def _advance(self, latest: int, compacted: int) -> None:
        """Forgetting goes in strides, so that most writes need not care."""
        if latest - compacted > self._history + self._history // 10:
            compacted = latest - self._history
            self._connection.execute("DELETE FROM change WHERE revision <= ?", (compacted,))
        self._connection.execute("UPDATE history SET latest = ?, compacted = ?", (latest, compacted))

    def _ring(self) -> None:
        """Tell watches in all processes; a bell that fails only makes them late."""
        with suppress(OSError):
            os.utime(self.path)

    def _reading(self) -> AbstractContextManager[None]:
        return self._transaction("BEGIN")

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[None]:
        with self._lock, self._translated():
            if _identity(self.path) != self._identity:
                raise StoreUnavailable(f"`{self.path}` has been replaced by another file", hint="open it anew")
            self._connection.execute(begin)
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                # After some errors, a full disk among them, SQLite has rolled back by itself.
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise StoreUnavailable(f"the datastore `{self.path}` cannot be used: {error}") from error


def _identity(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_dev, status.st_ino
