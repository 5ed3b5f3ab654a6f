"""Values as bytes, and those that are none."""

import sys

import pytest

from percale.dataplane.netlink import values
from percale.dataplane.netlink.values import Kind, encoded, key_writer, padded
from percale.dataplane.ruleset import Element
from percale.traffic.addresses import address, strict_network


@pytest.mark.parametrize(
    ("element", "kind", "shown"),
    [
        (address("10.1.2.3"), values.IPV4, "0a010203"),
        (address("fd00::1"), values.IPV6, "fd" + "00" * 14 + "01"),
        (443, values.PORT, "01bb"),
        (17, values.PROTOCOL, "11"),
        ("arp", values.ETHER_TYPE, "0806"),
        ("eth0", values.INTERFACE, "65746830" + "00" * 12),
        ("established", values.CT_STATE, (2).to_bytes(4, sys.byteorder).hex()),
    ],
    ids=str,
)
def test_a_value(element: Element, kind: Kind, shown: str) -> None:
    assert encoded(element, kind).hex() == shown


def test_parts_begin_at_whole_words() -> None:
    element = address("10.0.0.1"), 6, 80
    assert key_writer((values.IPV4, values.PROTOCOL, values.PORT))(element).hex() == "0a0000010600000000500000"
    assert key_writer((values.PORT,))((80,)).hex() == "0050"
    assert [padded(size) for size in (1, 2, 4, 16)] == [4, 4, 4, 16]


def test_a_name_that_no_interface_can_have_is_refused() -> None:
    with pytest.raises(ValueError, match="at most 15 bytes"):
        encoded("sixteen-bytes-xx", values.INTERFACE)


def test_a_network_is_no_single_value() -> None:
    with pytest.raises(ValueError, match="many values, where one is wanted"):
        encoded(strict_network("10.0.0.0/8"), values.IPV4)
