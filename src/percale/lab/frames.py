"""A `Packet` as bytes of IP, with a tag at its very end and every checksum right."""

import struct

from percale.traffic.packet import Packet
from percale.traffic.protocols import ICMPV6, SCTP, TCP, UDP, UDPLITE

#: IPv6 takes these for further headers, never for a protocol of their own.
_IPV6_EXTENSIONS = frozenset({0, 43, 44, 51, 59, 60, 135, 139, 140})

_SYN = 0x02
_SCTP_INIT = 1
_SCTP_PADDING = 0x8005  # a parameter that receivers skip (RFC 4820)
_HOP_LIMIT = 64
_DO_NOT_FRAGMENT = 0x4000


def ip_packet(packet: Packet, tag: bytes, *, flow: int) -> bytes:
    """`flow` tells ICMP questions apart that are otherwise the same: it becomes their identifier.

    The tag's length must be a multiple of four.
    """
    payload = _payload(packet, tag, flow)
    return (_ipv4_header if packet.version == 4 else _ipv6_header)(packet, len(payload)) + payload


def _payload(packet: Packet, tag: bytes, flow: int) -> bytes:
    if packet.is_icmp:
        return _icmp(packet, tag, flow)
    if packet.protocol == TCP:
        return _tcp_syn(packet, tag)
    if packet.protocol == UDP:
        return _udp(packet, tag, length=8 + len(tag))
    if packet.protocol == UDPLITE:
        return _udp(packet, tag, length=0)  # here this field says how much the checksum covers: all of it
    if packet.protocol == SCTP:
        return _sctp_init(packet, tag)
    return tag


def _ipv4_header(packet: Packet, length: int) -> bytes:
    addresses = packet.source.packed + packet.destination.packed
    start = struct.pack("!BBHHHBB", 0x45, 0, 20 + length, 0, _DO_NOT_FRAGMENT, _HOP_LIMIT, packet.protocol)
    return start + _internet_checksum(start + addresses) + addresses


def _ipv6_header(packet: Packet, length: int) -> bytes:
    if packet.protocol in _IPV6_EXTENSIONS:
        raise ValueError(f"protocol {packet.protocol} is a header of IPv6 itself, nothing can be sent in it")
    start = struct.pack("!IHBB", 6 << 28, length, packet.protocol, _HOP_LIMIT)
    return start + packet.source.packed + packet.destination.packed


def _tcp_syn(packet: Packet, tag: bytes) -> bytes:
    ports = struct.pack("!HH", packet.source_port, packet.destination_port)
    segment = ports + struct.pack("!IIBBHHH", 1, 0, 5 << 4, _SYN, 65535, 0, 0) + tag
    return _sealed(segment, 16, _pseudo_header(packet, TCP, len(segment)))


def _udp(packet: Packet, tag: bytes, *, length: int) -> bytes:
    datagram = struct.pack("!HHHH", packet.source_port, packet.destination_port, length, 0) + tag
    return _sealed(datagram, 6, _pseudo_header(packet, packet.protocol, len(datagram)))


def _icmp(packet: Packet, tag: bytes, flow: int) -> bytes:
    identifier, sequence = flow & 0xFFFF, flow >> 16 & 0xFFFF
    message = struct.pack("!BBHHH", packet.icmp_type, packet.icmp_code, 0, identifier, sequence) + tag
    covered = b"" if packet.version == 4 else _pseudo_header(packet, ICMPV6, len(message))
    return _sealed(message, 2, covered)


def _sctp_init(packet: Packet, tag: bytes) -> bytes:
    padding = struct.pack("!HH", _SCTP_PADDING, 4 + len(tag)) + tag
    init = struct.pack("!BBHIIHHI", _SCTP_INIT, 0, 20 + len(padding), 1, 65536, 1, 1, 1)
    ports = struct.pack("!HH", packet.source_port, packet.destination_port)
    unsealed = ports + bytes(8) + init + padding
    return unsealed[:8] + struct.pack("<I", crc32c(unsealed)) + unsealed[12:]


def _sealed(payload: bytes, checksum_at: int, covered: bytes) -> bytes:
    return payload[:checksum_at] + _internet_checksum(covered + payload) + payload[checksum_at + 2 :]


def _pseudo_header(packet: Packet, protocol: int, length: int) -> bytes:
    # IPv4 has narrower fields here, which makes no difference to a sum of words.
    return packet.source.packed + packet.destination.packed + struct.pack("!II", length, protocol)


def _internet_checksum(data: bytes) -> bytes:
    """Of an even number of bytes, or of an odd one with a zero added."""
    # A sum of 16-bit words with the carries added back in is the remainder by 65535.
    total = int.from_bytes(data + bytes(len(data) % 2), "big") % 0xFFFF
    return (0xFFFF - total).to_bytes(2, "big")


def _crc32c_of_byte(value: int) -> int:
    for _ in range(8):
        value = value >> 1 ^ (0x82F63B78 if value & 1 else 0)
    return value


_CRC32C = tuple(map(_crc32c_of_byte, range(256)))


def crc32c(data: bytes) -> int:
    """The checksum of SCTP, Castagnoli's polynomial (RFC 3309)."""
    register = 0xFFFFFFFF
    for byte in data:
        register = register >> 8 ^ _CRC32C[(register ^ byte) & 0xFF]
    return register ^ 0xFFFFFFFF
