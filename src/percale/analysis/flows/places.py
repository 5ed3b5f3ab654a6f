"""Where a flow can begin or end, as numbers: addresses that are one identity, on one node, are one place."""

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import NamedTuple

import numpy as np

from percale.analysis.flows.columns import AddressColumn, Coded
from percale.analysis.flows.prefixes import Prefixes
from percale.analysis.symbolic.bits import Indices
from percale.analysis.symbolic.engine import Engine
from percale.traffic.addresses import Address


class Place(NamedTuple):
    """`home` is the node that a workload is on, where nodes' addresses are known; `host` the node whose own it is."""

    identity: int
    home: str = ""
    host: str = ""


class Places:
    """Those of hosts come last, from number `hosts_from` on."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._identities, self._version = engine.identities, engine.cells.version
        alone = dict(self._alone())
        outside = [Place(number) for number in self._identities.outside.values()]
        known = sorted(dict.fromkeys((*outside, *alone.values())), key=lambda place: bool(place.host))
        numbers = {place: number for number, place in enumerate(known)}
        self.known = tuple(known)
        self.hosts_from = sum(not place.host for place in known)
        self._alone_at = {address: numbers[place] for address, place in alone.items()}
        self._in_atom = {
            atom: numbers[Place(one)] for (atom, name), one in self._identities.outside.items() if not name
        }

    def _alone(self) -> Iterator[tuple[int, Place]]:
        """Addresses of workloads and of nodes."""
        world = self._engine.world
        held = {address for one in world.workloads for address in one.addresses}
        nodes = {address for node in world.nodes for address in node.addresses}
        for address in held | nodes:
            if address.version == self._version:
                holder, node = world.workload_at(address), world.node_at(address)
                home = holder.node if holder and nodes else ""
                yield int(address), Place(self._engine.identity(address), home, node.name if node else "")

    @cached_property
    def identity(self) -> Indices:
        return np.array([place.identity for place in self.known], np.intp)

    @cached_property
    def home(self) -> Indices:
        """Of each place, the number of its node among `nodes`."""
        return np.array([self._number_of_node[place.home] for place in self.known], np.intp)

    @cached_property
    def host(self) -> Indices:
        of_node = self._number_of_node
        return np.array([of_node[place.host] if place.host else -1 for place in self.known], np.intp)

    @cached_property
    def nodes(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for place in self.known for name in (place.home, place.host)))

    @cached_property
    def _number_of_node(self) -> dict[str, int]:
        return {name: number for number, name in enumerate(self.nodes)}

    def at(self, address: Address) -> int:
        number = int(address)
        alone = self._alone_at.get(number)
        return self._in_atom[self._identities.atoms.at(number)] if alone is None else alone

    def reader(self, column: AddressColumn) -> Callable[[slice], Indices]:
        """Of parts of a column, the places."""
        if isinstance(column, Coded):
            of_code = np.array([self.at(one) for one in column.distinct], np.intp)
            return lambda part: of_code.take(column.codes[part])
        if self._version != 4:
            raise ValueError("bare numbers are IPv4 addresses, and the engine is for IPv6")
        return lambda part: self._prefixes.take(column[part])

    @cached_property
    def _prefixes(self) -> Prefixes:
        atoms = self._identities.atoms
        edges = {edge for address in self._alone_at for edge in (address, address + 1)}
        starts = np.array(sorted({*atoms.starts, *(edge for edge in edges if edge < 1 << 32)}), np.int64)
        atom = np.array(atoms.atom_of)[np.searchsorted(np.array(atoms.starts), starts, "right") - 1]
        # An atom of which workloads have every address is no place outside.
        in_atom = np.array([self._in_atom.get(one, 0) for one in range(atoms.count)], np.intp)
        numbers = in_atom[atom]
        alone = np.array(list(self._alone_at), np.int64)
        numbers[np.searchsorted(starts, alone)] = list(self._alone_at.values())
        return Prefixes.of(starts, numbers)
