from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from percale.traffic.addresses import (
    LAST_ADDRESS,
    Address,
    AddressSet,
    address,
    address_at,
    lenient_network,
    network_text,
    single,
    strict_network,
)
from traffic.sets import address_sets


@pytest.mark.parametrize(
    ("text", "strict", "lenient"),
    [
        ("10.0.0.0/8", "10.0.0.0/8", "10.0.0.0/8"),
        ("10.0.0.1/32", "10.0.0.1/32", "10.0.0.1/32"),
        ("0.0.0.0/0", "0.0.0.0/0", "0.0.0.0/0"),
        ("fd00::/8", "fd00::/8", "fd00::/8"),
        ("FD00:0::/8", "fd00::/8", "fd00::/8"),
        ("::/0", "::/0", "::/0"),
        ("10.0.0.1", None, "10.0.0.1/32"),
        ("fd00::1", None, "fd00::1/128"),
        ("10.0.0.1/8", None, "10.0.0.0/8"),
        ("fd00::1/8", None, "fd00::/8"),
        ("10.0.0.0/33", None, None),
        ("fd00::/129", None, None),
        ("10.0.0/8", None, None),
        ("10.0.0.256", None, None),
        ("010.0.0.1", None, None),
        ("fe80::1%eth0", None, None),
        ("fe80::%eth0/64", None, None),
        ("example.com", None, None),
        ("", None, None),
        ("/8", None, None),
    ],
)
def test_texts_of_networks(text: str, strict: str | None, lenient: str | None) -> None:
    def read(reader: Callable[[str], Any]) -> str | None:
        try:
            return str(reader(text))
        except ValueError:
            return None

    assert (read(strict_network), read(lenient_network)) == (strict, lenient)
    assert network_text(text) == (lenient_network(lenient) if lenient else None)


@pytest.mark.parametrize("text", ["", "10.0.0.0/8", "10.0.0.1/32", "fe80::1%eth0", "web", "1"])
def test_what_is_no_address(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  the library's own words
        address(text)


@pytest.mark.parametrize(("text", "network"), [("10.0.0.1", "10.0.0.1/32"), ("fd00::1", "fd00::1/128")])
def test_the_network_of_one_address(text: str, network: str) -> None:
    assert str(single(address(text))) == network


def of(*texts: str) -> AddressSet:
    return AddressSet.of(map(lenient_network, texts))


@pytest.mark.parametrize(
    ("found", "four", "six"),
    [
        (AddressSet(), [], []),
        (AddressSet.everything(), ["0.0.0.0/0"], ["::/0"]),
        (of("10.0.0.1", "10.0.0.0"), ["10.0.0.0/31"], []),
        (of("10.0.0.1", "10.0.0.2"), ["10.0.0.1/32", "10.0.0.2/32"], []),
        (of("10.0.0.0/8", "10.1.0.0/16"), ["10.0.0.0/8"], []),
        (of("fd00::/65", "fd00:0:0:0:8000::/65"), [], ["fd00::/64"]),
        (of("10.0.0.0/30") - of("10.0.0.1"), ["10.0.0.0/32", "10.0.0.2/31"], []),
        (AddressSet.everything() - of("128.0.0.0/1", "8000::/1"), ["0.0.0.0/1"], ["::/1"]),
        (AddressSet.everything() & of("10.0.0.1"), ["10.0.0.1/32"], []),
    ],
)
def test_networks_of_a_set_are_the_fewest(found: AddressSet, four: Sequence[str], six: Sequence[str]) -> None:
    assert [str(one) for one in found.networks(4)] == four
    assert [str(one) for one in found.networks(6)] == six


@given(address_sets)
def test_a_set_is_its_networks(found: AddressSet) -> None:
    assert AddressSet.of([*found.networks(4), *found.networks(6)]) == found


@pytest.mark.parametrize(("one", "other"), [("0.0.0.1", "::1"), ("10.0.0.1", "::a00:1")])
def test_the_versions_have_nothing_in_common(one: str, other: str) -> None:
    assert address(one) not in of(other)
    assert address(other) not in of(one)
    assert of(one) - of(other) == of(one)
    assert not of(one) & of(other)
    assert not of(one) <= of(other)


@given(st.ip_addresses())
def test_an_address_is_its_number_and_version(at: Address) -> None:
    assert address_at(int(at), at.version) == at
    assert 0 <= int(at) <= LAST_ADDRESS[at.version]
