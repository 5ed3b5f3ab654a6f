"""The file's tables, and how a connection is set up so that a write that is acknowledged is durable."""

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from percale.datastore.errors import StoreUnavailable

#: Marks the file as ours, in a field of its header that SQLite leaves to applications.
APPLICATION = 1347571521
VERSION = 1
#: How long one process waits for another's transaction.
BUSY_S = 10.0

_TABLES = """
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS resource (
    api_version TEXT NOT NULL, kind TEXT NOT NULL, namespace TEXT NOT NULL, name TEXT NOT NULL,
    manifest BLOB NOT NULL,
    PRIMARY KEY (api_version, kind, namespace, name)
) WITHOUT ROWID;
-- Each change of a resource, in the order of commits; without a manifest it went.
CREATE TABLE IF NOT EXISTS change (
    revision INTEGER PRIMARY KEY,
    api_version TEXT NOT NULL, kind TEXT NOT NULL, namespace TEXT NOT NULL, name TEXT NOT NULL,
    manifest BLOB
);
-- One row: the newest revision, and the one up to which changes have been forgotten.
CREATE TABLE IF NOT EXISTS history (one INTEGER PRIMARY KEY CHECK (one = 1), latest INTEGER, compacted INTEGER);
INSERT OR IGNORE INTO history VALUES (1, 0, 0);
PRAGMA application_id = 1347571521;
PRAGMA user_version = 1;
COMMIT;
"""


def connect(path: Path, *, create: bool) -> sqlite3.Connection:
    """A connection to a file of our schema; raises sqlite3.Error, or StoreUnavailable for any other file."""
    uri = f"{path.absolute().as_uri()}?mode={'rwc' if create else 'rw'}"
    # Each statement is its own transaction unless one is begun; threads take turns by a lock of the store.
    connection = sqlite3.connect(uri, uri=True, timeout=BUSY_S, isolation_level=None, check_same_thread=False)
    try:
        with _turn(path.parent):
            _prepare(connection, path, create=create)
    except BaseException:
        connection.close()
        raise
    return connection


@contextmanager
def _turn(directory: Path) -> Iterator[None]:
    """One process at a time: SQLite's own locks do not wait while a file's journal becomes a write-ahead log."""
    opened = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX)
        yield
    finally:
        os.close(opened)


def _prepare(connection: sqlite3.Connection, path: Path, *, create: bool) -> None:
    version = _number(connection, "PRAGMA user_version")
    is_empty = not version and not _number(connection, "SELECT count(*) FROM sqlite_master")
    if is_empty and create:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.executescript(_TABLES)
    elif is_empty:
        raise StoreUnavailable(f"`{path}` is an empty file", hint="`percale apply` makes a store of it")
    elif _number(connection, "PRAGMA application_id") != APPLICATION:
        raise StoreUnavailable(f"`{path}` is another program's SQLite file")
    elif version != VERSION:
        says = f"`{path}` has version {version} of the schema, and this release of Percale knows version {VERSION}"
        raise StoreUnavailable(says, hint="use the release that wrote it: `percale datastore export`")
    # FULL: a commit returns when the write-ahead log is on the disk.
    connection.execute("PRAGMA synchronous = FULL")


def _number(connection: sqlite3.Connection, query: str) -> int:
    with closing(connection.execute(query)) as rows:
        return int(rows.fetchone()[0])
