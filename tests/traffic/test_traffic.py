from typing import Any

import pytest

from percale.traffic.addresses import address
from percale.traffic.intervals import Intervals
from percale.traffic.packet import Packet
from percale.traffic.protocols import ICMP, ICMPV6, NUMBER_OF, SCTP, TCP, UDP, UDPLITE, protocol_name
from percale.traffic.regions import Region
from percale.traffic.traffic import ANY_PORT, Traffic, plane, point_of

GRE = 47
FOUR, SIX = address("192.0.2.1"), address("2001:db8::1")
ALL = Traffic.everything()


def ports(protocol: int, source: tuple[int, int], destination: tuple[int, int]) -> Traffic:
    return Traffic.of({protocol: Region.product(Intervals.of([source]), Intervals.of([destination]))})


@pytest.mark.parametrize(
    ("traffic", "expected"),
    [
        (Traffic(), "nothing"),
        (ALL, "everything"),
        (Traffic.protocols(TCP), "TCP"),
        (Traffic.protocols(UDP, TCP, GRE), "TCP, UDP, 47"),
        (Traffic.to_port(TCP, 80), "TCP to 80"),
        (Traffic.to_port(TCP, 80, 90), "TCP to 80-90"),
        (Traffic.to_port(TCP, 80) | Traffic.to_port(TCP, 443), "TCP to 80,443"),
        (Traffic.to_port(UDP, 53) | Traffic.to_port(TCP, 53), "TCP to 53, UDP to 53"),
        (ports(TCP, (1024, 65535), (0, 65535)), "TCP from 1024-65535"),
        (ports(TCP, (7, 7), (80, 80)), "TCP from 7 to 80"),
        (Traffic.of({ICMP: Region.product(Intervals.single(8), Intervals.of([(0, 255)]))}), "ICMP type 8"),
        (Traffic.of({ICMPV6: Region.product(Intervals.single(1), Intervals.single(4))}), "ICMPv6 type 1 code 4"),
        (ALL - Traffic.protocols(TCP), "every protocol but TCP"),
        (ALL - Traffic.to_port(TCP, 0, 79) - Traffic.to_port(TCP, 81, 65535), "TCP to 80, every protocol but TCP"),
        (ALL - Traffic.protocols(TCP, GRE), "every protocol but TCP, 47"),
    ],
)
def test_traffic_in_words(traffic: Traffic, expected: str) -> None:
    assert str(traffic) == expected


SAME: list[tuple[Any, Any]] = [
    (Traffic.to_port(TCP, 0, 65535), Traffic.protocols(TCP)),
    (Traffic.to_port(TCP, 80) | Traffic.to_port(TCP, 81), Traffic.to_port(TCP, 80, 81)),
    (ALL - Traffic.protocols(TCP) | Traffic.protocols(TCP), ALL),
    (ALL & Traffic.protocols(GRE), Traffic.protocols(GRE)),
    (Traffic.protocols(TCP) & Traffic.protocols(UDP), Traffic()),
    (Traffic.protocols(), Traffic()),
    (Traffic.of({TCP: Region()}), Traffic()),
    (Traffic.of({TCP: plane(TCP)}, rest=True), ALL),
    (ports(TCP, (1, 5), (1, 5)) | ports(TCP, (6, 9), (1, 5)), ports(TCP, (1, 9), (1, 5))),
    (ports(TCP, (1, 9), (1, 9)) - ports(TCP, (1, 9), (1, 5)), ports(TCP, (1, 9), (6, 9))),
    (Traffic.protocols(GRE) - Traffic.protocols(GRE), Traffic()),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_equal_traffic_is_an_equal_value(one: Traffic, other: Traffic) -> None:
    assert one == other
    assert hash(one) == hash(other)


def test_a_region_is_cut_only_where_it_must_be() -> None:
    whole = Region.product(ANY_PORT, ANY_PORT)
    hole = Region.product(Intervals.single(7), Intervals.single(80))
    around = Intervals.of([(0, 79), (81, 65535)])
    elsewhere = Intervals.of([(0, 6), (8, 65535)])
    assert (whole - hole).bands == ((elsewhere, ANY_PORT), (Intervals.single(7), around))
    assert (whole - hole) | hole == whole


@pytest.mark.parametrize(
    ("packet", "point"),
    [
        (Packet(FOUR, FOUR, TCP, source_port=7, destination_port=80, icmp_type=1, icmp_code=2), (7, 80)),
        (Packet(FOUR, FOUR, UDP, source_port=7, destination_port=80), (7, 80)),
        (Packet(SIX, SIX, SCTP, source_port=7, destination_port=80), (7, 80)),
        (Packet(FOUR, FOUR, ICMP, icmp_type=8, icmp_code=1, source_port=7), (8, 1)),
        (Packet(SIX, SIX, ICMPV6, icmp_type=128, icmp_code=0), (128, 0)),
        (Packet(SIX, SIX, ICMP, icmp_type=8, icmp_code=1), (0, 0)),
        (Packet(FOUR, FOUR, ICMPV6, icmp_type=128, icmp_code=1), (0, 0)),
        (Packet(FOUR, FOUR, UDPLITE, source_port=7, destination_port=80), (0, 0)),
        (Packet(FOUR, FOUR, GRE), (0, 0)),
    ],
)
def test_a_packet_is_one_point_of_its_protocols_plane(packet: Packet, point: tuple[int, int]) -> None:
    assert point_of(packet) == point
    assert packet in Traffic.protocols(packet.protocol)
    assert packet not in ALL - Traffic.protocols(packet.protocol)


@pytest.mark.parametrize(("source", "destination"), [(FOUR, SIX), (SIX, FOUR)])
def test_a_packet_is_of_one_ip_version(source: Any, destination: Any) -> None:
    with pytest.raises(ValueError, match="different IP versions"):
        Packet(source, destination, TCP)


@pytest.mark.parametrize(
    ("protocol", "four", "six", "has_ports"),
    [
        (ICMP, True, False, False),
        (ICMPV6, False, True, False),
        (TCP, False, False, True),
        (UDP, False, False, True),
        (SCTP, False, False, True),
        (UDPLITE, False, False, False),
        (GRE, False, False, False),
    ],
)
def test_what_a_packet_has(protocol: int, *, four: bool, six: bool, has_ports: bool) -> None:
    packets = (Packet(FOUR, FOUR, protocol), Packet(SIX, SIX, protocol))
    assert [one.is_icmp for one in packets] == [four, six]
    assert [one.has_ports for one in packets] == [has_ports, has_ports]
    assert [one.version for one in packets] == [4, 6]


@pytest.mark.parametrize(("number", "name"), [*((n, name) for name, n in NUMBER_OF.items()), (47, "47"), (0, "0")])
def test_protocols_have_names(number: int, name: str) -> None:
    assert protocol_name(number) == name
