"""Workloads and the outside as identities: every workload looked at once, and what it shares with others kept once."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from percale.analysis.symbolic.atoms import Atoms
from percale.analysis.symbolic.bits import each
from percale.analysis.symbolic.identities import Identities, Identity, Resident, Served, Standing
from percale.analysis.symbolic.labels import LabelIndex, Projection, Vocabulary
from percale.analysis.symbolic.names import Names
from percale.analysis.symbolic.terms import Terms
from percale.policy.endpoints import Endpoint, EndpointPort
from percale.traffic.addresses import AddressSet, Network
from percale.traffic.intervals import Intervals

_Kind = tuple[Projection, tuple[EndpointPort, ...], tuple[str, ...]]
_Key = tuple[Projection, int, tuple[EndpointPort, ...], int, frozenset[Served]]


@dataclass(frozen=True)
class Placing:
    """`pod_networks` are where workloads without an address get theirs."""

    terms: Terms
    pod_networks: Intervals

    def cuts(self) -> Iterator[Intervals]:
        """The sets of addresses that make a difference."""
        yield from (addresses_of(nets, self.terms.version) for nets in self.terms.networks())
        yield self.pod_networks
        yield from self._residents.values()
        yield from self._backends.values()

    def identities(self, atoms: Atoms, names: Names) -> Identities:
        """`atoms` are cut by all of `cuts` at least, and `names` told apart by all domains of the terms."""
        free, number_of = self._free(atoms), {kind: number for number, kind in enumerate(self._residents)}
        known, labels, of_endpoint = self._workloads(atoms, free)
        return Identities(
            known=(*known, *_outside(free, names)),
            workloads=len(known),
            of_endpoint=of_endpoint,
            atoms=atoms,
            free=free,
            residents=tuple(
                Resident(ports, atoms.inside(addresses), domains)
                for (_, ports, domains), addresses in self._residents.items()
            ),
            residence={one: number_of[kind] for one, kind in self._kinds.items()},
            labels=LabelIndex([*labels, *(projection for projection, _, _ in self._residents)]),
            backends=self._backends,
            names=names,
        )

    def _free(self, atoms: Atoms) -> tuple[Intervals, ...]:
        taken: dict[int, list[tuple[int, int]]] = {}
        for numbers in self._numbers.values():
            for number in numbers:
                taken.setdefault(atoms.at(number), []).append((number, number))
        return tuple(
            addresses - Intervals.of(taken[atom]) if atom in taken else addresses
            for atom, addresses in enumerate(atoms.addresses())
        )

    @cached_property
    def _numbers(self) -> dict[Endpoint, list[int]]:
        """Addresses of the IP version, of each workload that has any of either."""
        version = self.terms.version
        return {
            one: [int(net.network_address) for net in one.networks if net.version == version]
            for one in self.terms.world.workloads
            if one.networks
        }

    # What is there.

    @cached_property
    def _vocabulary(self) -> Vocabulary:
        return Vocabulary(self.terms.selectors())

    @cached_property
    def _port_names(self) -> set[str]:
        return set().union(*self.terms.port_names().values())

    def _ports(self, one: Endpoint) -> tuple[EndpointPort, ...]:
        return tuple(port for port in one.ports if port.name in self._port_names) if self._port_names else ()

    @cached_property
    def _kinds(self) -> dict[Endpoint, _Kind]:
        every = (*self.terms.world.network_sets, *self.terms.world.host_endpoints, *self._sharing())
        return {one: (self._vocabulary.projection(one.labels), self._ports(one), one.domains) for one in every}

    @cached_property
    def _residents(self) -> dict[_Kind, Intervals]:
        """All that rules cannot tell apart taken together, with all their addresses."""
        found: dict[_Kind, list[Intervals]] = {}
        for one, kind in self._kinds.items():
            found.setdefault(kind, []).append(addresses_of(one.networks, self.terms.version))
        return {kind: Intervals.of(span for addresses in held for span in addresses) for kind, held in found.items()}

    def _sharing(self) -> Iterator[Endpoint]:
        """Workloads that have an address which another workload had before them."""
        holder: dict[int, Endpoint] = {}
        for one, numbers in self._numbers.items():
            for number in numbers:
                if holder.setdefault(number, one) is not one:
                    yield one.at(*(net.network_address for net in one.networks if int(net.network_address) == number))

    @cached_property
    def _backends(self) -> dict[Served, Intervals]:
        """By address where that is known, also of workloads that a backend names."""
        world, version, found = self.terms.world, self.terms.version, dict[Served, list[tuple[int, int]]]()
        for service in self.terms.services():
            for backend in world.services.get(service, ()):
                spans = found.setdefault((service, backend.protocol, backend.port), [])
                if backend.address and backend.address.version == version:
                    spans.append((int(backend.address), int(backend.address)))
                for one in self._by_name.get(backend.endpoint, ()):
                    spans.extend((number, number) for number in self._numbers.get(one, ()))
        return {served: Intervals.of(spans) for served, spans in found.items()}

    @cached_property
    def _by_name(self) -> dict[str, list[Endpoint]]:
        found: dict[str, list[Endpoint]] = {}
        for one in self.terms.world.workloads if self.terms.services() else ():
            found.setdefault(str(one), []).append(one)
        return found

    @cached_property
    def _served_by(self) -> dict[str, frozenset[Served]]:
        """What workloads without an address serve, by their name."""
        found: dict[str, set[Served]] = {}
        for service in self.terms.services():
            for backend in self.terms.world.services.get(service, ()):
                if backend.endpoint:
                    found.setdefault(backend.endpoint, set()).add((service, backend.protocol, backend.port))
        return {name: frozenset(served) for name, served in found.items()}

    # Identities.

    def _workloads(
        self, atoms: Atoms, free: tuple[Intervals, ...]
    ) -> tuple[list[Identity], list[Projection], dict[Endpoint, tuple[int, ...]]]:
        known, labels, seen = list[Identity](), list[Projection](), dict[_Key, int]()
        # Replicas have the same labels: those of one of them are looked at.
        projections: dict[tuple[tuple[str, str], ...], Projection] = {}
        of_endpoint: dict[Endpoint, tuple[int, ...]] = {}
        possible = tuple(atom for atom in each(atoms.inside(self.pod_networks)) if free[atom])
        for one in self.terms.world.workloads:
            written = tuple(one.labels.items())
            projection = projections.get(written)
            if projection is None:
                projection = projections[written] = self._vocabulary.projection(one.labels)
            ports, standing = self._ports(one), self._standing(one)
            serves = frozenset[Served]() if one.networks else self._served_by.get(str(one), frozenset())
            numbers = []
            for atom in dict.fromkeys(map(atoms.at, self._numbers[one])) if one.networks else possible:
                number = seen.setdefault((projection, atom, ports, standing, serves), len(known))
                if number == len(known):
                    known.append(Identity(one, atom, standing=self._standings[standing], serves=serves))
                    labels.append(projection)
                numbers.append(number)
            of_endpoint[one] = tuple(numbers)
        return known, labels, of_endpoint

    def _standing(self, one: Endpoint) -> int:
        """A number, since to compare profiles takes long."""
        key = one.profiles, self.terms.world.settings_for(one.node).drops_invalid
        number = self._standing_numbers.get(key)
        if number is None:
            standing = Standing(self.terms.profiles_of(one), key[1])
            if standing not in self._standings:
                self._standings.append(standing)
            number = self._standing_numbers[key] = self._standings.index(standing)
        return number

    @cached_property
    def _standings(self) -> list[Standing]:
        return []

    @cached_property
    def _standing_numbers(self) -> dict[tuple[tuple[str, ...], bool], int]:
        return {}


def addresses_of(networks: Iterable[Network], version: int) -> Intervals:
    return AddressSet.of(networks).version(version)


def _outside(free: tuple[Intervals, ...], names: Names) -> Iterator[Identity]:
    for atom, addresses in enumerate(free):
        if addresses:
            yield from (Identity(None, atom, name) for name in names.kinds.values())
