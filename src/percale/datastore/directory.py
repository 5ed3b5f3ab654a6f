"""A directory of manifests as a store that cannot be written: GitOps without a cluster.

The files are the truth, and this process numbers their changes. What cannot be read or is invalid changes nothing: the
last good content stays, and the problem is reported.
"""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from threading import RLock
from typing import NoReturn

from percale.datastore.defaulting import with_defaults
from percale.datastore.errors import Forbidden, StoreUnavailable
from percale.datastore.interface import Change, Create, Delete, Event, Listing, Revision, Update, Watch
from percale.datastore.keys import EVERYTHING, Key, Manifest, Selection, key_of, resource_version
from percale.datastore.memory import Memory
from percale.datastore.single_writes import SingleWrites
from percale.errors import PercaleError
from percale.host.inotify import CannotWatch, Changed, Inotify
from percale.policy.from_resources import DEFAULT_NAMESPACE
from percale.resources.decode import Located, decode
from percale.resources.files import read
from percale.resources.kinds import is_namespaced
from percale.resources.problems import InvalidInput

#: A checkout writes many files: they are read once nothing has changed for so long, or after the longest wait.
SETTLED_S, LONGEST_S = 0.1, 2.0
_CHANGES = (
    Changed.CLOSE_WRITE
    | Changed.ATTRIB
    | Changed.CREATE
    | Changed.DELETE
    | Changed.MOVED_FROM
    | Changed.MOVED_TO
    | Changed.DELETE_SELF
    | Changed.MOVE_SELF
)

_Fingerprint = frozenset[tuple[str, int, int, int]]


class Directory(SingleWrites):
    def __init__(self, path: Path, *, report: Callable[[PercaleError], None] = lambda _: None) -> None:
        """Reads it all; raises InvalidInput, for at first there is no good content to stay with."""
        self.path = path
        self._report = report
        self._lock = RLock()
        # Another process would count from elsewhere: whoever resumes with its revision is told to list again.
        self._content = Memory(revision=time.time_ns())
        self._fingerprint = _fingerprint(path)
        self._take_over(_manifests(path))

    @property
    def name(self) -> str:
        return f"directory:{self.path}"

    def get(self, key: Key) -> Manifest:
        self.refresh()
        return self._content.get(key)

    def list(self, selection: Selection) -> Listing:
        self.refresh()
        return self._content.list(selection)

    def watch(self, selection: Selection, since: Revision) -> Watch:
        return _DirectoryWatch(self, self._content.watch(selection, since))

    def write(self, changes: Sequence[Change]) -> NoReturn:
        change = changes[0]
        key = change.key if isinstance(change, Delete) else key_of(change.manifest)
        raise Forbidden(type(change).__name__, key, "a directory is read only, change its files")

    def close(self) -> None:
        """Nothing is held."""

    def refresh(self) -> None:
        """Take over what has changed, if it is good."""
        with self._lock:
            fingerprint = _fingerprint(self.path)
            if fingerprint == self._fingerprint:
                return
            self._fingerprint = fingerprint
            try:
                self._take_over(_manifests(self.path))
            except (InvalidInput, StoreUnavailable) as error:
                self._report(error)

    def _take_over(self, wanted: dict[Key, Manifest]) -> None:
        found = {key_of(one): one for one in self._content.list(EVERYTHING).resources}
        changes: list[Change] = [Delete(key) for key in found if key not in wanted]
        for key, manifest in wanted.items():
            changes.append(_numbered(manifest, resource_version(found[key])) if key in found else Create(manifest))
        self._content.write(changes)


class _DirectoryWatch(Watch):
    def __init__(self, store: Directory, changes: Watch) -> None:
        self._store, self._changes = store, changes
        self._inotify = Inotify()

    @property
    def is_closed(self) -> bool:
        return self._changes.is_closed

    def poll(self, wait_s: float | None = None) -> Sequence[Event]:
        ends = None if wait_s is None else time.monotonic() + wait_s
        while not self.is_closed:
            # Watched before it is read, so that no change falls between.
            self._watch_all()
            self._store.refresh()
            if events := self._changes.poll(0):
                return events
            left = None if ends is None else ends - time.monotonic()
            if left is not None and left <= 0:
                break
            if self._inotify.wait(left):
                self._settle()
        return ()

    def close(self) -> None:
        self._changes.close()
        self._inotify.wake()

    def _watch_all(self) -> None:
        for directory in _directories(self._store.path):
            try:
                self._inotify.add(directory, _CHANGES)
            except CannotWatch as error:
                if not error.is_gone:
                    raise StoreUnavailable(error.says, hint=error.hint) from error

    def _settle(self) -> None:
        latest = time.monotonic() + LONGEST_S
        while not self.is_closed and time.monotonic() < latest and self._inotify.wait(SETTLED_S):
            pass


def _manifests(path: Path) -> dict[Key, Manifest]:
    if not path.is_dir():
        raise StoreUnavailable(f"`{path}` is no directory")
    manifests = map(_manifest, decode(read([str(path)])).items)
    return {key_of(one): one for one in manifests}


def _manifest(item: Located) -> Manifest:
    """Under the name and in the namespace that it was read as."""
    metadata = {**item.document.data["metadata"], "name": item.resource.metadata.name}
    if is_namespaced(item.resource):
        metadata["namespace"] = item.resource.metadata.namespace or DEFAULT_NAMESPACE
    metadata.pop("resourceVersion", None)
    return with_defaults({**item.document.data, "metadata": metadata})


def _numbered(manifest: Manifest, version: str) -> Update:
    return Update({**manifest, "metadata": {**manifest["metadata"], "resourceVersion": version}})


def _walk(path: Path) -> Iterator[os.DirEntry[str] | Path]:
    """Everything below, links followed, no directory twice; what cannot be listed is said by reading."""
    seen: set[tuple[int, int]] = set()
    left = [path]
    while left:
        directory = left.pop()
        with suppress(OSError):
            status = directory.stat()
            if (identity := (status.st_dev, status.st_ino)) in seen:
                continue
            seen.add(identity)
            yield directory
            with os.scandir(directory) as entries:
                for entry in entries:
                    if entry.is_dir():
                        left.append(Path(entry))
                    else:
                        yield entry


def _directories(path: Path) -> set[Path]:
    """All whose changes may change what is read: also the one above, and those of files that are links."""
    found = {path.absolute().parent}
    for one in _walk(path):
        if isinstance(one, Path):
            found.add(one)
        elif one.is_symlink():
            found.add(Path(one).resolve().parent)
    return found


def _fingerprint(path: Path) -> _Fingerprint:
    found: set[tuple[str, int, int, int]] = set()
    for one in _walk(path):
        with suppress(OSError):
            if not isinstance(one, Path):
                status = one.stat()
                found.add((one.path, status.st_ino, status.st_size, status.st_mtime_ns))
    return frozenset(found)
