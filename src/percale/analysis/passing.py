"""What passes between each of some groups and each of others, as one table: for worlds with very many pairs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from operator import and_, or_

import numpy as np
import numpy.typing as npt

from percale.analysis.connectivity import Connectivity, Flow, Group, has_two
from percale.analysis.symbolic.engine import Engine
from percale.analysis.symbolic.one_way import OneWay

Numbers = npt.NDArray[np.int64]


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
        here, there = _identities(sources), _identities(destinations)
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


def is_itself(source: Group, destination: Group) -> bool:
    """Whether only one workload is at both ends, which sends itself nothing by the network."""
    return source.members == destination.members != () and not has_two(source)


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


def _identities(groups: Sequence[Group]) -> list[int]:
    return list(dict.fromkeys(identity for group in groups for identity in group.identities))


def _between(engine: Engine, known: _Masks, sources: list[int], destinations: list[int]) -> Numbers:
    sent = _one_way(engine, engine.egress, known, sources, destinations)
    taken = _one_way(engine, engine.ingress, known, destinations, sources)
    return known.joined(sent, taken.T, and_)


def _one_way(engine: Engine, way: OneWay, known: _Masks, subjects: list[int], peers: list[int]) -> Numbers:
    """Nothing is asked of addresses outside: from them, and at them, everything passes."""
    found = np.full((len(subjects), len(peers)), known.number(engine.cells.everything), np.int64)
    asked = np.array([row for row, one in enumerate(subjects) if one < engine.identities.workloads], np.intp)
    if len(asked):
        numbers = np.array([known.number(wire) for wire in way.table.wires], np.int64)
        classes = way.subjects.class_of[np.array(subjects, np.intp)[asked]]
        of_peers = way.peers.class_of[np.array(peers, np.intp)]
        found[asked] = numbers[way.table.numbers[np.ix_(classes, of_peers)]]
    return found


def _places(groups: Sequence[Group], identities: list[int]) -> list[npt.NDArray[np.intp]]:
    """Of each group's first identity, of each one's second, and so on; the first again where there is no other."""
    at = {identity: place for place, identity in enumerate(identities)}
    most = max((len(group.identities) for group in groups), default=0)
    padded = [[*group.identities, *[group.identities[0]] * (most - len(group.identities))] for group in groups]
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
