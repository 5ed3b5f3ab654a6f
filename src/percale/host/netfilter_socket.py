"""A socket to the kernel's netfilter, which takes and gives messages of netlink."""

import errno
import os
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from struct import Struct
from types import TracebackType
from typing import Self

from percale.errors import PercaleError
from percale.host.netns import NetNs

_NETLINK_NETFILTER = 12
_SOL_NETLINK = 270
_ADD_MEMBERSHIP, _NO_COPY_OF_REQUEST, _SAY_WHY = 1, 10, 11
_SEND_ANY_SIZE = 32
_NFTABLES_GROUP = 7

_HEADER = Struct("=IHHII")
_ERROR_NUMBER = Struct("=i")
_ATTRIBUTE = Struct("=HH")
_ERROR, _DONE = 2, 3
_INCONSISTENT, _WITH_REASON = 0x10, 0x200
_REASON = 1

_MOST_BYTES = 1 << 20
_SPARE_BYTES = 1 << 16
_TRIES = 50


class TooLarge(PercaleError):
    def __init__(self, size: int) -> None:
        super().__init__(
            f"a transaction of {size} bytes is more than this process may send at once",
            hint="run with CAP_NET_ADMIN, or raise net.core.wmem_max",
        )


@dataclass(frozen=True, slots=True)
class Refusal:
    """`number` is that of the message that the kernel refuses."""

    number: int
    error: int
    reason: str

    def __str__(self) -> str:
        named = os.strerror(self.error)
        return f"{named} ({self.reason})" if self.reason else named


@dataclass(frozen=True, slots=True)
class _Message:
    kind: int
    flags: int
    number: int
    port: int
    body: bytes


class NetfilterSocket:
    """In the namespace that it was made in. What a table's owner holds, it holds until it is closed."""

    def __init__(self) -> None:
        self._netlink = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, _NETLINK_NETFILTER)
        self._netlink.bind((0, 0))
        self._netlink.setsockopt(_SOL_NETLINK, _NO_COPY_OF_REQUEST, 1)
        self._netlink.setsockopt(_SOL_NETLINK, _SAY_WHY, 1)
        self._room = 0

    @classmethod
    def within(cls, namespace: NetNs) -> Self:
        with namespace.entered():
            return cls()

    @property
    def port(self) -> int:
        """The kernel's number for this socket, by which it says who has changed something."""
        return int(self._netlink.getsockname()[0])

    def transact(self, messages: bytes) -> list[Refusal]:
        """Sends a whole transaction; what the kernel refuses of it.

        It has done the work, or refused it, when the sending is over.
        """
        self._make_room(len(messages))
        try:
            self._netlink.send(messages)
        except OSError as failure:
            if failure.errno == errno.EMSGSIZE:
                raise TooLarge(len(messages)) from failure
            raise
        return [_refusal(one) for one in self._waiting() if one.kind == _ERROR and _error(one)]

    def ask(self, request: bytes) -> bytes:
        """The body of the one answer."""
        self._netlink.send(request)
        (answer,) = _messages(self._netlink.recv(_MOST_BYTES))
        _raise(answer)
        return answer.body

    def dump(self, request: bytes) -> list[bytes]:
        """The bodies of all answers, from one state of the kernel: asked again where it changes meanwhile."""
        for _ in range(_TRIES):
            self._netlink.send(request)
            found = list(self._until_done())
            if not any(one.flags & _INCONSISTENT for one in found):
                return [one.body for one in found]
        raise OSError(errno.EINTR, "the kernel's rules change all the time while they are read")

    def close(self) -> None:
        self._netlink.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _make_room(self, size: int) -> None:
        if size + _SPARE_BYTES <= self._room:
            return
        self._room = size + _SPARE_BYTES
        try:
            self._netlink.setsockopt(socket.SOL_SOCKET, _SEND_ANY_SIZE, self._room)
        except PermissionError:
            self._netlink.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, self._room)

    def _waiting(self) -> Iterator[_Message]:
        """Where there is more than fits, the first: later refusals follow from those."""
        while True:
            try:
                data = self._netlink.recv(_MOST_BYTES, socket.MSG_DONTWAIT)
            except BlockingIOError:
                return
            except OSError as failure:
                if failure.errno != errno.ENOBUFS:
                    raise
            else:
                yield from _messages(data)

    def _until_done(self) -> Iterator[_Message]:
        while True:
            for one in _messages(self._netlink.recv(_MOST_BYTES)):
                _raise(one)
                if one.kind == _DONE:
                    return
                yield one


class NftablesNotices:
    """What anybody changes in the namespace's nf_tables, as the kernel tells it."""

    def __init__(self) -> None:
        self._netlink = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, _NETLINK_NETFILTER)
        self._netlink.bind((0, 0))
        self._netlink.setsockopt(_SOL_NETLINK, _ADD_MEMBERSHIP, _NFTABLES_GROUP)
        self._netlink.setblocking(False)  # noqa: FBT003  the library's own form

    @classmethod
    def within(cls, namespace: NetNs) -> Self:
        with namespace.entered():
            return cls()

    def fileno(self) -> int:
        """Can be waited for with `select` and its like."""
        return self._netlink.fileno()

    def others_changed(self, own: NetfilterSocket) -> bool:
        """Whether anybody else has, since it was asked last: also where the kernel had too much to tell."""
        found = False
        while True:
            try:
                data = self._netlink.recv(_MOST_BYTES)
            except BlockingIOError:
                return found
            except OSError as failure:
                if failure.errno != errno.ENOBUFS:
                    raise
                found = True
            else:
                found = found or any(one.port != own.port for one in _messages(data))

    def close(self) -> None:
        self._netlink.close()


def _messages(data: bytes) -> Iterator[_Message]:
    at = 0
    while at + _HEADER.size <= len(data):
        length, kind, flags, number, port = _HEADER.unpack_from(data, at)
        yield _Message(kind, flags, number, port, data[at + _HEADER.size : at + length])
        at += length + 3 & ~3


def _error(message: _Message) -> int:
    (error,) = _ERROR_NUMBER.unpack_from(message.body)
    return -int(error)


def _raise(message: _Message) -> None:
    if message.kind == _ERROR and (error := _error(message)):
        refusal = _refusal(message)
        raise OSError(error, f"nf_tables: {refusal}")


def _refusal(message: _Message) -> Refusal:
    return Refusal(message.number, _error(message), _reason(message))


def _reason(message: _Message) -> str:
    """What the kernel says in words, behind the number and the header of the message that it refuses."""
    at = _ERROR_NUMBER.size + _HEADER.size
    while message.flags & _WITH_REASON and at + _ATTRIBUTE.size <= len(message.body):
        length, kind = _ATTRIBUTE.unpack_from(message.body, at)
        if kind == _REASON:
            return message.body[at + _ATTRIBUTE.size : at + length].rstrip(b"\0").decode(errors="replace")
        at += max(length, _ATTRIBUTE.size) + 3 & ~3
    return ""
