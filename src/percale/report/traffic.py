"""Packets, and sets of them, in words and as JSON."""

from typing import Any

from percale.traffic.intervals import Intervals
from percale.traffic.packet import Packet
from percale.traffic.protocols import ICMP, ICMPV6, PROTOCOLS_WITH_PORTS, protocol_name
from percale.traffic.regions import Region
from percale.traffic.traffic import ANY_ICMP, ANY_PORT, Traffic

_ANY = "any"


def packet_words(packet: Packet) -> str:
    """`TCP 6379`, `ICMP type 8 code 0`, `protocol 47`."""
    if packet.has_ports:
        return f"{protocol_name(packet.protocol)} {packet.destination_port}"
    if packet.is_icmp:
        return f"{protocol_name(packet.protocol)} type {packet.icmp_type} code {packet.icmp_code}"
    return f"protocol {protocol_name(packet.protocol)}"


def traffic_words(traffic: Traffic) -> str:
    """`everything`, `TCP to 80,443, UDP to 53`; source ports only where not all are in it."""
    return str(traffic)


def traffic_json(traffic: Traffic) -> list[dict[str, Any]]:
    """`[{"protocol": "TCP", "ports": "80,443"}]`; all that is not told of a protocol is any."""
    found = [band for protocol, region in traffic.regions for band in _bands(protocol, region)]
    if not traffic.rest:
        return found
    others: dict[str, Any] = {"protocol": _ANY}
    if traffic.regions:
        others["except"] = [protocol_name(protocol) for protocol, _ in traffic.regions]
    return [*found, others]


def _bands(protocol: int, region: Region) -> list[dict[str, Any]]:
    name = protocol_name(protocol)
    if protocol in PROTOCOLS_WITH_PORTS:
        return [
            {"protocol": name, "ports": _axis(y, ANY_PORT), **({} if x == ANY_PORT else {"sourcePorts": str(x)})}
            for x, y in region.bands
        ]
    if protocol in (ICMP, ICMPV6):
        return [{"protocol": name, "types": _axis(x, ANY_ICMP), "codes": _axis(y, ANY_ICMP)} for x, y in region.bands]
    return [{"protocol": name}] if region else []


def _axis(numbers: Intervals, whole: Intervals) -> str:
    return _ANY if numbers == whole else str(numbers)
