"""Kernel rules as values, in netfilter's own terms; `nftables/text.py` writes them down."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from percale.traffic.addresses import Address, Network
from percale.traffic.intervals import Intervals


class Family(StrEnum):
    IP = "ip"
    IP6 = "ip6"
    BRIDGE = "bridge"


class Field(StrEnum):
    """What of a packet can be compared; addresses are those of the table's family."""

    SADDR = "saddr"
    DADDR = "daddr"
    L4PROTO = "meta l4proto"
    SPORT = "th sport"
    DPORT = "th dport"
    ICMP_TYPE = "type"
    ICMP_CODE = "code"
    IIFNAME = "iifname"
    OIFNAME = "oifname"
    CT_STATE = "ct state"
    CT_STATUS = "ct status"
    #: The destination before it was translated, as connection tracking remembers it.
    ORIGINAL_DADDR = "ct original daddr"
    ORIGINAL_DPORT = "ct original proto-dst"
    HOP_LIMIT = "hoplimit"
    ETHER_TYPE = "ether type"
    ARP_SADDR = "arp saddr ip"
    #: In a bridge's table the IP version has to be said.
    IP_SADDR = "ip saddr"
    IP6_SADDR = "ip6 saddr"
    #: Whether the route back to the source leaves by the interface the packet came in by.
    REVERSE_ROUTE = "fib saddr . iif oif"
    #: What kind of address the destination, or the source, is to this host.
    DESTINATION_TYPE = "fib daddr type"
    SOURCE_TYPE = "fib saddr type"


Element = str | int | Address | Network


@dataclass(frozen=True, slots=True)
class Compare:
    """`value` is one element, a network, or several of them meaning any of; never ranges (see Spans)."""

    field: Field
    value: Element | tuple[Element, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Spans:
    """A field inside one range. More than one is several rules: sets of ranges without a name leak."""

    field: Field
    first: int
    last: int
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Lookup:
    """The concatenation of fields is in the named set."""

    fields: tuple[Field, ...]
    set: str
    negated: bool = False


Match = Compare | Spans | Lookup


@dataclass(frozen=True, slots=True)
class Goto:
    chain: str


@dataclass(frozen=True, slots=True)
class Jump:
    chain: str


@dataclass(frozen=True, slots=True)
class Dispatch:
    """Go where the named verdict map says; a miss goes on with the next rule."""

    fields: tuple[Field, ...]
    map: str


@dataclass(frozen=True, slots=True)
class Log:
    """To the kernel's log, or to whoever listens to the NFLOG group."""

    prefix: str
    group: int | None = None


@dataclass(frozen=True, slots=True)
class Limit:
    """Go on only this often: `rate` as `5/second`, after `burst` packets at once."""

    rate: str
    burst: int


@dataclass(frozen=True, slots=True)
class Count:
    """Add to the named counter and go on."""

    counter: str


class Verdict(StrEnum):
    ACCEPT = "accept"
    DROP = "drop"
    REJECT = "reject"
    RETURN = "return"
    #: Not a verdict for nft, and the rule goes on: connection tracking will not see the packet.
    NOTRACK = "notrack"


Statement = Goto | Jump | Dispatch | Log | Limit | Count | Verdict


@dataclass(frozen=True, slots=True)
class Rule:
    matches: tuple[Match, ...]
    statements: tuple[Statement, ...]
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Hook:
    """Where a base chain hangs; its policy is always accept: Percale drops what it has to by rules."""

    name: str
    priority: int


@dataclass(frozen=True, slots=True)
class Chain:
    name: str
    rules: tuple[Rule, ...]
    hook: Hook | None = None


class Key(StrEnum):
    """The types that elements of sets and maps are made of."""

    IPV4 = "ipv4_addr"
    IPV6 = "ipv6_addr"
    PROTOCOL = "inet_proto"
    PORT = "inet_service"
    INTERFACE = "ifname"


SetElement = tuple[Element, ...]


@dataclass(frozen=True, slots=True)
class Set:
    """Elements have one part for each key. A set of networks or ranges is an interval set."""

    name: str
    keys: tuple[Key, ...]
    elements: frozenset[SetElement]
    comment: str = ""


@dataclass(frozen=True, slots=True)
class IntervalSet:
    """Networks or port ranges; disjoint by construction, since the kernel refuses overlaps."""

    name: str
    key: Key
    elements: tuple[Network, ...] | Intervals
    comment: str = ""


@dataclass(frozen=True, slots=True)
class VerdictMap:
    name: str
    keys: tuple[Key, ...]
    elements: Mapping[SetElement, Goto | Jump]


@dataclass(frozen=True, slots=True)
class Counter:
    name: str
    comment: str


@dataclass(frozen=True)
class Table:
    """Objects by name; a chain may name any set, map, counter or chain of its own table."""

    family: Family
    chains: Mapping[str, Chain] = field(default_factory=dict)
    sets: Mapping[str, Set] = field(default_factory=dict)
    interval_sets: Mapping[str, IntervalSet] = field(default_factory=dict)
    maps: Mapping[str, VerdictMap] = field(default_factory=dict)
    counters: Mapping[str, Counter] = field(default_factory=dict)


@dataclass(frozen=True)
class Ruleset:
    tables: tuple[Table, ...]

    def table(self, family: Family) -> Table:
        return next(table for table in self.tables if table.family is family)
