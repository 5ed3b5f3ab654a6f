"""Strategies for sets on the wire: few edges, so that two sets often touch, and members that lie on them."""

from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from hypothesis import strategies as st

from percale.traffic.addresses import AddressSet, address, lenient_network
from percale.traffic.intervals import EMPTY, Intervals
from percale.traffic.packet import Packet
from percale.traffic.protocols import ICMP, ICMPV6, SCTP, TCP, UDP
from percale.traffic.regions import Region
from percale.traffic.traffic import Traffic

ESP, GRE = 50, 47
LAST = 9

numbers = st.integers(0, LAST)
pairs = st.tuples(numbers, numbers).map(lambda pair: (min(pair), max(pair)))
intervals = st.lists(pairs, max_size=4).map(Intervals.of)

points = st.tuples(numbers, numbers)
regions = st.lists(st.builds(Region.product, intervals, intervals), max_size=3).map(
    lambda parts: reduce(or_, parts, Region())
)

_NETWORKS = ("0.0.0.0/0", "128.0.0.0/1", "10.0.0.0/8", "10.0.0.0/31", "10.0.0.1", "10.0.0.2", "255.255.255.255")
_NETWORKS_6 = ("::/0", "8000::/1", "fd00::/8", "fd00::/127", "fd00::1", "fd00::2", f"{'ffff:' * 7}ffff")
_ADDRESSES = ("0.0.0.1", "9.255.255.255", "10.0.0.0", "10.0.0.1", "10.0.0.2", "10.0.0.3", "11.0.0.0", "255.255.255.255")
_ADDRESSES_6 = ("::", "fd00::", "fd00::1", "fd00::2", "fd00::3", "fe00::", "::ffff", f"{'ffff:' * 7}ffff")

addresses = st.sampled_from([address(text) for text in _ADDRESSES + _ADDRESSES_6])
networks = st.sampled_from([lenient_network(text) for text in _NETWORKS + _NETWORKS_6])
_unions = st.lists(networks, max_size=4).map(AddressSet.of)
address_sets = st.builds(lambda one, other: one - other, _unions, _unions)

_EDGES = (0, 1, 79, 80, 81, 255, 65535)
_PROTOCOLS = (TCP, UDP, SCTP, ICMP, ICMPV6, ESP, GRE)
_ports = st.lists(st.sampled_from([(0, 65535), (80, 80), (80, 81), (0, 79), (81, 65535)]), max_size=3).map(Intervals.of)
_codes = st.lists(st.sampled_from([(0, 255), (80, 80), (0, 79), (1, 255)]), max_size=2).map(Intervals.of)
_planes = (
    st.builds(lambda n, x, y: Traffic.of({n: Region.product(x, y)}), st.sampled_from((TCP, UDP, SCTP)), _ports, _ports)
    | st.builds(lambda n, x, y: Traffic.of({n: Region.product(x, y)}), st.sampled_from((ICMP, ICMPV6)), _codes, _codes)
    | st.sets(st.sampled_from(_PROTOCOLS)).map(lambda numbers: Traffic.protocols(*numbers))
    | st.just(Traffic.everything())
)
traffics = st.recursive(
    _planes,
    lambda parts: (
        st.builds(lambda a, b: a | b, parts, parts)
        | st.builds(lambda a, b: a & b, parts, parts)
        | st.builds(lambda a, b: a - b, parts, parts)
    ),
    max_leaves=5,
)


def _packet(protocol: int, version: int, x: int, y: int) -> Packet:
    end = address("10.0.0.1" if version == 4 else "fd00::1")
    return Packet(end, end, protocol, source_port=x, destination_port=y, icmp_type=x & 255, icmp_code=y & 255)


packets = st.builds(
    _packet, st.sampled_from(_PROTOCOLS), st.sampled_from((4, 6)), st.sampled_from(_EDGES), st.sampled_from(_EDGES)
)


@dataclass(frozen=True)
class Kind:
    """One type of set: how to make some, what may be in them, and the two that hold nothing and everything."""

    sets: st.SearchStrategy[Any]
    members: st.SearchStrategy[Any]
    nothing: Any
    everything: Any


_WHOLE = Intervals(((0, LAST),))

KINDS = {
    "intervals": Kind(intervals, numbers, EMPTY, _WHOLE),
    "regions": Kind(regions, points, Region(), Region.product(_WHOLE, _WHOLE)),
    "addresses": Kind(address_sets, addresses, AddressSet(), AddressSet.everything()),
    "traffic": Kind(traffics, packets, Traffic(), Traffic.everything()),
}
