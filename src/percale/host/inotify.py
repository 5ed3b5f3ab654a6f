"""Waiting for files to change, by the kernel's inotify: three calls of libc that Python does not offer."""

import ctypes
import errno
import os
import select
from contextlib import suppress
from enum import IntFlag
from pathlib import Path
from weakref import finalize

from percale.errors import PercaleError


class Changed(IntFlag):
    """The bits of inotify(7) that are in use."""

    ATTRIB = 0x4
    CLOSE_WRITE = 0x8
    MOVED_FROM = 0x40
    MOVED_TO = 0x80
    CREATE = 0x100
    DELETE = 0x200
    DELETE_SELF = 0x400
    MOVE_SELF = 0x800


class CannotWatch(PercaleError):
    def __init__(self, path: Path, error: OSError) -> None:
        limits = "look at fs.inotify.max_user_watches and max_user_instances" if error.errno in _LIMITS else ""
        super().__init__(f"`{path}` cannot be watched: {error.strerror}", hint=limits)
        self.is_gone = error.errno == errno.ENOENT


_LIMITS = (errno.EMFILE, errno.ENOSPC)
_MOST_BYTES = 1 << 16


class Inotify:
    """Waits in one thread; another may wake it."""

    def __init__(self) -> None:
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._events = self._call("inotify_init1", os.O_CLOEXEC | os.O_NONBLOCK, path=Path("/"))
        self._woken = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
        self._poll = select.poll()
        for descriptor in (self._events, self._woken):
            self._poll.register(descriptor, select.POLLIN)
            # Not by a method: a thread that still waits must not find its descriptors closed.
            finalize(self, os.close, descriptor)

    def add(self, path: Path, changes: Changed) -> None:
        self._call("inotify_add_watch", self._events, os.fsencode(path), int(changes), path=path)

    def wait(self, timeout_s: float | None = None) -> bool:
        """Whether anything happened; what happened is up to the caller to find out."""
        found = self._poll.poll(None if timeout_s is None else max(0, timeout_s * 1000))
        for descriptor, _ in found:
            with suppress(BlockingIOError):
                os.read(descriptor, _MOST_BYTES)
        return bool(found)

    def wake(self) -> None:
        os.eventfd_write(self._woken, 1)

    def _call(self, function: str, *arguments: int | bytes, path: Path) -> int:
        result: int = getattr(self._libc, function)(*arguments)
        if result < 0:
            error = OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
            raise CannotWatch(path, error) from error
        return result
