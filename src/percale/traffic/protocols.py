"""IP protocols by number and by the names that Calico and Kubernetes give them."""

TCP = 6
UDP = 17
ICMP = 1
ICMPV6 = 58
SCTP = 132
UDPLITE = 136

#: Names are case-sensitive in `projectcalico.org/v3` (Calico's felix/rules/policy.go).
NUMBER_OF = {"TCP": TCP, "UDP": UDP, "ICMP": ICMP, "ICMPv6": ICMPV6, "SCTP": SCTP, "UDPLite": UDPLITE}
NAME_OF = {number: name for name, number in NUMBER_OF.items()}

#: Policies may match ports of these only; any other packet has no port (Calico's felix/rules/policy.go).
PROTOCOLS_WITH_PORTS = frozenset({TCP, UDP, SCTP})


def protocol_name(number: int) -> str:
    """`TCP` for 6, the number itself for a protocol without a name."""
    return NAME_OF.get(number, str(number))
