"""What the kernel's connection tracking makes of a packet that opens a flow.

A packet that it calls invalid is dropped before any policy. The facts are those of
nf_conntrack_proto_icmp and nf_conntrack_proto_icmpv6: only requests open a flow, and an error message belongs
to the flow that it quotes.

Source: Calico's felix/rules/endpoints.go.
"""

from percale.traffic.intervals import Intervals
from percale.traffic.packet import Packet

_ICMP_REQUESTS = frozenset({8, 13, 15, 17})
_ICMPV6_REQUESTS = frozenset({128, 139})
#: Multicast listener and neighbour discovery are not tracked at all, and so never invalid. A redirect (137) is
#: taken for an error message, which belongs to the flow that it quotes.
_ICMPV6_UNTRACKED = frozenset({130, 131, 132, 133, 134, 135, 136, 143, 151, 152})
#: Of ICMPv6, what a pod may always send its own host: the link does not work without.
LINK_TYPES = (130, 131, 132, 133, 134, 135, 136, 143)
_OPENING = {
    4: Intervals.of((one, one) for one in _ICMP_REQUESTS),
    6: Intervals.of((one, one) for one in _ICMPV6_REQUESTS | _ICMPV6_UNTRACKED),
}


def opens_a_flow(packet: Packet) -> bool:
    """False where connection tracking finds the packet invalid."""
    return not packet.is_icmp or packet.icmp_type in opening_types(packet.version)


def opening_types(version: int) -> Intervals:
    """The types of the IP version's ICMP that connection tracking lets open a flow, or does not track."""
    return _OPENING[version]


def belongs_to_the_link(packet: Packet) -> bool:
    """Neighbour discovery and multicast listener messages."""
    return packet.is_icmp and packet.version == 6 and packet.icmp_type in LINK_TYPES
