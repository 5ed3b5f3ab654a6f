"""One rule for every field, every kind of match and every statement that each family has."""

from collections.abc import Iterable, Iterator

from percale.dataplane.ruleset import (
    Chain,
    Compare,
    Count,
    Counter,
    Dispatch,
    Element,
    Family,
    Field,
    Goto,
    Hook,
    IntervalSet,
    Jump,
    Key,
    Limit,
    Log,
    Lookup,
    Match,
    Rule,
    Set,
    Spans,
    Statement,
    Table,
    Verdict,
    VerdictMap,
)
from percale.traffic.addresses import Network, address, strict_network
from percale.traffic.intervals import Intervals
from percale.traffic.protocols import ICMP, ICMPV6, TCP, UDP

_ADDRESSES: dict[Family, tuple[Element, ...]] = {
    Family.IP: (address("10.0.0.1"), address("10.0.0.2")),
    Family.IP6: (address("fd00::1"), address("fd00::2")),
}
_NETWORKS: dict[Family, tuple[Element, ...]] = {
    Family.IP: tuple(map(strict_network, ("0.0.0.0/0", "128.0.0.0/1", "10.0.0.0/8", "10.64.0.0/13", "10.0.0.9/32"))),
    Family.IP6: (
        "fe80::/10",
        "::",
        *map(strict_network, ("::/0", "fd00::/8", "fd00::/13", "2001:db8::/32", "fd00::/64", "fd00::/65", "::1/128")),
    ),
}
_ICMP = {Family.IP: ICMP, Family.IP6: ICMPV6}
_KEY = {Family.IP: Key.IPV4, Family.IP6: Key.IPV6}
_TCP_ONLY = Compare(Field.L4PROTO, TCP)


def rules(family: Family) -> list[Rule]:
    found = list(_bridge_rules()) if family is Family.BRIDGE else list(_routed_rules(family))
    return [*found, *(Rule((), (statement,)) for statement in _statements(family))]


def _routed_rules(family: Family) -> Iterator[Rule]:
    for matches in (*_anywhere(), *_addressed(family), *_tracked(family), *_icmp(family), *_routes(), *_looked_up()):
        yield Rule(tuple(matches), (Verdict.ACCEPT,), "why")


def _every(
    field: Field, values: tuple[Element, ...], *before: Match, numbers: Iterable[tuple[int, int]] = ()
) -> Iterator[tuple[Match, ...]]:
    """One value, one alone among several, several of them, ranges; and the negations of each."""
    for negated in (False, True):
        yield (*before, Compare(field, values[0], negated))
        yield (*before, Compare(field, values[:1], negated))
        if len(values) > 1:
            yield (*before, Compare(field, values, negated))
        for first, last in numbers:
            yield (*before, Spans(field, first, last, negated))


def _anywhere() -> Iterator[tuple[Match, ...]]:
    yield from _every(Field.L4PROTO, (TCP, UDP), numbers=[(6, 8)])
    for port in (Field.SPORT, Field.DPORT):
        yield from _every(port, (80, 443), numbers=[(1, 1), (80, 90), (1024, 65535)])
    yield Compare(Field.SPORT, 1), Compare(Field.DPORT, 2)
    yield Compare(Field.DPORT, (2,)), _TCP_ONLY, Compare(Field.SPORT, 1)
    yield Spans(Field.SPORT, 1, 1, negated=True), Spans(Field.DPORT, 2, 2, negated=True)
    for interface in (Field.IIFNAME, Field.OIFNAME):
        yield from _every(interface, ("eth0", "a-name-15-bytes"))


def _addressed(family: Family) -> Iterator[tuple[Match, ...]]:
    for field in (Field.SADDR, Field.DADDR, Field.ORIGINAL_DADDR):
        yield from _every(field, _ADDRESSES[family])
        for network in _NETWORKS[family]:
            yield (Compare(field, network),)
            yield (Compare(field, network, negated=True),)
    yield Compare(Field.SADDR, _ADDRESSES[family][0]), Compare(Field.DADDR, _ADDRESSES[family][1])
    yield from _every(Field.HOP_LIMIT, (255, 64), numbers=[(1, 7)])


def _tracked(family: Family) -> Iterator[tuple[Match, ...]]:
    for state in ("invalid", "established", "related", "new", "untracked"):
        yield from _every(Field.CT_STATE, (state,))
    yield (Compare(Field.CT_STATE, ("established", "related")),)
    yield (Compare(Field.CT_STATE, ("new", "untracked"), negated=True),)
    for status in ("snat", "dnat"):
        yield from _every(Field.CT_STATUS, (status,))
    yield from _every(Field.ORIGINAL_DPORT, (80, 443), _TCP_ONLY, numbers=[(80, 90)])
    yield Compare(Field.CT_STATE, "new"), Compare(Field.ORIGINAL_DADDR, _ADDRESSES[family][0])


def _icmp(family: Family) -> Iterator[tuple[Match, ...]]:
    named = Compare(Field.L4PROTO, _ICMP[family])
    for field in (Field.ICMP_TYPE, Field.ICMP_CODE):
        for before in ((), (named,), (Lookup((Field.L4PROTO,), "protocols"),)):
            yield from _every(field, (3, 4), *before, numbers=[(3, 5)])
    yield Compare(Field.ICMP_TYPE, 3), Compare(Field.ICMP_CODE, 4)
    yield Compare(Field.ICMP_CODE, 4), Compare(Field.HOP_LIMIT, 9), Compare(Field.ICMP_TYPE, 3)
    yield Spans(Field.ICMP_TYPE, 1, 1, negated=True), Spans(Field.ICMP_CODE, 2, 2, negated=True)


def _routes() -> Iterator[tuple[Match, ...]]:
    for found in ("missing", "exists"):
        yield from _every(Field.REVERSE_ROUTE, (found,))
    for kind in (Field.DESTINATION_TYPE, Field.SOURCE_TYPE):
        yield from _every(kind, ("local",))
        yield (Compare(kind, "multicast"),)


def _looked_up() -> Iterator[tuple[Match, ...]]:
    points = Field.L4PROTO, Field.DPORT
    for negated in (False, True):
        for fields, name in (
            ((Field.SADDR,), "addresses"),
            ((Field.DADDR,), "networks"),
            ((Field.SPORT,), "ranges"),
            ((Field.DPORT,), "ports"),
            ((Field.IIFNAME,), "names"),
            ((Field.OIFNAME,), "names"),
            ((Field.IIFNAME, Field.SADDR), "sources"),
            ((Field.DADDR, *points), "points"),
            ((Field.SADDR, Field.L4PROTO, Field.SPORT), "points"),
        ):
            yield (Lookup(fields, name, negated),)
        yield _TCP_ONLY, Lookup((Field.ORIGINAL_DADDR, Field.L4PROTO, Field.ORIGINAL_DPORT), "points", negated)


def _bridge_rules() -> Iterator[Rule]:
    ports = Lookup((Field.IIFNAME,), "names")
    asked: list[tuple[Match, ...]] = [*_anywhere(), *_every(Field.ETHER_TYPE, ("ip", "ip6"))]
    for ether_type, field, pairs, values in (
        ("ip", Field.IP_SADDR, "sources4", (*_ADDRESSES[Family.IP], *_NETWORKS[Family.IP])),
        ("ip6", Field.IP6_SADDR, "sources6", (*_ADDRESSES[Family.IP6], *_NETWORKS[Family.IP6])),
        ("arp", Field.ARP_SADDR, "sources4", (*_ADDRESSES[Family.IP], *_NETWORKS[Family.IP])),
    ):
        of_type = Compare(Field.ETHER_TYPE, ether_type)
        asked += [(of_type, ports, Lookup((Field.IIFNAME, field), pairs, negated)) for negated in (False, True)]
        asked += [(of_type, Compare(field, value, negated)) for value in values for negated in (False, True)]
    for matches in asked:
        yield Rule(matches, (Verdict.DROP,), "not this pod's address")


def _statements(family: Family) -> Iterator[Statement]:
    yield from (Goto("end"), Jump("end"), Count("r-1"))
    yield from (Log("calico-packet: "), Log('of "quotes" and ümlauts', 0), Log("staged-Deny|s-1: ", 91))
    yield from (Limit("5/second", 5), Limit("100/minute", 7), Limit("1/hour", 1), Limit("9/day", 2))
    yield Dispatch((Field.IIFNAME,), "by_name")
    if family is Family.BRIDGE:
        # This family has no connection tracking; and not every kernel can send a rejection in it.
        yield from (one for one in Verdict if one not in (Verdict.REJECT, Verdict.NOTRACK))
        return
    yield from Verdict
    yield Dispatch((Field.SADDR,), "by_address")
    yield Dispatch((Field.SADDR, Field.L4PROTO, Field.DPORT), "by_point")


def table(family: Family) -> Table:
    """Each rule in a chain of its own, so that what differs says where; and what they name."""
    chains = {name: Chain(name, (rule,)) for name, rule in numbered(family).items()}
    hook = Chain("forward", (Rule((), (Jump("end"),)),), Hook("forward", -5))
    named = {one.name: one for one in _sets(family)}
    return Table(
        family,
        chains={"end": Chain("end", ()), **chains, "forward": hook},
        sets={name: one for name, one in named.items() if isinstance(one, Set)},
        interval_sets={name: one for name, one in named.items() if isinstance(one, IntervalSet)},
        maps={one.name: one for one in _maps(family)},
        counters={"r-1": Counter("r-1", "says so")},
    )


def numbered(family: Family) -> dict[str, Rule]:
    """By the name of their chain."""
    return {f"c-{number}": rule for number, rule in enumerate(rules(family))}


def _sets(family: Family) -> Iterator[Set | IntervalSet]:
    yield Set("names", (Key.INTERFACE,), frozenset({("eth0",), ("a-name-15-bytes",)}), 'says "so"')
    yield Set("protocols", (Key.PROTOCOL,), frozenset({(TCP,), (ICMP,), (ICMPV6,)}))
    yield Set("ports", (Key.PORT,), frozenset((port,) for port in range(1, 3000)))
    yield IntervalSet("ranges", Key.PORT, Intervals.of([(0, 0), (80, 80), (1024, 65535)]))
    if family is Family.BRIDGE:
        v4, v6 = _ADDRESSES[Family.IP], _ADDRESSES[Family.IP6]
        yield Set("sources4", (Key.INTERFACE, Key.IPV4), frozenset(("eth0", one) for one in v4))
        yield Set("sources6", (Key.INTERFACE, Key.IPV6), frozenset(("eth0", one) for one in v6))
        return
    some, key = _ADDRESSES[family], _KEY[family]
    yield Set("addresses", (key,), frozenset((one,) for one in some), "app == 'x'")
    yield Set("empty", (key,), frozenset())
    yield Set("sources", (Key.INTERFACE, key), frozenset(("eth0", one) for one in some))
    points = frozenset((one, protocol, 80) for one in some for protocol in (TCP, UDP))
    yield Set("points", (key, Key.PROTOCOL, Key.PORT), points)
    yield from _network_sets(family, key)


def _network_sets(family: Family, key: Key) -> Iterator[IntervalSet]:
    networks: dict[Family, tuple[tuple[Network, ...], ...]] = {
        Family.IP: (
            tuple(map(strict_network, ("10.0.0.0/25", "10.0.0.128/26", "192.168.0.0/16", "224.0.0.0/3"))),
            (strict_network("0.0.0.0/1"),),
            (strict_network("10.0.0.1/32"),),
        ),
        Family.IP6: (tuple(map(strict_network, ("fd00::/16", "fd01::/128", "ff00::/8"))), (strict_network("::/8"),)),
    }
    for number, disjoint in enumerate(networks[family]):
        yield IntervalSet("networks" if number == 0 else f"networks{number}", key, disjoint)


def _maps(family: Family) -> Iterator[VerdictMap]:
    yield VerdictMap("by_name", (Key.INTERFACE,), {("eth0",): Goto("end"), ("eth1",): Jump("end")})
    if family is Family.BRIDGE:
        return
    key = _KEY[family]
    some = _ADDRESSES[family]
    yield VerdictMap("by_address", (key,), {(some[0],): Goto("end"), (some[1],): Jump("end")})
    yield VerdictMap("by_nothing", (key,), {})
    yield VerdictMap("by_point", (key, Key.PROTOCOL, Key.PORT), {(some[0], TCP, 80): Goto("end")})
