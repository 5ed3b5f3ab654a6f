"""Matches as the kernel's expressions."""

from collections.abc import Callable
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import assert_never

from percale.dataplane.netlink.expressions import Comparison, compare, lookup, mask, outside, register
from percale.dataplane.netlink.fields import Source, source
from percale.dataplane.netlink.values import BIT_FIELDS, IPV4, IPV6, Kind, encoded, padded
from percale.dataplane.ruleset import Compare, Element, Family, Field, Lookup, Match, Spans
from percale.traffic.addresses import Network

#: Puts values into a set that has no name, and gives what the rule calls it and its number in the transaction.
Unnamed = Callable[[Kind, tuple[bytes, ...]], tuple[str, int]]

_FIRST = register(0)


def match_expressions(match: Match, family: Family, unnamed: Unnamed) -> bytes:
    match match:
        case Compare(field, value, negated):
            return _compared(source(field, family), _among(value), unnamed, negated=negated)
        case Spans(field, first, last, negated):
            return _spans(source(field, family), first, last, negated=negated)
        case Lookup(fields, name, negated):
            return concatenation(fields, family) + lookup(name, negated=negated)
        case _:
            assert_never(match)


def concatenation(fields: tuple[Field, ...], family: Family) -> bytes:
    """Each field in registers of its own, one behind the other."""
    loads = []
    offset = 0
    for field in fields:
        one = source(field, family)
        loads.append(one.load(register(offset)))
        offset += padded(one.kind.size)
    return b"".join(loads)


def _among(value: Element | tuple[Element, ...]) -> tuple[Element, ...]:
    return value if isinstance(value, tuple) else (value,)


def _compared(found: Source, among: tuple[Element, ...], unnamed: Unnamed, *, negated: bool) -> bytes:
    kind = found.kind
    if kind in BIT_FIELDS:
        return found.load(_FIRST) + _bits(among, kind, negated=negated)
    if len(among) > 1:
        name, set_id = unnamed(kind, tuple(encoded(one, kind) for one in among))
        return found.load(_FIRST) + lookup(name, set_id, negated=negated)
    operator = Comparison.DIFFERENT if negated else Comparison.EQUAL
    (one,) = (_address(element, kind) for element in among)
    if isinstance(one, IPv4Network | IPv6Network):
        return _network(found, one, operator)
    return found.load(_FIRST) + compare(operator, encoded(one, kind))


def _address(element: Element, kind: Kind) -> Element:
    if isinstance(element, str) and kind in (IPV4, IPV6):
        return ip_network(element) if "/" in element else ip_address(element)
    return element


def _network(found: Source, network: Network, operator: Comparison) -> bytes:
    """Whole bytes are compared alone, other prefixes through their mask."""
    start, length = network.network_address.packed, network.prefixlen
    if length and length % 8 == 0:
        size = length // 8
        return found.load(_FIRST, size) + compare(operator, start[:size])
    return found.load(_FIRST) + mask(network.netmask.packed) + compare(operator, start)


def _bits(among: tuple[Element, ...], kind: Kind, *, negated: bool) -> bytes:
    """Any of the bits is set; negated, as nft has it, that they are not exactly those."""
    together = 0
    for one in among:
        together |= int.from_bytes(encoded(one, kind), kind.byteorder)
    bits = together.to_bytes(kind.size, kind.byteorder)
    if negated:
        return compare(Comparison.DIFFERENT, bits)
    return mask(bits) + compare(Comparison.DIFFERENT, bytes(kind.size))


def _spans(found: Source, first: int, last: int, *, negated: bool) -> bytes:
    low, high = encoded(first, found.kind), encoded(last, found.kind)
    if negated:
        return found.load(_FIRST) + outside(low, high)
    return found.load(_FIRST) + compare(Comparison.AT_LEAST, low) + compare(Comparison.AT_MOST, high)
