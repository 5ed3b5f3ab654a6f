"""What rules can know of one end of a packet: the identity that all ends share which no rule tells apart.

A workload has one identity for each of its addresses, or for each kind of address that it may yet get. Addresses
outside have one for each kind of address, and for each kind of name that a destination may have been looked up by.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from pyroaring import FrozenBitMap

from percale.analysis.symbolic.atoms import Atoms
from percale.analysis.symbolic.bitmaps import NOTHING, below, bitmap_of
from percale.analysis.symbolic.bits import Indices, flags_of
from percale.analysis.symbolic.labels import LabelIndex
from percale.analysis.symbolic.names import Names
from percale.policy.domains import covers
from percale.policy.endpoints import Endpoint, EndpointPort
from percale.policy.policies import Profile
from percale.policy.rules import ServiceRef
from percale.selector import Selector
from percale.traffic.addresses import AddressSet, Network
from percale.traffic.intervals import Intervals

#: One port behind a service.
Served = tuple[ServiceRef, int, int]


@dataclass(frozen=True, slots=True)
class Standing:
    """What decides about a workload when no tier has, and what is dropped before any is asked."""

    profiles: tuple[Profile, ...]
    drops_invalid: bool


@dataclass(frozen=True, slots=True)
class Identity:
    """`endpoint` is one of those that share it, and None outside, where `name` is what was looked up."""

    endpoint: Endpoint | None
    atom: int
    name: str = ""
    standing: Standing | None = None
    serves: frozenset[Served] = frozenset()


@dataclass(frozen=True, slots=True)
class Resident:
    """What else is at some atoms, or behind some names: network sets, hosts, workloads that share an address."""

    ports: tuple[EndpointPort, ...]
    atoms: int
    domains: tuple[str, ...] = ()


@dataclass(frozen=True)
class Identities:
    """Workloads' come first."""

    known: tuple[Identity, ...]
    workloads: int
    of_endpoint: Mapping[Endpoint, tuple[int, ...]]
    atoms: Atoms
    #: Addresses of each atom that no workload has.
    free: tuple[Intervals, ...]
    residents: tuple[Resident, ...]
    #: Which resident an endpoint is, of those that are not workloads.
    residence: Mapping[Endpoint, int]
    #: Over the workloads' identities, and then the residents.
    labels: LabelIndex
    #: Where an address of one of the service's backends makes the difference.
    backends: Mapping[Served, Intervals]
    names: Names

    @cached_property
    def outside(self) -> dict[tuple[int, str], int]:
        """By atom and name."""
        return {(one.atom, one.name): number for number, one in enumerate(self.known) if one.endpoint is None}

    @cached_property
    def everyone(self) -> FrozenBitMap:
        return below(len(self.known))

    @cached_property
    def own(self) -> FrozenBitMap:
        """The workloads'."""
        return below(self.workloads)

    @cached_property
    def standings(self) -> dict[Standing, FrozenBitMap]:
        """With the workloads that have each."""
        # By identity: there are few, shared by all who have one, and to hash what profiles say takes long.
        held: dict[int, tuple[Standing, list[int]]] = {}
        for number, one in enumerate(self.known[: self.workloads]):
            if one.standing:
                held.setdefault(id(one.standing), (one.standing, []))[1].append(number)
        return {standing: FrozenBitMap(numbers) for standing, numbers in held.values()}

    @cached_property
    def _atom_of(self) -> Indices:
        return np.array([one.atom for one in self.known], dtype=np.intp)

    @cached_property
    def _behind(self) -> dict[str, FrozenBitMap]:
        """Who is looked up by each name."""
        found: dict[str, list[int]] = {}
        for number, one in enumerate(self.known):
            if one.name:
                found.setdefault(one.name, []).append(number)
        return {name: FrozenBitMap(numbers) for name, numbers in found.items()}

    @cached_property
    def _covered(self) -> tuple[FrozenBitMap, ...]:
        """Of each resident, the identities that it is part of."""
        return tuple(self._in_atoms(one.atoms) | self.looked_up(one.domains) for one in self.residents)

    def subjects(self, selector: Selector) -> FrozenBitMap:
        """Workloads only, as a policy's own selector sees them."""
        return self._of_workloads(self.labels.matching(selector))

    def matching(self, selector: Selector) -> FrozenBitMap:
        """As a rule's selector sees them: by what is at the address."""
        return self._gathered(self.labels.matching(selector))

    def within(self, networks: tuple[Network, ...]) -> FrozenBitMap:
        found = self._within.get(networks)
        if found is None:
            found = self._within[networks] = self._at(AddressSet.of(networks).version(self.atoms.version))
        return found

    @cached_property
    def _within(self) -> dict[tuple[Network, ...], FrozenBitMap]:
        return {}

    def looked_up(self, domains: Iterable[str]) -> FrozenBitMap:
        patterns = tuple(domains)
        behind = self._behind.items() if patterns else ()
        return NOTHING.union(*(held for name, held in behind if any(covers(one, name) for one in patterns)))

    def with_port(self, name: str, selector: Selector | None) -> Iterator[tuple[int, int, FrozenBitMap]]:
        """Protocol, number and the identities where something selected declares them under the name."""
        selected = None if selector is None else self.labels.matching(selector)
        for protocol, number, held in self._declared.get(name, ()):
            if found := self._gathered(held if selected is None else held & selected):
                yield protocol, number, found

    def serving(self, service: ServiceRef) -> Iterator[tuple[int, int, FrozenBitMap]]:
        """Protocol and port of the service's backends, with the identities that have them."""
        for served, addresses in self.backends.items():
            if served[0] == service:
                yield served[1], served[2], self._at(addresses) | self._serving.get(served, NOTHING)

    @cached_property
    def _serving(self) -> dict[Served, FrozenBitMap]:
        found: dict[Served, list[int]] = {}
        for number, one in enumerate(self.known):
            for served in one.serves:
                found.setdefault(served, []).append(number)
        return {served: FrozenBitMap(numbers) for served, numbers in found.items()}

    @cached_property
    def _declared(self) -> dict[str, list[tuple[int, int, FrozenBitMap]]]:
        """Over workloads' identities and residents, as the label index is."""
        holders: dict[EndpointPort, list[int]] = {}
        own = [one.endpoint.ports if one.endpoint else () for one in self.known[: self.workloads]]
        for position, ports in enumerate([*own, *(one.ports for one in self.residents)]):
            for port in ports:
                holders.setdefault(port, []).append(position)
        found: dict[str, list[tuple[int, int, FrozenBitMap]]] = {}
        for port, positions in holders.items():
            found.setdefault(port.name, []).append((port.protocol, port.number, FrozenBitMap(positions)))
        return found

    def _gathered(self, objects: FrozenBitMap) -> FrozenBitMap:
        """Identities of the workloads, and those that any of the residents is part of."""
        own = self._of_workloads(objects)
        if len(own) == len(objects):
            return own
        return own.union(*(self._covered[resident - self.workloads] for resident in objects - own))

    def _of_workloads(self, objects: FrozenBitMap) -> FrozenBitMap:
        return objects & self.own if self.residents else objects

    def _at(self, addresses: Intervals) -> FrozenBitMap:
        return self._in_atoms(self.atoms.inside(addresses)) if addresses else NOTHING

    def _in_atoms(self, atoms: int) -> FrozenBitMap:
        if not atoms:
            return NOTHING
        return bitmap_of(np.flatnonzero(flags_of(atoms, self.atoms.count)[self._atom_of]))
