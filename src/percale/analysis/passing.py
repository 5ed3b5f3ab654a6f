"""What passes between each of some groups and each of others, as one table: for worlds with very many pairs."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from operator import and_, or_

import numpy as np
import numpy.typing as npt

from percale.analysis.connectivity import Connectivity, Flow, Group, has_two, share_host
from percale.analysis.symbolic.engine import Engine
from percale.analysis.symbolic.one_way import OneWay
from percale.policy.endpoints import Endpoint

Numbers = npt.NDArray[np.int64]

#: An identity, and the host endpoint if it is one of a host's own processes.
Place = tuple[Endpoint | None, int]


@dataclass(frozen=True, eq=False)
class Passing:
    """A row for each source, a column for each destination; numbers are of `masks`, and 0 is that nothing passes."""

    sources: tuple[Group, ...]
    destinations: tuple[Group, ...]
    masks: tuple[int, ...]
    #: The number of all that was asked about.
    everything: int
    always: Numbers
    sometimes: Numbers

    @classmethod
    def of(
        cls, connectivity: Connectivity, sources: Sequence[Group], destinations: Sequence[Group], wire: int
    ) -> "Passing":
        """Of the cells in `wire` alone."""
        known = _Masks(wire)
        here, there = _all_places(sources), _all_places(destinations)
        between = _between(connectivity.engine, known, here, there)
        always = _folded(known, between, _places(sources, here), _places(destinations, there), and_)
        sometimes = _folded(known, between, _places(sources, here), _places(destinations, there), or_)
        everything = known.number(wire)
        return cls(tuple(sources), tuple(destinations), tuple(known.masks), everything, always, sometimes)

    def merged(self, into: Mapping[Group, Group]) -> "Passing":
        """With groups taken together whose rows are equal, and whose columns are."""
        rows, columns = (
            {into[one]: at for at, one in reversed(list(enumerate(groups)))}
            for groups in (self.sources, self.destinations)
        )
        at = np.ix_(sorted(rows.values()), sorted(columns.values()))
        sources, destinations = (tuple(sorted(held, key=held.__getitem__)) for held in (rows, columns))
        return Passing(sources, destinations, self.masks, self.everything, self.always[at], self.sometimes[at])

    def flow(self, row: int, column: int) -> Flow:
        always, sometimes = self.masks[self.always[row, column]], self.masks[self.sometimes[row, column]]
        return Flow(self.sources[row], self.destinations[column], always, sometimes)

    def flows(self) -> Iterator[Flow]:
        """Of all pairs of two parties where anything passes, the outside with itself left aside."""
        for row, column in np.argwhere(self.sometimes).tolist():
            source, destination = self.sources[row], self.destinations[column]
            if not (source.is_outside and destination.is_outside) and not is_itself(source, destination):
                yield self.flow(row, column)


def is_itself(source: Group, destination: Group) -> bool:
    """Whether one party is at both ends, which sends itself nothing by the network; a host is one with its pods."""
    if source.is_outside or destination.is_outside:
        return False
    if source.host or destination.host:
        return all(share_host(one, other) for one, other in product(source.members, destination.members))
    return source.members == destination.members and not has_two(source)


class _Masks:
    """Numbers for sets of cells, cut down to those in question."""

    def __init__(self, wire: int) -> None:
        self._wire = wire
        self._numbers = {0: 0}
        self.masks = [0]

    def number(self, mask: int) -> int:
        within = mask & self._wire
        number = self._numbers.setdefault(within, len(self.masks))
        if number == len(self.masks):
            self.masks.append(within)
        return number

    def joined(self, one: Numbers, other: Numbers, operate: Callable[[int, int], int]) -> Numbers:
        codes = one * len(self.masks) + other
        distinct, positions = np.unique(codes, return_inverse=True)
        pairs = (divmod(code, len(self.masks)) for code in distinct.tolist())
        numbers = [self.number(operate(self.masks[a], self.masks[b])) for a, b in list(pairs)]
        return np.array(numbers, np.int64)[positions].reshape(one.shape)


def _places_of(group: Group) -> list[Place]:
    return [(group.host, identity) for identity in group.identities]


def _all_places(groups: Sequence[Group]) -> list[Place]:
    return list(dict.fromkeys(place for group in groups for place in _places_of(group)))


def _between(engine: Engine, known: _Masks, sources: list[Place], destinations: list[Place]) -> Numbers:
    sent = _one_way(engine, engine.egress, known, sources, destinations)
    taken = _one_way(engine, engine.ingress, known, destinations, sources)
    return known.joined(sent, taken.T, and_)


def _one_way(engine: Engine, way: OneWay, known: _Masks, subjects: list[Place], peers: list[Place]) -> Numbers:
    """Nothing is asked of addresses outside: from them, and at them, everything passes."""
    found = np.full((len(subjects), len(peers)), known.number(engine.cells.everything), np.int64)
    own, of_peers = (np.array([identity for _, identity in places], np.intp) for places in (subjects, peers))
    asked = np.flatnonzero(own < engine.identities.workloads)
    if len(asked):
        numbers = np.array([known.number(wire) for wire in way.table.wires], np.int64)
        classes = way.subjects.class_of[own[asked]], way.peers.class_of[of_peers]
        found[asked] = numbers[way.table.numbers[np.ix_(*classes)]]
    for row, (host, identity) in enumerate(subjects):
        if host:
            past = _past_host(engine, way, known, (host, identity), of_peers)
            found[row] = known.joined(found[row], past, and_)
    return found


def _past_host(
    engine: Engine, way: OneWay, known: _Masks, subject: tuple[Endpoint, int], peers: npt.NDArray[np.intp]
) -> Numbers:
    """Asked once for each class of peers."""
    host, identity = subject
    _, firsts, positions = np.unique(way.peers.class_of[peers], return_index=True, return_inverse=True)
    passing = (engine.past_host(host, way.direction, identity, peer) for peer in peers[firsts].tolist())
    return np.array([known.number(wire) for wire in passing], np.int64)[positions.reshape(-1)]


def _places(groups: Sequence[Group], places: list[Place]) -> list[npt.NDArray[np.intp]]:
    """Of each group's first identity, of each one's second, and so on; the first again where there is no other."""
    at = {place: number for number, place in enumerate(places)}
    most = max((len(group.identities) for group in groups), default=0)
    own = [_places_of(group) for group in groups]
    padded = [[*held, *[held[0]] * (most - len(held))] for held in own]
    return [np.array([at[row[number]] for row in padded], np.intp) for number in range(most)]


def _folded(
    known: _Masks,
    between: Numbers,
    rows: list[npt.NDArray[np.intp]],
    columns: list[npt.NDArray[np.intp]],
    operate: Callable[[int, int], int],
) -> Numbers:
    found: Numbers | None = None
    for row, column in product(rows, columns):
        part = between[np.ix_(row, column)]
        found = part if found is None else known.joined(found, part, operate)
    return np.zeros((0, 0), np.int64) if found is None else found
