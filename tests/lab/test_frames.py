"""Bytes of packets, checked as a receiver would."""

import struct
from ipaddress import IPv4Address, IPv6Address

import pytest

from percale.lab.frames import crc32c, ip_packet
from percale.traffic.addresses import Address
from percale.traffic.packet import Packet
from percale.traffic.protocols import ICMP, ICMPV6, SCTP, TCP, UDP, UDPLITE

_TAG = b"tag-of-12-by"
_SIDES: dict[int, tuple[Address, Address]] = {
    4: (IPv4Address("10.65.0.2"), IPv4Address("10.65.0.3")),
    6: (IPv6Address("fd00:65::2"), IPv6Address("fd00:65::3")),
}
_HEADER_BYTES = {4: 20, 6: 40}


def _packet(version: int, protocol: int) -> Packet:
    source, destination = _SIDES[version]
    if protocol in {ICMP, ICMPV6}:
        return Packet(source, destination, protocol, icmp_type=8, icmp_code=3)
    return Packet(source, destination, protocol, 40000, 443)


def _sum_of_words(data: bytes) -> int:
    """As RFC 1071 tells it; 0xFFFF where the checksum inside is right."""
    total: int = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return total


@pytest.mark.parametrize("version", [4, 6])
@pytest.mark.parametrize("protocol", [TCP, UDP, UDPLITE, ICMP, ICMPV6, SCTP, 47])
def test_the_tag_is_at_the_end_and_lengths_are_right(version: int, protocol: int) -> None:
    data = ip_packet(_packet(version, protocol), _TAG, flow=7)
    assert data.endswith(_TAG)
    stated = struct.unpack_from("!H", data, 2)[0] if version == 4 else struct.unpack_from("!H", data, 4)[0] + 40
    assert stated == len(data)


def test_the_header_of_ipv4_has_a_right_checksum() -> None:
    assert _sum_of_words(ip_packet(_packet(4, TCP), _TAG, flow=0)[:20]) == 0xFFFF


@pytest.mark.parametrize(
    ("version", "protocol"),
    [(4, TCP), (6, TCP), (4, UDP), (6, UDP), (4, UDPLITE), (6, UDPLITE), (4, ICMP), (6, ICMPV6)],
)
def test_what_ip_carries_has_a_right_checksum(version: int, protocol: int) -> None:
    payload = ip_packet(_packet(version, protocol), _TAG, flow=7)[_HEADER_BYTES[version] :]
    source, destination = _SIDES[version]
    pseudo = source.packed + destination.packed + struct.pack("!II", len(payload), protocol)
    assert _sum_of_words(payload if protocol == ICMP else pseudo + payload) == 0xFFFF


@pytest.mark.parametrize("protocol", [TCP, UDP, SCTP])
def test_ports_are_where_rules_look_for_them(protocol: int) -> None:
    assert struct.unpack_from("!HH", ip_packet(_packet(4, protocol), _TAG, flow=0), 20) == (40000, 443)


def test_icmp_type_code_and_identifier_are_where_rules_look_for_them() -> None:
    message = ip_packet(_packet(4, ICMP), _TAG, flow=0x20001)[20:]
    assert (message[0], message[1], *struct.unpack_from("!HH", message, 4)) == (8, 3, 1, 2)


def test_icmp_in_the_other_ip_version_is_just_a_protocol() -> None:
    assert ip_packet(_packet(6, ICMP), _TAG, flow=0)[40:] == _TAG


def test_crc32c_of_the_usual_example() -> None:
    assert crc32c(b"123456789") == 0xE3069283


def test_sctp_is_sealed_with_crc32c() -> None:
    payload = ip_packet(_packet(4, SCTP), _TAG, flow=0)[20:]
    (sealed,) = struct.unpack_from("<I", payload, 8)
    assert sealed == crc32c(payload[:8] + bytes(4) + payload[12:])


def test_a_header_of_ipv6_cannot_be_sent_as_a_protocol() -> None:
    with pytest.raises(ValueError, match="protocol 44 is a header of IPv6 itself"):
        ip_packet(_packet(6, 44), _TAG, flow=0)
