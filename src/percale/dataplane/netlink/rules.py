"""Rules as the kernel's expressions, with what nft puts into them and joins in them.

Source: nftables' src/payload.c and src/rule.c.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from percale.dataplane.netlink.expressions import Comparison, compare, register
from percale.dataplane.netlink.fields import source
from percale.dataplane.netlink.matches import Unnamed, match_expressions
from percale.dataplane.netlink.statements import statement_expressions
from percale.dataplane.netlink.values import encoded
from percale.dataplane.ruleset import Compare, Element, Family, Field, Lookup, Match, Rule
from percale.traffic.protocols import ICMP, ICMPV6

_OF_ICMP = frozenset((Field.ICMP_TYPE, Field.ICMP_CODE))
_ICMP_OF = {Family.IP: ICMP, Family.IP6: ICMPV6}

#: Fields that stand one behind the other in a packet, and so in a register.
_NEIGHBOURS = ((Field.SPORT, Field.DPORT), (Field.ICMP_TYPE, Field.ICMP_CODE))


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two neighbours, each with one value: one comparison of both.

    Never where they are negated: nft joins those too, and the rule then matches as soon as either differs.
    """

    first: Compare
    second: Compare


def rule_expressions(rule: Rule, family: Family, unnamed: Unnamed) -> bytes:
    parts = [
        _pair_expressions(one, family) if isinstance(one, _Pair) else match_expressions(one, family, unnamed)
        for one in _paired(list(_with_protocol(rule.matches, family)))
    ]
    parts += [statement_expressions(statement, family) for statement in rule.statements]
    return b"".join(parts)


def _with_protocol(matches: tuple[Match, ...], family: Family) -> Iterator[Match]:
    """Types and codes of ICMP are asked of ICMP only: in another protocol, its ports are there."""
    known: Element | None = None
    for match in matches:
        if isinstance(match, Compare) and match.field is Field.L4PROTO:
            known = known or _single(match)
        elif known is None and _OF_ICMP & _fields(match) and family in _ICMP_OF:
            known = _ICMP_OF[family]
            yield Compare(Field.L4PROTO, known)
        yield match


def _fields(match: Match) -> frozenset[Field]:
    return frozenset(match.fields if isinstance(match, Lookup) else (match.field,))


def _single(match: Match) -> Element | None:
    """The one value that a comparison lets through."""
    if not isinstance(match, Compare) or match.negated:
        return None
    if isinstance(match.value, tuple):
        return match.value[0] if len(match.value) == 1 else None
    return match.value


def _paired(matches: list[Match]) -> list[Match | _Pair]:
    found: list[Match | _Pair] = [*matches]
    alone = {match.field: match for match in matches if isinstance(match, Compare) and _single(match) is not None}
    for first, second in _NEIGHBOURS:
        if first in alone and second in alone:
            found[found.index(alone[first])] = _Pair(alone[first], alone[second])
            found.remove(alone[second])
    return found


def _pair_expressions(pair: _Pair, family: Family) -> bytes:
    low, high = source(pair.first.field, family), source(pair.second.field, family)
    values = b"".join(
        encoded(value, one.kind)
        for match, one in ((pair.first, low), (pair.second, high))
        if (value := _single(match)) is not None
    )
    return low.load(register(0), len(values)) + compare(Comparison.EQUAL, values)
