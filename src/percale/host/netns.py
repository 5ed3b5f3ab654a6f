"""Network namespaces held by file descriptors.

Nothing is mounted under /run/netns. A namespace lives as long as a descriptor, a socket or a process in it,
so when the process ends, however it ends, the kernel takes everything away.
"""

import ctypes
import os
import socket
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from percale.errors import PercaleError
from percale.host import commands

_NEW_NETWORK = 0x40000000
_MINE = "/proc/thread-self/ns/net"

# Before Python 3.12 `os` has neither setns nor unshare.
_libc = ctypes.CDLL(None, use_errno=True)


class NamespacesForbidden(PercaleError):
    def __init__(self) -> None:
        super().__init__(
            "this process may not make network namespaces",
            hint="run as root, or where ordinary users may make user namespaces",
        )


class NetNs:
    """One network namespace, and the descriptor that keeps it alive."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    @classmethod
    def create(cls) -> Self:
        """An empty namespace: only `lo`, and that is down."""
        with cls.current() as home:
            try:
                _check(_libc.unshare(_NEW_NETWORK), doing="unshare")
            except PermissionError as failure:
                raise NamespacesForbidden from failure
            try:
                return cls.current()
            finally:
                home._return()  # noqa: SLF001  the same class

    @classmethod
    def current(cls) -> Self:
        return cls.open(_MINE)

    @classmethod
    def open(cls, path: str | Path) -> Self:
        return cls(os.open(path, os.O_RDONLY | os.O_CLOEXEC))

    @property
    def path(self) -> str:
        """A name for other processes, as `ip link ... netns PATH` takes it."""
        return f"/proc/{os.getpid()}/fd/{self._descriptor}"

    @contextmanager
    def entered(self) -> Iterator[None]:
        """Moves the calling thread, and what it starts, into the namespace until the block ends."""
        with NetNs.current() as home:
            self._enter()
            try:
                yield
            finally:
                home._return()  # noqa: SLF001  the same class

    def run(self, argv: Sequence[str], *, stdin: str = "", timeout_s: float = 30) -> str:
        with self.entered():
            return commands.run(argv, stdin=stdin, timeout_s=timeout_s)

    def socket(self, family: int, type_: int, protocol: int = 0) -> socket.socket:
        """A socket stays in the namespace it was made in, whatever its thread does later."""
        with self.entered():
            return socket.socket(family, type_, protocol)

    def sysctl(self, name: str, value: str | int) -> None:
        """`name` with slashes, since interface names may have dots: `net/ipv4/conf/all/rp_filter`."""
        with self.entered():
            Path("/proc/sys", name).write_text(f"{value}\n", encoding="ascii")

    def close(self) -> None:
        """Lets go of the namespace. A second call does nothing."""
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _enter(self) -> None:
        _check(_libc.setns(self._descriptor, _NEW_NETWORK), doing="setns")

    def _return(self) -> None:
        try:
            self._enter()
        except OSError as failure:
            # Whatever this thread did next would hit somebody else's network: no exception is strong enough.
            sys.stderr.write(f"percale: cannot return to the namespace it came from ({failure}), ending\n")
            sys.stderr.flush()
            os.abort()


def _check(result: int, *, doing: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{doing}: {os.strerror(number)}")
