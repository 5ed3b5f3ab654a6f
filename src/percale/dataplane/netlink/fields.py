"""Fields of packets: where each is found in a family, and what its values are."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import assert_never

from percale.dataplane.netlink import values
from percale.dataplane.netlink.expressions import Base, conntrack, meta, payload, route
from percale.dataplane.netlink.values import Kind
from percale.dataplane.ruleset import Family, Field


@dataclass(frozen=True, slots=True)
class Payload:
    base: Base
    offset: int


@dataclass(frozen=True, slots=True)
class Meta:
    key: int


@dataclass(frozen=True, slots=True)
class Conntrack:
    key: int
    original: bool = False


@dataclass(frozen=True, slots=True)
class Route:
    """A question to the routing table; the flags say about what."""

    result: int
    flags: int


Place = Payload | Meta | Conntrack | Route


@dataclass(frozen=True, slots=True)
class Source:
    place: Place
    kind: Kind

    def load(self, into: int, size: int = 0) -> bytes:
        """Of a payload only the first `size` bytes, where it is given."""
        match self.place:
            case Payload(base, offset):
                return payload(base, offset, size or self.kind.size, into)
            case Meta(key):
                return meta(key, into)
            case Conntrack(key, original):
                return conntrack(key, into, original=original)
            case Route(result, flags):
                return route(result, flags, into)
            case _:
                assert_never(self.place)


_OF_SOURCE, _OF_DESTINATION, _BY_INCOMING_INTERFACE, _ASKED_WHETHER = 1, 2, 8, 32
_OUTGOING_INTERFACE, _ADDRESS_TYPE = 1, 3

_ANYWHERE = {
    Field.L4PROTO: Source(Meta(16), values.PROTOCOL),
    Field.SPORT: Source(Payload(Base.TRANSPORT, 0), values.PORT),
    Field.DPORT: Source(Payload(Base.TRANSPORT, 2), values.PORT),
    Field.IIFNAME: Source(Meta(6), values.INTERFACE),
    Field.OIFNAME: Source(Meta(7), values.INTERFACE),
}
_ROUTED = {
    Field.CT_STATE: Source(Conntrack(0), values.CT_STATE),
    Field.CT_STATUS: Source(Conntrack(2), values.CT_STATUS),
    Field.ORIGINAL_DPORT: Source(Conntrack(12, original=True), values.PORT),
    Field.REVERSE_ROUTE: Source(
        Route(_OUTGOING_INTERFACE, _OF_SOURCE | _BY_INCOMING_INTERFACE | _ASKED_WHETHER), values.ROUTE
    ),
    Field.DESTINATION_TYPE: Source(Route(_ADDRESS_TYPE, _OF_DESTINATION), values.ADDRESS_TYPE),
    Field.SOURCE_TYPE: Source(Route(_ADDRESS_TYPE, _OF_SOURCE), values.ADDRESS_TYPE),
}
_IP = {
    Field.SADDR: Source(Payload(Base.NETWORK, 12), values.IPV4),
    Field.DADDR: Source(Payload(Base.NETWORK, 16), values.IPV4),
    Field.HOP_LIMIT: Source(Payload(Base.NETWORK, 8), values.BYTE),
    Field.ICMP_TYPE: Source(Payload(Base.TRANSPORT, 0), values.ICMP_TYPE),
    Field.ICMP_CODE: Source(Payload(Base.TRANSPORT, 1), values.ICMP_CODE),
    Field.ORIGINAL_DADDR: Source(Conntrack(20, original=True), values.IPV4),
}
_IP6 = {
    Field.SADDR: Source(Payload(Base.NETWORK, 8), values.IPV6),
    Field.DADDR: Source(Payload(Base.NETWORK, 24), values.IPV6),
    Field.HOP_LIMIT: Source(Payload(Base.NETWORK, 7), values.BYTE),
    Field.ICMP_TYPE: Source(Payload(Base.TRANSPORT, 0), values.ICMPV6_TYPE),
    Field.ICMP_CODE: Source(Payload(Base.TRANSPORT, 1), values.ICMPV6_CODE),
    Field.ORIGINAL_DADDR: Source(Conntrack(22, original=True), values.IPV6),
}
_BRIDGE = {
    Field.ETHER_TYPE: Source(Payload(Base.LINK, 12), values.ETHER_TYPE),
    Field.ARP_SADDR: Source(Payload(Base.NETWORK, 14), values.IPV4),
    Field.IP_SADDR: Source(Payload(Base.NETWORK, 12), values.IPV4),
    Field.IP6_SADDR: Source(Payload(Base.NETWORK, 8), values.IPV6),
}

SOURCES: Mapping[Family, Mapping[Field, Source]] = {
    Family.IP: _ANYWHERE | _ROUTED | _IP,
    Family.IP6: _ANYWHERE | _ROUTED | _IP6,
    Family.BRIDGE: _ANYWHERE | _BRIDGE,
}


def source(field: Field, family: Family) -> Source:
    found = SOURCES[family].get(field)
    if found is None:
        raise ValueError(f"`{field}` cannot be asked of a packet in the family `{family}`")
    return found
