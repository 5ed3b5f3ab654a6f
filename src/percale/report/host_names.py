"""Sets of host endpoints by short names, and what is not asked about them."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

from percale.policy.endpoints import Endpoint
from percale.policy.settings import ToHost
from percale.policy.world import World
from percale.report.workload_names import LabelCounts, by_label, label_counts, shortened


class HostNames:
    """Among all host endpoints of a world, since a name must hold for no other."""

    def __init__(self, hosts: Iterable[Endpoint]) -> None:
        self._hosts = tuple(hosts)
        self._of_node = Counter(one.node for one in self._hosts)

    def reference(self, one: Endpoint) -> str:
        """As a question can name it: with its interface where the node has several host endpoints."""
        return f"host:{one.node}/{one.interface or one.name}" if self._of_node[one.node] > 1 else f"host:{one.node}"

    def name(self, members: Sequence[Endpoint]) -> str:
        """`host:node-1`, `every host`, `host:[role=worker]`."""
        return next(self._exact(members), "") or shortened([self.reference(one) for one in members])

    def _exact(self, members: Sequence[Endpoint]) -> Iterator[str]:
        if len(members) == 1:
            yield self.reference(members[0])
        if len(members) == len(self._hosts):
            yield "every host"
        yield from by_label(members, self._labels, "host:[{}]")

    @cached_property
    def _labels(self) -> LabelCounts:
        return label_counts(self._hosts)


def own_pods_words(world: World) -> str:
    """What holds between hosts and the pods that they run, whatever policies say."""
    drops = {world.settings_for(one.node).to_host is ToHost.DROP for one in world.host_endpoints}
    back = [_WAY_BACK[one] for one in (True, False) if one in drops]
    return (
        "between a host and its own pods no policy of the host is asked: it always reaches them, and what their egress "
        f"lets through to it {' or '.join(back)}, as defaultEndpointToHostAction says"
    )


_WAY_BACK = {True: "is dropped", False: "is let in"}
