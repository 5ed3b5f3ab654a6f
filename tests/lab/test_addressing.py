"""Addresses of the lab's pods."""

from ipaddress import ip_address, ip_network
from itertools import permutations

import pytest

from percale.errors import PercaleError
from percale.lab.addressing import check_on_bridge, owners_of, with_addresses

_V4 = ip_network("10.65.0.0/16")
_V6 = ip_network("fd00:65::/64")


def test_pods_get_one_address_of_each_network_and_the_gateway_is_left_out() -> None:
    assert with_addresses({"a": (), "b": ()}, (_V4, _V6)) == {
        "a": (ip_address("10.65.0.2"), ip_address("fd00:65::2")),
        "b": (ip_address("10.65.0.3"), ip_address("fd00:65::3")),
    }


def test_a_stated_address_is_kept_and_given_to_nobody_else() -> None:
    assert with_addresses({"a": (), "b": (ip_address("10.65.0.2"),)}, (_V4, _V6)) == {
        "a": (ip_address("10.65.0.3"), ip_address("fd00:65::2")),
        "b": (ip_address("10.65.0.2"), ip_address("fd00:65::3")),
    }


def test_a_reserved_address_is_given_to_nobody() -> None:
    given = with_addresses({"a": ()}, (_V4,), reserved=[ip_address("10.65.0.2")])
    assert given == {"a": (ip_address("10.65.0.3"),)}


def test_the_order_pods_come_in_makes_no_difference() -> None:
    stated = {"a": (), "b": (ip_address("10.65.0.4"),), "c": (), "d": ()}
    results = [with_addresses(dict(items), (_V4, _V6)) for items in permutations(stated.items())]
    assert all(result == results[0] for result in results)


def test_a_full_network_is_an_error() -> None:
    with pytest.raises(PercaleError, match=r"pod network 10\.0\.0\.0/30 has no address left"):
        with_addresses({"a": (), "b": ()}, (ip_network("10.0.0.0/30"),))


def test_two_owners_of_one_address_are_an_error() -> None:
    address = ip_address("10.65.0.2")
    assert owners_of({"a": (address, address)}) == {address: "a"}
    with pytest.raises(PercaleError, match=r"`a` and `b` both have the address 10\.65\.0\.2"):
        owners_of({"a": (address,), "b": (address,)})


def test_a_bridge_is_one_network_of_each_version() -> None:
    check_on_bridge({"a": (ip_address("10.65.0.2"), ip_address("fd00:65::2"))}, (_V4, _V6))
    with pytest.raises(PercaleError, match="`a` has the address 10\\.1\\.0\\.1, outside"):
        check_on_bridge({"a": (ip_address("10.1.0.1"),)}, (_V4, _V6))
    with pytest.raises(PercaleError, match="one network of each IP version, not"):
        check_on_bridge({}, (_V4, ip_network("10.1.0.0/16")))
