"""Sets and verdict maps, and what is in them, in the kernel's attributes."""

import sys
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import assert_never

from percale.dataplane import naming
from percale.dataplane.netlink.attributes import HEADER_SIZE, PADDING, attribute, nested, number, text
from percale.dataplane.netlink.expressions import Code, verdict_data
from percale.dataplane.netlink.intervals import Bound, bounds
from percale.dataplane.netlink.objects import TABLE, note
from percale.dataplane.netlink.values import KIND_OF_KEY, ByteOrder, Kind, key_writer, padded
from percale.dataplane.ruleset import Goto, IntervalSet, Jump, Key, Set, VerdictMap

#: The kernel puts a number in place of `%d`.
UNNAMED_SET = "__set%d"

_UNNAMED, _CONSTANT, _INTERVAL, _MAP = 1, 2, 4, 8
_VERDICT_TYPE = 0xFFFFFF00
_TYPE_BITS = 6
_LIST_ELEMENT = 1
_END = number(3, 1)
_KEY_ORDER, _DATA_ORDER, _COMMENT = 0, 1, 7
#: Noted beside the last element, where nothing ends its interval.
_OPEN = attribute(6, note(1, (1).to_bytes(4, sys.byteorder)))

#: They are one attribute, which says its length in two bytes.
_MOST_OF_ELEMENTS = 0xFFFF - HEADER_SIZE


def hash_set(name: str, keys: tuple[Key, ...], size: int, comment: str, set_id: int) -> bytes:
    kinds = _kinds(keys)
    return _named(name, 0, kinds, set_id) + _room(size) + _notes(kinds, comment)


def interval_set(name: str, key: Key, comment: str, set_id: int) -> bytes:
    kinds = _kinds((key,))
    return _named(name, _INTERVAL, kinds, set_id) + _notes(kinds, comment)


def verdict_map(name: str, keys: tuple[Key, ...], size: int, set_id: int) -> bytes:
    kinds = _kinds(keys)
    verdicts = note(_DATA_ORDER, bytes(4))
    data = number(6, _VERDICT_TYPE) + number(7, 0)
    return _named(name, _MAP, kinds, set_id) + data + _room(size) + _notes(kinds, "", verdicts)


def unnamed_set(kind: Kind, size: int, set_id: int) -> bytes:
    return _named(UNNAMED_SET, _UNNAMED | _CONSTANT, (kind,), set_id) + _room(size) + _notes((kind,), "")


def named(name: str) -> bytes:
    return TABLE + text(2, name)


def filled(part: Set | IntervalSet | VerdictMap) -> Iterator[bytes]:
    """Messages that name the set and so many of its elements as fit; none for none."""
    yield from _messages(named(part.name), elements(part))


def elements(part: Set | IntervalSet | VerdictMap) -> Iterator[bytes]:
    match part:
        case Set(_, keys, members):
            return map(element, map(key_writer(_kinds(keys)), members))
        case IntervalSet(_, key, spans):
            return (_bound(one) for one in bounds(spans, KIND_OF_KEY[key]))
        case VerdictMap(_, keys, verdicts):
            return map(element, map(key_writer(_kinds(keys)), verdicts), map(_verdict, verdicts.values()))
        case _:
            assert_never(part)


def unnamed_filled(values: tuple[bytes, ...], set_id: int) -> Iterator[bytes]:
    yield from _messages(named(UNNAMED_SET) + number(4, set_id), map(element, values))


def element(key: bytes, more: bytes = b"") -> bytes:
    size = len(key)
    return _opening(size, len(more)) + key + PADDING[size & 3] + more


@lru_cache
def _opening(key_size: int, more_size: int) -> bytes:
    """Up to the key itself: three headers, one in the other."""
    key = attribute(1, bytes(key_size))
    whole = nested(_LIST_ELEMENT, nested(1, key), bytes(more_size))
    return whole[: 3 * HEADER_SIZE]


def _messages(opening: bytes, members: Iterable[bytes]) -> Iterator[bytes]:
    """As few as hold them all."""
    together = list(members)
    fit = _MOST_OF_ELEMENTS // max(map(len, together), default=1)
    for first in range(0, len(together), fit):
        yield opening + nested(3, *together[first : first + fit])


def _kinds(keys: tuple[Key, ...]) -> tuple[Kind, ...]:
    return tuple(KIND_OF_KEY[key] for key in keys)


def _named(name: str, flags: int, kinds: tuple[Kind, ...], set_id: int) -> bytes:
    kind, size = kinds[0].number, kinds[0].size
    if len(kinds) > 1:
        kind, size = 0, sum(padded(one.size) for one in kinds)
        for one in kinds:
            kind = kind << _TYPE_BITS | one.number
    return named(name) + number(3, flags) + number(4, kind) + number(5, size) + number(10, set_id)


def _room(size: int) -> bytes:
    return nested(9, number(1, size))


def _notes(kinds: tuple[Kind, ...], comment: str, more: bytes = b"") -> bytes:
    order = kinds[0].order if len(kinds) == 1 else ByteOrder.NONE
    said = note(_COMMENT, naming.comment(comment).encode() + b"\0") if comment else b""
    return attribute(13, note(_KEY_ORDER, order.to_bytes(4, sys.byteorder)) + more + said)


def _bound(bound: Bound) -> bytes:
    if bound.ends:
        return element(bound.value, _END)
    return element(bound.value, _OPEN) if bound.is_open else element(bound.value)


@lru_cache(4096)
def _verdict(to: Goto | Jump) -> bytes:
    return verdict_data(2, Code.GOTO if isinstance(to, Goto) else Code.JUMP, to.chain)
