"""Which pod gets which address."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from ipaddress import ip_network

from percale.errors import PercaleError
from percale.traffic.addresses import Address, Network

POD_NETWORKS: tuple[Network, ...] = (ip_network("10.65.0.0/16"), ip_network("fd00:65::/64"))


def gateway_of(network: Network) -> Address:
    return network[1]


def with_addresses(
    stated: Mapping[str, tuple[Address, ...]],
    networks: Sequence[Network] = POD_NETWORKS,
    *,
    reserved: Iterable[Address] = (),
) -> dict[str, tuple[Address, ...]]:
    """One address of each network for each pod that states none of that IP version.

    The order of the names, not the order they are given in, decides; nobody gets a reserved address.
    """
    taken = {*reserved, *(address for addresses in stated.values() for address in addresses)}
    given = dict(stated)
    for network in networks:
        free = _free_addresses(network, taken)
        for name in sorted(given):
            if all(address.version != network.version for address in given[name]):
                given[name] = (*given[name], _next_of(free, network))
    return given


def owners_of(claims: Mapping[str, Iterable[Address]]) -> dict[Address, str]:
    owners: dict[Address, str] = {}
    for name, addresses in claims.items():
        for address in addresses:
            if owners.setdefault(address, name) != name:
                raise PercaleError(f"`{owners[address]}` and `{name}` both have the address {address}")
    return owners


def check_on_bridge(pods: Mapping[str, Iterable[Address]], networks: Sequence[Network]) -> None:
    """A bridge is one network for each IP version, and every pod is in it."""
    said = ", ".join(map(str, networks))
    if len({network.version for network in networks}) < len(networks):
        raise PercaleError(f"a bridge has one network of each IP version, not {said}")
    for name, addresses in pods.items():
        for address in addresses:
            if not any(address in network for network in networks):
                raise PercaleError(f"`{name}` has the address {address}, outside the bridge's networks {said}")


def _free_addresses(network: Network, taken: set[Address]) -> Iterator[Address]:
    # The first is the network's own, the second the gateway's, the last of an IPv4 network its broadcast.
    candidates = (network[offset] for offset in range(2, network.num_addresses - 1))
    return (address for address in candidates if address not in taken)


def _next_of(free: Iterator[Address], network: Network) -> Address:
    try:
        return next(free)
    except StopIteration:
        raise PercaleError(f"pod network {network} has no address left", hint="give a larger network") from None
