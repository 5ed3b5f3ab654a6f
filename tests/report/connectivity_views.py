"""Views of worlds, as the command makes them without options."""

from percale.analysis.connectivity import Connectivity
from percale.analysis.parties import private
from percale.analysis.passing import Passing
from percale.analysis.symbolic.engine import Engine, Scope
from percale.policy.world import World
from percale.report.connectivity_view import View
from percale.report.groups import GroupNames


def view_of(world: World, version: int = 4) -> View:
    connectivity = Connectivity(Engine.of(world, version, Scope(pod_networks=private((version,)))))
    plain = [one for one in connectivity.outside if not one.name]
    sources, destinations = (*connectivity.workloads, *plain), (*connectivity.workloads, *connectivity.outside)
    passing = Passing.of(connectivity, sources, destinations, connectivity.engine.cells.opening)
    return View(connectivity, GroupNames(connectivity), passing)
