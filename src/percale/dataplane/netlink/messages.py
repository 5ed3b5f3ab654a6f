"""Messages of nf_tables, in a transaction's envelope and out of it.

Numbers are those of linux/netfilter/nf_tables.h, nfnetlink.h and netlink.h.
"""

from enum import IntEnum, IntFlag
from struct import Struct

from percale.dataplane.ruleset import Family

_OPENING = Struct("=IHHII4s")
_FAMILY = Struct("!BBH")
#: Where the attributes begin in what follows a header.
BODY_AT = _FAMILY.size
_SUBSYSTEM = 10
_BATCH_BEGIN, _BATCH_END = 16, 17

_NUMBERS = {Family.IP: 2, Family.BRIDGE: 7, Family.IP6: 10}
_OF_FAMILY = {family: _FAMILY.pack(number, 0, 0) for family, number in _NUMBERS.items()}


class Kind(IntEnum):
    NEW_TABLE = 0
    GET_TABLE = 1
    DELETE_TABLE = 2
    NEW_CHAIN = 3
    GET_CHAIN = 4
    DELETE_CHAIN = 5
    NEW_RULE = 6
    GET_RULE = 7
    DELETE_RULE = 8
    NEW_SET = 9
    GET_SET = 10
    DELETE_SET = 11
    NEW_ELEMENT = 12
    GET_ELEMENT = 13
    DELETE_ELEMENT = 14
    NEW_GENERATION = 15
    GET_GENERATION = 16
    NEW_OBJECT = 18
    GET_OBJECT = 19
    DELETE_OBJECT = 20


class Flag(IntFlag):
    REQUEST = 1
    DUMP = 0x300
    CREATE = 0x400
    APPEND = 0x800


def message(kind: Kind, family: Family, body: bytes = b"", flags: int = Flag.REQUEST, number: int = 1) -> bytes:
    """The body is padded already, being made of attributes."""
    opening = _OPENING.pack(_OPENING.size + len(body), _SUBSYSTEM << 8 | kind, flags, number, 0, _OF_FAMILY[family])
    return opening + body


def begin(number: int) -> bytes:
    return _envelope(_BATCH_BEGIN, number)


def end(number: int) -> bytes:
    return _envelope(_BATCH_END, number)


def _envelope(kind: int, number: int) -> bytes:
    return _OPENING.pack(_OPENING.size, kind, Flag.REQUEST, number, 0, _FAMILY.pack(0, 0, _SUBSYSTEM))
