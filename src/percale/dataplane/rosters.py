"""Sets in the kernel whose elements follow the world: what stands behind selectors, named ports and services.

Each is named by what it is for and not by its contents: a pod that joins is one element more, and no rule changes.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address

from percale.dataplane import naming
from percale.dataplane.peers import NamedPorts
from percale.dataplane.places import Places, is_single
from percale.dataplane.ruleset import Key, Set, SetElement
from percale.policy.endpoints import Endpoint
from percale.policy.rules import ServiceRef
from percale.policy.world import ServiceBackend
from percale.selector import Selector
from percale.traffic.addresses import Address, AddressSet, Network


@dataclass(frozen=True, slots=True)
class Move:
    """What became of one roster: whose elements are others, and whether its networks are."""

    addresses: frozenset[Address] = frozenset()
    networks: bool = False

    def __bool__(self) -> bool:
        return self.networks or bool(self.addresses)


class Roster:
    """`set` is the value of the moment, and stays the same one until something joins or leaves."""

    def __init__(self, letter: str, says: str, version: int, *keys: Key) -> None:
        self.version = version
        self.set = Set(f"{letter}-{naming.digest(says)}", (address_key(version), *keys), frozenset(), says)

    @property
    def elements(self) -> frozenset[SetElement]:
        """Each begins with an address."""
        return self.set.elements

    def _fill(self, elements: Iterable[SetElement]) -> None:
        self.set = Set(self.set.name, self.set.keys, frozenset(elements), self.set.comment)

    def _shift(self, come: frozenset[SetElement], gone: frozenset[SetElement]) -> Move:
        if not (come or gone):
            return Move()
        self._fill((self.elements - gone if gone else self.elements) | come)
        return Move(frozenset(_address(one) for one in come | gone))


class Members(Roster):
    """Single addresses behind a selector are its elements; wider networks are apart.

    Addresses come and go with pods and live in hash sets, networks live in interval sets, where a deletion takes
    seconds.
    """

    def __init__(self, selector: Selector, version: int, members: Iterable[Endpoint], places: Places) -> None:
        super().__init__("s", str(selector), version)
        self._matches = selector.matches
        self._places = places
        self.networks: tuple[Network, ...] = ()
        self._wide = AddressSet()
        self._fill((address,) for one in members for address in _singles(one, version))
        self._gather_networks()

    @property
    def addresses(self) -> Iterator[Address]:
        return map(_address, self.elements)

    def __contains__(self, address: Address) -> bool:
        return (address,) in self.elements or address in self._wide

    def follow(self, joined: Iterable[Endpoint], left: Iterable[Endpoint]) -> Move:
        """`joined` match now, and `left` have matched."""
        gone = {address for one in left for address in _singles(one, self.version)}
        come = {address for one in joined for address in _singles(one, self.version)}
        moved = self._shift(
            frozenset((one,) for one in come if (one,) not in self.elements),
            frozenset((one,) for one in gone if not self._is_held(one)),
        )
        if not any(_is_wide(one) for one in (*joined, *left)):
            return moved
        before = self.networks
        self._gather_networks()
        return Move(moved.addresses, networks=self.networks != before)

    def _is_held(self, address: Address) -> bool:
        return any(self._matches(one.labels) for one in self._places.at(address))

    def _gather_networks(self) -> None:
        wide = [
            network
            for one in self._places.wide
            if self._matches(one.labels)
            for network in one.networks
            if network.version == self.version and not is_single(network)
        ]
        self._wide = AddressSet.of(wide)
        self.networks = tuple(self._wide.networks(self.version))


class DeclaredPorts(Roster):
    """(address, protocol, port) of every endpoint behind the selector that declares a port by one of the names."""

    def __init__(self, named: NamedPorts, version: int, members: Iterable[Endpoint], places: Places) -> None:
        says = f"port {','.join(named.names)} of {named.selector or 'any endpoint'}"
        super().__init__("p", says, version, Key.PROTOCOL, Key.PORT)
        self._named = named
        self._places = places
        self._fill(self._declared(members))

    def follow(self, joined: Iterable[Endpoint], left: Iterable[Endpoint]) -> Move:
        come, gone = frozenset(self._declared(joined)), frozenset(self._declared(left))
        return self._shift(come - self.elements, frozenset(one for one in gone if not self._is_held(one)))

    def _is_held(self, element: SetElement) -> bool:
        selector = self._named.selector
        here = (one for one in self._places.at(_address(element)) if selector is None or selector.matches(one.labels))
        return element in self._declared(here)

    def _declared(self, endpoints: Iterable[Endpoint]) -> Iterator[SetElement]:
        return (
            (address, port.protocol, port.number)
            for one in endpoints
            for port in one.ports
            if port.name in self._named.names
            for address in one.addresses
            if address.version == self.version
        )


class Backends(Roster):
    """Behind a service: (address, protocol, port) where it is a destination, addresses alone where it is a source."""

    def __init__(self, service: ServiceRef, version: int, *, ports: bool) -> None:
        keys = (Key.PROTOCOL, Key.PORT) if ports else ()
        super().__init__("v" if ports else "w", f"service {service.namespace}/{service.name}", version, *keys)
        self._ports = ports

    def follow(self, backends: Iterable[ServiceBackend], places: Places) -> Move:
        """`backends` are all that there are now."""
        now = frozenset(self._standing(backends, places))
        return self._shift(now - self.elements, self.elements - now)

    def _standing(self, backends: Iterable[ServiceBackend], places: Places) -> Iterator[SetElement]:
        for one in backends:
            for address in (one.address,) if one.address else places.addresses_of(one.endpoint):
                if address.version == self.version:
                    yield (address, one.protocol, one.port) if self._ports else (address,)


def address_key(version: int) -> Key:
    return Key.IPV4 if version == 4 else Key.IPV6


def _singles(one: Endpoint, version: int) -> Iterator[Address]:
    return (network.network_address for network in one.networks if network.version == version and is_single(network))


def _is_wide(one: Endpoint) -> bool:
    return not all(map(is_single, one.networks))


def _address(element: SetElement) -> Address:
    address = element[0]
    if not isinstance(address, IPv4Address | IPv6Address):
        raise TypeError(f"{address} is no address")
    return address
