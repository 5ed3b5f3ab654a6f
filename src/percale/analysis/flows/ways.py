"""One direction of many flows: places into classes, classes and cells into verdicts and rulings."""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from percale.analysis.flows.columns import Octets, Ports
from percale.analysis.flows.places import Places
from percale.analysis.flows.rows import RulingRows
from percale.analysis.flows.rulings import Rulings
from percale.analysis.symbolic.bits import Indices, flags_of
from percale.analysis.symbolic.engine import Engine
from percale.policy.conntrack import LINK_TYPES
from percale.policy.rules import Direction
from percale.policy.settings import ToHost
from percale.traffic.protocols import ICMPV6

Flags = npt.NDArray[np.bool_]
RulingIds = npt.NDArray[np.uint32]


@dataclass(frozen=True, slots=True, eq=False)
class Chunk:
    """Some flows: the places of their ends, their cells, and what these are made of."""

    sources: Indices
    destinations: Indices
    cells: Indices
    protocols: Octets
    x: Ports

    def ends(self, direction: Direction) -> tuple[Indices, Indices]:
        """The policy's own ones, and the peers."""
        if direction is Direction.EGRESS:
            return self.sources, self.destinations
        return self.destinations, self.sources


class WithHost(NamedTuple):
    """Flows of a chunk between a workload and its own host: which pass unasked, and which are refused in the end."""

    at: Indices
    unasked: Flags
    refused: Flags


class FlowWay:
    def __init__(self, engine: Engine, direction: Direction, places: Places, rulings: Rulings) -> None:
        self._engine, self._direction, self._places, self._rulings = engine, direction, places, rulings
        self._way = engine.egress if direction is Direction.EGRESS else engine.ingress
        subjects = np.full(len(engine.identities.known), self._way.subjects.count, np.intp)
        subjects[: engine.identities.workloads] = self._way.subjects.class_of
        self._subject = subjects[places.identity]
        self._row = self._subject * self._way.peers.count
        self._peer = self._way.peers.class_of[places.identity].astype(np.intp)

    def allowed(self, chunk: Chunk) -> Flags:
        own, peers = chunk.ends(self._direction)
        at = self._numbers.take(self._where(own, peers)).astype(np.intp)
        at *= self._engine.cells.size
        at += chunk.cells
        found = self._passing.take(at)
        if host := self._with_host(chunk):
            found[host.at] = host.unasked | found[host.at] & ~host.refused
        return found

    def ruled(self, chunk: Chunk) -> RulingIds:
        own, peers = chunk.ends(self._direction)
        self._make_rows(own)
        found = self._rows.take(self._where(own, peers), chunk.cells)
        if host := self._with_host(chunk):
            there = found[host.at]
            there[host.refused & self._rulings.allows[there]] = self._rulings.host_refused
            there[host.unasked] = self._rulings.host_path
            found[host.at] = there
        return found

    def _where(self, own: Indices, peers: Indices) -> Indices:
        found = self._row.take(own)
        found += self._peer.take(peers)
        return found

    # Verdicts.

    @cached_property
    def _numbers(self) -> npt.NDArray[np.unsignedinteger]:
        """The table's, and a last row of those that are no subject."""
        table = self._way.table
        smallest = np.min_scalar_type(len(table.wires))
        last = np.full(self._way.peers.count, len(table.wires), smallest)
        return np.concatenate([table.numbers.astype(smallest).reshape(-1), last])

    @cached_property
    def _passing(self) -> Flags:
        """By number and cell."""
        cells = self._engine.cells
        rows = [flags_of(wire, cells.size) for wire in (*self._way.table.wires, cells.everything)]
        return np.concatenate(rows).astype(np.bool_)

    # Rulings.

    @cached_property
    def _rows(self) -> RulingRows:
        return RulingRows(self._engine, self._way, self._rulings)

    def _make_rows(self, own: Indices) -> None:
        made = self._made.take(own)
        if not made.all():
            self._rows.make(np.unique(self._subject.take(own[~made])).tolist())
            self._made = self._rows.made[self._subject]

    @cached_property
    def _made(self) -> Flags:
        """Of each place, whether the row of its class is."""
        return self._rows.made[self._subject]

    # A workload and its own host.

    def _with_host(self, chunk: Chunk) -> WithHost | None:
        own, peers = chunk.ends(self._direction)
        places = self._places
        at = np.flatnonzero(peers >= places.hosts_from)
        at = at[places.home[own[at]] == places.host[peers[at]]]
        if not len(at):
            return None
        if self._direction is Direction.INGRESS:
            return WithHost(at, np.ones(len(at), np.bool_), np.zeros(len(at), np.bool_))
        return WithHost(at, self._of_the_link(chunk, at), self._refuses[places.home[own[at]]])

    def _of_the_link(self, chunk: Chunk, at: Indices) -> Flags:
        if self._engine.cells.version == 4:
            return np.zeros(len(at), np.bool_)
        found: Flags = (chunk.protocols[at] == ICMPV6) & np.isin(chunk.x[at], LINK_TYPES)
        return found

    @cached_property
    def _refuses(self) -> Flags:
        """Of each node, whether it drops what its own pods send it."""
        settings = map(self._engine.world.settings_for, self._places.nodes)
        return np.array([one.to_host is ToHost.DROP for one in settings], np.bool_)
