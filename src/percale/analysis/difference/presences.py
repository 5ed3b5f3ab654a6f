"""What workloads that only one of two worlds has can send and take there."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from percale.analysis.connectivity import Connectivity, Flow, Group
from percale.analysis.difference.comparing import Difference
from percale.analysis.passing import Passing
from percale.analysis.symbolic.engine import EVERYTHING, Engine, Scope
from percale.analysis.witness import Witness, witness
from percale.policy.endpoints import Endpoint
from percale.policy.world import World
from percale.traffic.traffic import Traffic


@dataclass(frozen=True, eq=False)
class Presence:
    """Traffic that passes, in the one world, between such workloads and others; one side is a single group."""

    added: bool
    sources: tuple[Group, ...]
    destinations: tuple[Group, ...]
    wire: int
    everywhere: bool
    connectivity: Connectivity

    @property
    def version(self) -> int:
        return self.connectivity.engine.cells.version

    @cached_property
    def traffic(self) -> Traffic:
        return self.connectivity.engine.cells.opened(self.wire)

    @cached_property
    def example(self) -> Witness:
        engine = self.connectivity.engine
        return witness(engine, self.sources[0], self.destinations[0], self.wire, passes=True)


def presences(found: Difference, scope: Scope = EVERYTHING) -> Iterator[Presence]:
    old, new = found.worlds
    for added, world, ones in ((False, old, found.pairing.removed), (True, new, found.pairing.added)):
        for version in found.versions if ones else ():
            yield from _of(Connectivity(Engine.of(world, version, scope)), ones, world, added=added)


def _of(connectivity: Connectivity, ones: Sequence[Endpoint], world: World, *, added: bool) -> Iterator[Presence]:
    held = set(ones)
    theirs = connectivity.grouped(ones)
    others = (*connectivity.grouped(one for one in world.workloads if one not in held), *connectivity.outside)
    for group in theirs:
        sent = _by_traffic(_flows(connectivity, [group], [*theirs, *others]))
        for (wire, everywhere), flows in sent.items():
            there = tuple(flow.destination for flow in flows)
            yield Presence(added, (group,), there, wire, everywhere, connectivity)
        sources = [one for one in others if not one.name]
        for (wire, everywhere), flows in _by_traffic(_flows(connectivity, sources, [group])).items():
            yield Presence(added, tuple(flow.source for flow in flows), (group,), wire, everywhere, connectivity)


def _flows(connectivity: Connectivity, sources: Sequence[Group], destinations: Sequence[Group]) -> Iterator[Flow]:
    return Passing.of(connectivity, sources, destinations, connectivity.engine.cells.everything).flows()


def _by_traffic(flows: Iterator[Flow]) -> dict[tuple[int, bool], list[Flow]]:
    """What passes always apart from what passes for some addresses only."""
    found: dict[tuple[int, bool], list[Flow]] = {}
    for flow in flows:
        for wire, everywhere in ((flow.always, True), (flow.sometimes & ~flow.always, False)):
            if wire:
                found.setdefault((wire, everywhere), []).append(flow)
    return found
