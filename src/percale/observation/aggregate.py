"""Flows counted by who, to whom, at which port, with which verdict and by which rules."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from percale.analysis.flows.columns import Coded, Flows
from percale.analysis.flows.judge import FlowJudge
from percale.analysis.flows.rulings import Ruling
from percale.policy.endpoints import Endpoint
from percale.traffic.addresses import Address

Numbers = npt.NDArray[np.int64]
_OUTSIDE = "outside"


@dataclass(frozen=True, slots=True)
class FlowCount:
    """`egress` and `ingress` are what the flows were ruled by on either side."""

    source: str
    destination: str
    protocol: int
    port: int
    egress: Ruling
    ingress: Ruling
    flows: int

    @property
    def allowed(self) -> bool:
        return self.egress.allows and self.ingress.allows


def by_workload(one: Endpoint | None) -> str:
    """`shop/Deployment/api` for each pod that the Deployment owns."""
    if one is None:
        return _OUTSIDE
    return f"{one.namespace}/{one.owners[-1]}" if one.owners else str(one)


@dataclass
class Aggregate:
    """`group` says what an endpoint, or None for whatever is no workload, is counted as."""

    judge: FlowJudge
    group: Callable[[Endpoint | None], str] = by_workload
    _names: dict[str, int] = field(default_factory=dict)
    _groups: dict[Address, int] = field(default_factory=dict)
    _counted: list[tuple[Numbers, Numbers]] = field(default_factory=list)

    def add(self, batches: Iterable[Flows]) -> None:
        for flows in batches:
            ruled = self.judge.ruled(flows)
            ends = (self._grouped(flows.sources), self._grouped(flows.destinations))
            columns = (*ends, flows.protocols, flows.destination_ports, ruled.egress, ruled.ingress)
            self._counted.append(distinct_rows(columns))

    def most(self, limit: int) -> Iterator[FlowCount]:
        """Those of which there are most, first."""
        rows, counts = self._joined()
        names, rulings = list(self._names), self.judge.rulings
        for at in np.argsort(-counts, kind="stable")[:limit]:
            source, destination, protocol, port, egress, ingress = rows[:, at].tolist()
            ends = names[source], names[destination]
            yield FlowCount(*ends, protocol, port, rulings[egress], rulings[ingress], int(counts[at]))

    def _joined(self) -> tuple[Numbers, Numbers]:
        if not self._counted:
            return np.zeros((6, 0), np.int64), np.zeros(0, np.int64)
        rows = np.concatenate([rows for rows, _ in self._counted], axis=1)
        counts = np.concatenate([counts for _, counts in self._counted])
        return distinct_rows(list(rows), counts)

    def _grouped(self, column: npt.NDArray[np.uint32] | Coded) -> Numbers:
        if not isinstance(column, Coded):
            raise TypeError("flows are grouped by addresses in a dictionary")
        return np.array([self._group(one) for one in column.distinct], np.int64).take(column.codes)

    def _group(self, address: Address) -> int:
        found = self._groups.get(address)
        if found is None:
            name = self.group(self.judge.engine.world.workload_at(address))
            found = self._groups[address] = self._names.setdefault(name, len(self._names))
        return found


def distinct_rows(
    columns: Sequence[npt.NDArray[np.integer]], weights: Numbers | None = None
) -> tuple[Numbers, Numbers]:
    """The distinct rows, column by column, and how often each is there."""
    present = [np.flatnonzero(np.bincount(one)) for one in columns]
    product = 1
    for values in present:
        product *= len(values)
    if product >= 1 << 63:
        stacked = np.stack([one.astype(np.int64) for one in columns])
        rows, positions = np.unique(stacked, axis=1, return_inverse=True)
        return rows, _summed(positions.reshape(-1), weights)
    # One number a row: those are sorted many times as fast as rows are.
    packed = np.zeros(len(columns[0]), np.int64)
    for one, values in zip(columns, present, strict=True):
        code_of = np.zeros(values[-1] + 1 if len(values) else 0, np.int64)
        code_of[values] = np.arange(len(values))
        packed *= len(values)
        packed += code_of.take(one)
    if weights is None:
        distinct, counts = np.unique(packed, return_counts=True)
    else:
        distinct, positions = np.unique(packed, return_inverse=True)
        counts = _summed(positions, weights)
    return _unpacked(distinct, present), counts.astype(np.int64)


def _unpacked(packed: Numbers, present: Sequence[Numbers]) -> Numbers:
    found = []
    for values in reversed(present):
        packed, codes = np.divmod(packed, max(len(values), 1))
        found.append(values[codes])
    return np.stack(found[::-1])


def _summed(positions: npt.NDArray[np.intp], weights: Numbers | None) -> Numbers:
    return np.bincount(positions, weights).astype(np.int64)
