"""What has which address, kept true while endpoints and network sets come and go."""

from collections.abc import Hashable, Iterable, Iterator
from typing import TypeVar

from percale.policy.endpoints import Endpoint, EndpointKind
from percale.policy.incremental.difference import Change
from percale.traffic.addresses import Address, AddressSet, Network

_K = TypeVar("_K", bound=Hashable)


def is_single(network: Network) -> bool:
    """Whether it is one address: those come and go with pods, and live in hash sets."""
    return network.prefixlen == (32 if network.version == 4 else 128)


class Places:
    def __init__(self) -> None:
        self._at: dict[Address, tuple[Endpoint, ...]] = {}
        self._wide: dict[Endpoint, AddressSet] = {}
        # A pod with several interfaces is several workloads of one name.
        self._named: dict[str, tuple[Endpoint, ...]] = {}

    def apply(self, changes: Iterable[Change]) -> None:
        for change in changes:
            if change.before:
                self._leave(change.before)
            if change.after:
                self._join(change.after)

    def at(self, address: Address) -> tuple[Endpoint, ...]:
        """Whatever has the very address: rules know addresses only."""
        return self._at.get(address, ())

    def objects_at(self, address: Address) -> Iterator[Endpoint]:
        """Those, and every network set with a network that the address is in."""
        yield from self.at(address)
        yield from (one for one, wide in self._wide.items() if address in wide)

    @property
    def wide(self) -> Iterable[Endpoint]:
        """What has networks of more than one address."""
        return self._wide

    def addresses_of(self, workload: str) -> Iterator[Address]:
        """Of all workloads so called."""
        return (address for one in self._named.get(workload, ()) for address in one.addresses)

    def _join(self, one: Endpoint) -> None:
        wide = []
        for network in one.networks:
            if is_single(network):
                address = network.network_address
                self._at[address] = (*self._at.get(address, ()), one)
            else:
                wide.append(network)
        if wide:
            self._wide[one] = AddressSet.of(wide)
        if one.kind is EndpointKind.WORKLOAD:
            self._named[str(one)] = (*self._named.get(str(one), ()), one)

    def _leave(self, one: Endpoint) -> None:
        for network in one.networks:
            if is_single(network):
                _without(self._at, network.network_address, one)
        self._wide.pop(one, None)
        if one.kind is EndpointKind.WORKLOAD:
            _without(self._named, str(one), one)


def _without(held: dict[_K, tuple[Endpoint, ...]], key: _K, gone: Endpoint) -> None:
    if left := tuple(one for one in held.get(key, ()) if one is not gone):
        held[key] = left
    else:
        held.pop(key, None)
