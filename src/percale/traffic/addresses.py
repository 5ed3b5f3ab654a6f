"""Addresses and networks: the standard library's values, and sets of addresses on top of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
    summarize_address_range,
)

from percale.traffic.intervals import EMPTY, Intervals

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

#: The last address of each IP version, as a number.
LAST_ADDRESS = {4: (1 << 32) - 1, 6: (1 << 128) - 1}


def _covering(first: int, last: int, version: int) -> Iterable[Network]:
    if version == 4:
        return summarize_address_range(IPv4Address(first), IPv4Address(last))
    return summarize_address_range(IPv6Address(first), IPv6Address(last))


def single(address: Address) -> Network:
    """The /32 or /128 of one address."""
    # From a number and a length: from an address, the library would write its text out and read it again.
    if address.version == 4:
        return IPv4Network((int(address), address.max_prefixlen))
    return IPv6Network((int(address), address.max_prefixlen))


def strict_network(text: str) -> Network:
    """`10.0.0.0/8`; raises ValueError without a mask or with bits set beyond the prefix length."""
    if "/" not in text:
        raise ValueError("a prefix length is missing")
    _refuse_scope(text)
    return ip_network(text)


def lenient_network(text: str) -> Network:
    """As network sets allow: a bare address, or a network with host bits, which are cleared."""
    _refuse_scope(text)
    return ip_network(text, strict=False)


@lru_cache(maxsize=1024)
def address(text: str) -> Address:
    """Kept for a while: what is validated is read right after."""
    _refuse_scope(text)
    return ip_address(text)


def _refuse_scope(text: str) -> None:
    # The library takes `fe80::1%eth0`; a policy has no interface to mean by it.
    if "%" in text:
        raise ValueError("a zone index cannot be used here")


@dataclass(frozen=True, slots=True)
class AddressSet:
    """A set of addresses of both IP versions; equal sets are equal values."""

    v4: Intervals = EMPTY
    v6: Intervals = EMPTY

    @classmethod
    def of(cls, networks: Iterable[Network]) -> "AddressSet":
        spans: dict[int, list[tuple[int, int]]] = {4: [], 6: []}
        for network in networks:
            spans[network.version].append((int(network[0]), int(network[-1])))
        return cls(Intervals.of(spans[4]), Intervals.of(spans[6]))

    @classmethod
    def everything(cls) -> "AddressSet":
        return cls(*(Intervals(((0, LAST_ADDRESS[version]),)) for version in (4, 6)))

    def version(self, version: int) -> Intervals:
        return self.v4 if version == 4 else self.v6

    def networks(self, version: int) -> list[Network]:
        """The fewest networks that cover exactly the set's addresses of that IP version, ascending."""
        return [network for first, last in self.version(version) for network in _covering(first, last, version)]

    def __bool__(self) -> bool:
        return bool(self.v4 or self.v6)

    def __contains__(self, address: Address) -> bool:
        return int(address) in self.version(address.version)

    def __or__(self, other: "AddressSet") -> "AddressSet":
        return AddressSet(self.v4 | other.v4, self.v6 | other.v6)

    def __and__(self, other: "AddressSet") -> "AddressSet":
        return AddressSet(self.v4 & other.v4, self.v6 & other.v6)

    def __sub__(self, other: "AddressSet") -> "AddressSet":
        return AddressSet(self.v4 - other.v4, self.v6 - other.v6)

    def __le__(self, other: "AddressSet") -> bool:
        return self.v4 <= other.v4 and self.v6 <= other.v6


def address_at(number: int, version: int) -> Address:
    return IPv4Address(number) if version == 4 else IPv6Address(number)


def network_text(text: str) -> Network | None:
    """The network or single address that the text is, None for text that is neither."""
    try:
        return lenient_network(text)
    except ValueError:
        return None
