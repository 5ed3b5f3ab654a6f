"""The expressions that kernel rules are made of, one function each.

Numbers are those of linux/netfilter/nf_tables.h, attributes in the order in which the kernel shows them.
"""

from enum import IntEnum
from functools import lru_cache

from percale.dataplane.netlink.attributes import ENDING, PADDING, attribute, before, nested, number, text

_LIST_ELEMENT = 1
_NAME, _DATA = 1, 2
_VALUE, _VERDICT = 1, 2
_VERDICT_CODE, _VERDICT_CHAIN = 1, 2
_COUNTER_OBJECT = 1
_WORD, _WORDS_OF_REGISTER = 4, 4
_FIRST_REGISTER, _FIRST_WORD = 1, 8

#: Few loads are used by many rules; so are few comparisons.
_KEPT = 4096


class Base(IntEnum):
    """Where a payload's offset counts from."""

    LINK = 0
    NETWORK = 1
    TRANSPORT = 2


class Comparison(IntEnum):
    EQUAL = 0
    DIFFERENT = 1
    AT_MOST = 3
    AT_LEAST = 5


class Code(IntEnum):
    """Verdicts; those below zero stay within nf_tables."""

    DROP = 0
    ACCEPT = 1
    JUMP = -3
    GOTO = -4
    RETURN = -5


def register(offset: int) -> int:
    """The register that begins so many bytes into the four of sixteen bytes: under its long name where it has one."""
    word = offset // _WORD
    if word % _WORDS_OF_REGISTER == 0:
        return _FIRST_REGISTER + word // _WORDS_OF_REGISTER
    return _FIRST_WORD + word


@lru_cache(_KEPT)
def payload(base: Base, offset: int, size: int, into: int) -> bytes:
    return _expression("payload", number(1, into), number(2, base), number(3, offset), number(4, size))


@lru_cache(_KEPT)
def meta(key: int, into: int) -> bytes:
    return _expression("meta", number(2, key), number(1, into))


@lru_cache(_KEPT)
def conntrack(key: int, into: int, *, original: bool) -> bytes:
    direction = (number(3, 0, 1),) if original else ()
    return _expression("ct", number(1, into), number(2, key), *direction)


@lru_cache(_KEPT)
def route(result: int, flags: int, into: int) -> bytes:
    return _expression("fib", number(1, into), number(2, result), number(3, flags))


def compare(operator: Comparison, value: bytes) -> bytes:
    size = len(value)
    return _comparison(operator, size) + value + PADDING[size & 3]


@lru_cache
def _comparison(operator: Comparison, size: int) -> bytes:
    return before(_expression("cmp", number(1, _FIRST_REGISTER), number(2, operator), _value(3, bytes(size))), size)


@lru_cache(_KEPT)
def mask(bits: bytes) -> bytes:
    size = len(bits)
    both = number(1, _FIRST_REGISTER), number(2, _FIRST_REGISTER)
    return _expression("bitwise", *both, number(3, size), number(6, 0), _value(4, bits), _value(5, bytes(size)))


@lru_cache(_KEPT)
def outside(first: bytes, last: bytes) -> bytes:
    """Goes on where the register is not in the range."""
    return _expression(
        "range", number(1, _FIRST_REGISTER), number(2, Comparison.DIFFERENT), _value(3, first), _value(4, last)
    )


@lru_cache(_KEPT)
def lookup(name: str, set_id: int = 0, *, negated: bool = False) -> bytes:
    """`set_id` finds a set of the same transaction that has no name yet."""
    by_id = (number(4, set_id),) if set_id else ()
    return _expression("lookup", text(1, name), number(2, _FIRST_REGISTER), *by_id, number(5, int(negated)))


@lru_cache(_KEPT)
def dispatch(name: str) -> bytes:
    """The verdict that the map has for the register; a miss goes on."""
    return _expression("lookup", text(1, name), number(2, _FIRST_REGISTER), number(3, 0), number(5, 0))


@lru_cache
def verdict(code: Code) -> bytes:
    return _expression("immediate", number(1, 0), nested(2, nested(_VERDICT, _coded(code))))


def go(code: Code, chain: str) -> bytes:
    """A verdict that names a chain."""
    name = chain.encode()
    size = len(name) + 1
    return _going(code, size) + name + ENDING[size & 3]


def verdict_data(kind: int, code: Code, chain: str) -> bytes:
    return nested(kind, nested(_VERDICT, _coded(code), text(_VERDICT_CHAIN, chain)))


@lru_cache
def _going(code: Code, size: int) -> bytes:
    data = verdict_data(2, code, "-" * (size - 1))
    return before(_expression("immediate", number(1, 0), data), size)


def _coded(code: Code) -> bytes:
    return attribute(_VERDICT_CODE, code.to_bytes(4, "big", signed=True))


def count(counter: str) -> bytes:
    return _expression("objref", text(2, counter), number(1, _COUNTER_OBJECT))


def limit(rate: int, unit_s: int, burst: int) -> bytes:
    of_packets = number(4, 0), number(5, 0)
    return _expression("limit", number(1, rate, 8), number(2, unit_s, 8), number(3, burst), *of_packets)


def log(prefix: str, *, group: int | None, level: int) -> bytes:
    where = number(5, level) if group is None else number(1, group, 2)
    return _expression("log", text(2, prefix), where)


def reject(kind: int, code: int) -> bytes:
    return _expression("reject", number(1, kind), number(2, code, 1))


NOTRACK = nested(_LIST_ELEMENT, text(_NAME, "notrack"))


def _expression(name: str, *attributes: bytes) -> bytes:
    return nested(_LIST_ELEMENT, text(_NAME, name), nested(_DATA, *attributes))


def _value(kind: int, value: bytes) -> bytes:
    return nested(kind, attribute(_VALUE, value))
