"""The answer to `World.connectivity`."""

from collections.abc import Iterator
from dataclasses import dataclass

from percale.analysis.connectivity import Connectivity, Flow, Group
from percale.analysis.parties import private
from percale.analysis.passing import Passing
from percale.analysis.symbolic.engine import Engine, Scope
from percale.analysis.versions import versions_of
from percale.policy.world import World
from percale.report.groups import GroupNames
from percale.traffic.addresses import Network
from percale.traffic.traffic import Traffic


@dataclass(frozen=True, slots=True)
class Connection:
    """What each of some parties may send to each of others, by IP version.

    `sources` and `destinations` are all who are meant: workloads or hosts as a question names them, networks outside.
    `depends` is what is let through only at some addresses that the two may have.
    """

    source: str
    destination: str
    traffic: Traffic
    depends: Traffic
    ip_version: int
    sources: tuple[str, ...]
    destinations: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.source} -> {self.destination}: {self.traffic or f'{self.depends}, at some addresses'}"


def connections(world: World, pod_networks: tuple[Network, ...]) -> tuple[Connection, ...]:
    scope = Scope(pod_networks=pod_networks or private())
    return tuple(
        connection
        for version in versions_of(world)
        for connection in _connections(Connectivity(Engine.of(world, version, scope)))
    )


def _connections(connectivity: Connectivity) -> Iterator[Connection]:
    """Nobody is asked between addresses outside, so nothing is said of them."""
    names, inside = GroupNames(connectivity), (*connectivity.workloads, *connectivity.hosts)
    plain = [one for one in connectivity.outside if not one.name]
    opening = connectivity.engine.cells.opening
    passing = Passing.of(connectivity, (*inside, *plain), (*inside, *connectivity.outside), opening)
    yield from (_connection(connectivity, flow, names) for flow in passing.flows())


def _connection(connectivity: Connectivity, flow: Flow, names: GroupNames) -> Connection:
    cells = connectivity.engine.cells
    return Connection(
        names.name(flow.source),
        names.name(flow.destination),
        cells.opened(flow.always),
        cells.opened(flow.sometimes & ~flow.always),
        cells.version,
        _all(flow.source, names),
        _all(flow.destination, names),
    )


def _all(group: Group, names: GroupNames) -> tuple[str, ...]:
    return tuple(names.outside.networks(group) if group.is_outside else names.members(group))
