"""Verdicts for whole columns of flows: look-ups in the engine's tables, and never a loop over flows.

A flow of which neither end is a workload is asked of nobody: it counts as let through, as it does for the judge. Host
endpoints are left aside.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from percale.analysis.flows.columns import Flows
from percale.analysis.flows.places import Places
from percale.analysis.flows.rulings import Ruling, Rulings
from percale.analysis.flows.ways import Chunk, Flags, FlowWay, RulingIds
from percale.analysis.flows.wires import Wires
from percale.analysis.symbolic.engine import Engine
from percale.policy.rules import Direction

#: So many flows at once that what is worked with stays in a processor's cache.
_CHUNK = 1 << 16


@dataclass(frozen=True, slots=True, eq=False)
class Ruled:
    """Of each flow, whether it is let through, and the ruling of either side by its number in `FlowJudge.rulings`."""

    allowed: Flags
    egress: RulingIds
    ingress: RulingIds


class FlowJudge:
    """Of one engine, and so of one IP version. Destinations are taken as looked up by no name."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.places = Places(engine)
        self._wires = Wires(engine.cells)
        self._rulings = Rulings()
        self._egress, self._ingress = (
            FlowWay(engine, direction, self.places, self._rulings)
            for direction in (Direction.EGRESS, Direction.INGRESS)
        )

    @property
    def rulings(self) -> Sequence[Ruling]:
        """Number 0 says that no workload is on that side. The list grows while flows are ruled on."""
        return self._rulings.known

    def allowed(self, flows: Flows) -> Flags:
        found = np.empty(len(flows), np.bool_)
        for part, chunk in self._chunks(flows):
            passing = self._egress.allowed(chunk)
            passing &= self._ingress.allowed(chunk)
            found[part] = passing
        return found

    def ruled(self, flows: Flows) -> Ruled:
        allowed = np.empty(len(flows), np.bool_)
        egress, ingress = np.empty(len(flows), np.uint32), np.empty(len(flows), np.uint32)
        for part, chunk in self._chunks(flows):
            sent, taken = self._egress.ruled(chunk), self._ingress.ruled(chunk)
            passing = self._rulings.allows.take(sent)
            passing &= self._rulings.allows.take(taken)
            allowed[part], egress[part], ingress[part] = passing, sent, taken
        return Ruled(allowed, egress, ingress)

    def _chunks(self, flows: Flows) -> Iterator[tuple[slice, Chunk]]:
        sources, destinations = self.places.reader(flows.sources), self.places.reader(flows.destinations)
        for start in range(0, len(flows), _CHUNK):
            part = slice(start, start + _CHUNK)
            protocols, x, y = flows.plane(self.engine.cells.version, part)
            cells = self._wires.cells(protocols, x, y)
            yield part, Chunk(sources(part), destinations(part), cells, protocols, x)
