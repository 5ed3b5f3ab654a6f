"""A first suite: what today's policies come to, grouped and said in as few expectations as tell it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from percale.analysis.connectivity import Connectivity, Flow, Group
from percale.analysis.expectations.end_names import EndNames, network_texts
from percale.analysis.expectations.field import can_talk
from percale.analysis.expectations.isolation import open_among
from percale.analysis.expectations.port_texts import port_texts
from percale.analysis.expectations.proving import Expected, Prover, Setting
from percale.analysis.symbolic.engine import Engine, Scope
from percale.analysis.versions import versions_of
from percale.policy.endpoints import Endpoint
from percale.policy.rules import Direction
from percale.resources.end_texts import ANY, OUTSIDE
from percale.resources.policy_test import Between, EndFields, Expectation, Isolation
from percale.resources.problems import Place

#: A list of more ends is none that anybody reads.
_MANY = 12

_Ends = str | tuple[str | EndFields, ...]


@dataclass(frozen=True, slots=True)
class Suggested:
    """The expectations about one namespace; all of them hold."""

    namespace: str
    expectations: tuple[Expectation, ...]


def suggested(setting: Setting) -> list[Suggested]:
    """Only what is proved is suggested, in every IP version."""
    found = _Suggesting(setting)
    asked = [Expected(name, name, one, Place("")) for name in found.namespaces for one in found.about(name)]
    held: dict[str, list[Expectation]] = {}
    for result in Prover(setting, asked).results():
        if result.holds:
            held.setdefault(result.expected.namespace, []).append(result.expected.expectation)
    return [Suggested(name, tuple(dict.fromkeys(expectations))) for name, expectations in held.items()]


class _Suggesting:
    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._world = setting.world
        version = versions_of(setting.world)[0]
        scope = Scope(pod_networks=setting.pod_networks, staged=setting.staged)
        self._connectivity = Connectivity(Engine.of(setting.world, version, scope))
        self._cells = self._connectivity.engine.cells
        self._ends = EndNames(setting.world)

    @cached_property
    def namespaces(self) -> list[str]:
        return sorted({one.namespace for one in self._world.workloads})

    @cached_property
    def _units(self) -> list[Group]:
        """Alike, and of one namespace."""
        found: dict[tuple[int, str], list[Endpoint]] = {}
        for number, group in enumerate(self._connectivity.workloads):
            for one in group.members:
                found.setdefault((number, one.namespace), []).append(one)
        groups = self._connectivity.workloads
        return [Group(groups[number].identities, tuple(members)) for (number, _), members in found.items()]

    @cached_property
    def _outside(self) -> list[Group]:
        return [group for group in self._connectivity.outside if not group.name]

    def about(self, namespace: str) -> Iterator[Expectation]:
        here = [unit for unit in self._units if unit.members[0].namespace == namespace]
        yield from self._isolated(namespace)
        for unit in here:
            yield from self._into(unit)
        for units in self._alike_outwards(here):
            yield from self._out_of(units)

    def _isolated(self, namespace: str) -> Iterator[Expectation]:
        members = [one for one in self._world.workloads if one.namespace == namespace]
        isolated = tuple(
            str(way)
            for way in (Direction.INGRESS, Direction.EGRESS)
            if not list(open_among(members, [way], self._world, self._setting.staged))
        )
        if isolated:
            yield Expectation(isolated=Isolation(EndFields(namespace=namespace), isolated))

    # Who reaches one.

    def _into(self, unit: Group) -> Iterator[Expectation]:
        flows = [self._flow(one, unit) for one in (*self._units, *self._outside) if can_talk(one, unit)]
        there = self._ends.of(unit.members)
        passing = [flow for flow in flows if flow.sometimes]
        if all(flow.always == self._cells.opening for flow in flows):
            yield Expectation(allow=Between(ANY, there))
            return
        if not passing:
            yield Expectation(deny=Between(ANY, there))
            return
        if len(passing) < len(flows):
            yield Expectation(only_from=Between(self._all_of(flow.source for flow in passing), there))
        for wire in dict.fromkeys(flow.always for flow in passing if flow.always):
            here = self._all_of(flow.source for flow in passing if flow.always == wire)
            yield from self._on(wire, here, there)

    def _on(self, wire: int, here: _Ends, there: _Ends) -> Iterator[Expectation]:
        """All of the traffic, and nothing else."""
        if wire == self._cells.opening:
            yield Expectation(allow=Between(here, there))
        elif ports := port_texts(self._cells.opened(wire)):
            yield Expectation(allow=Between(here, there, ports))
            yield Expectation(only_ports=Between(here, there, ports))

    # Whom some reach outside.

    def _alike_outwards(self, units: Iterable[Group]) -> list[list[Group]]:
        found: dict[tuple[int, ...], list[Group]] = {}
        for unit in units:
            found.setdefault(tuple(self._flow(unit, one).sometimes for one in self._outside), []).append(unit)
        return list(found.values())

    def _out_of(self, units: Sequence[Group]) -> Iterator[Expectation]:
        here = self._ends.of([one for unit in units for one in unit.members])
        flows = [self._flow(units[0], one) for one in self._outside]
        for wire in dict.fromkeys(flow.sometimes for flow in flows):
            alike = [flow.destination for flow in flows if flow.sometimes == wire]
            there = OUTSIDE if len(alike) == len(flows) else self._networks(alike)
            if there and not wire:
                yield Expectation(deny=Between(here, there))
            elif there:
                yield from self._on(wire, here, there)

    def _flow(self, source: Group, destination: Group) -> Flow:
        flow = self._connectivity.flow(source, destination)
        opening = self._cells.opening
        return Flow(source, destination, flow.always & opening, flow.sometimes & opening)

    # Ends.

    def _all_of(self, groups: Iterable[Group]) -> _Ends:
        held = list(groups)
        members = [one for group in held for one in group.members]
        outside = [group for group in held if group.is_outside]
        ends = self._ends.of(members) if members else ()
        if len(outside) == len(self._outside):
            return (*ends, OUTSIDE)
        # Networks too many to list are everything: what says less still holds.
        return (*ends, *((self._networks(outside) or (OUTSIDE,)) if outside else ()))

    def _networks(self, groups: Iterable[Group]) -> tuple[str | EndFields, ...]:
        """None where they are too many to read."""
        from_engine = (self._connectivity.engine.identities.atoms, self._cells.version)
        networks = [text for group in groups for text in network_texts(group, *from_engine)]
        return tuple(networks) if len(networks) <= _MANY else ()
