"""What the kernel shows of our tables, one kind of object at a time."""

import errno
from collections.abc import Callable, Iterator
from typing import TypeVar

from percale.dataplane.netlink import objects
from percale.dataplane.netlink.attributes import parsed
from percale.dataplane.netlink.messages import BODY_AT, Flag, Kind, message
from percale.dataplane.ruleset import Family
from percale.host.netfilter_socket import NetfilterSocket

Attributes = dict[int, bytes]

_GENERATION_ID = 1
_TRIES = 50

_Read = TypeVar("_Read")


def generation(netlink: NetfilterSocket) -> int:
    """Of all of nf_tables: one more after each transaction."""
    answer = netlink.ask(message(Kind.GET_GENERATION, Family.IP))
    return int.from_bytes(dict(parsed(answer[BODY_AT:]))[_GENERATION_ID], "big")


def dumped(netlink: NetfilterSocket, kind: Kind, family: Family, which: bytes = b"") -> Iterator[Attributes]:
    for body in netlink.dump(message(kind, family, objects.TABLE + which, Flag.REQUEST | Flag.DUMP)):
        yield dict(parsed(body[BODY_AT:]))


def of_one_generation(
    netlink: NetfilterSocket, family: Family, read: Callable[[NetfilterSocket, Family], _Read]
) -> _Read | None:
    """What is read while nobody changes anything; None where there is no table of ours."""
    for _ in range(_TRIES):
        before = generation(netlink)
        found = _read_table(netlink, family, read)
        if generation(netlink) == before:
            return found
    raise OSError(errno.EINTR, "the kernel's rules change all the time while they are read")


def _read_table(
    netlink: NetfilterSocket, family: Family, read: Callable[[NetfilterSocket, Family], _Read]
) -> _Read | None:
    try:
        netlink.ask(message(Kind.GET_TABLE, family, objects.TABLE))
        return read(netlink, family)
    except OSError as failure:
        if failure.errno == errno.ENOENT:
            return None
        raise


def decoded(value: bytes) -> str:
    return value.rstrip(b"\0").decode(errors="replace")
