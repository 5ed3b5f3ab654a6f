"""Packets in words."""

from percale.traffic.packet import Packet
from percale.traffic.protocols import protocol_name


def packet_words(packet: Packet) -> str:
    """`TCP 6379`, `ICMP type 8 code 0`, `protocol 47`."""
    if packet.has_ports:
        return f"{protocol_name(packet.protocol)} {packet.destination_port}"
    if packet.is_icmp:
        return f"{protocol_name(packet.protocol)} type {packet.icmp_type} code {packet.icmp_code}"
    return f"protocol {protocol_name(packet.protocol)}"
