"""How groups of workloads, addresses and names are called: in a sentence, and as JSON.

Names are the same for the same input, whatever the order of a question, and no two groups of one world share one.
"""

from collections.abc import Iterable
from itertools import chain
from typing import Any

from percale.analysis.connectivity import Connectivity, Group
from percale.report.host_names import HostNames
from percale.report.outside_names import OutsideNames
from percale.report.workload_names import WorkloadNames, shortened
from percale.traffic.intervals import Intervals


class GroupNames:
    def __init__(self, connectivity: Connectivity) -> None:
        self.workloads = WorkloadNames(connectivity.engine.world.workloads)
        self.hosts = HostNames(connectivity.engine.world.host_endpoints)
        self.outside = OutsideNames(connectivity)

    def name(self, group: Group) -> str:
        """Short, exact: `shop/web`, `shop/[app=web]`, `shop/*`, `host:node-1`, `192.0.2.0/24`, `everything outside`."""
        return self.outside.name(group) if group.is_outside else self._names_of(group).name(group.members)

    def _names_of(self, group: Group) -> WorkloadNames | HostNames:
        return self.hosts if group.host else self.workloads

    def words(self, group: Group) -> str:
        """The name, and of several members how many there are and the first of them."""
        name = self.name(group)
        members = shortened(self.members(group))
        if len(group.members) < 2 or name == members:
            return name
        return f"{name} ({len(group.members)}: {members})"

    def members(self, group: Group) -> list[str]:
        """Each as `percale reach` takes it."""
        names = self._names_of(group)
        return [names.reference(one) for one in group.members]

    def json(self, group: Group) -> dict[str, Any]:
        """Complete, unlike the words."""
        said = {"name": self.name(group), "kind": group.kind.value}
        if group.members:
            return {**said, "members": self.members(group)}
        return {**said, "networks": self.outside.networks(group)}


def together(groups: Iterable[Group]) -> Group:
    """Groups of workloads, of hosts, or groups outside of one name, as one that can be called by a name."""
    parts = tuple(groups)
    return Group(
        tuple(dict.fromkeys(chain.from_iterable(one.identities for one in parts))),
        tuple(chain.from_iterable(one.members for one in parts)),
        Intervals.of(chain.from_iterable(one.addresses.spans for one in parts)),
        parts[0].name,
    )
