"""The host endpoints that the node controller makes of nodes."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Generic, TypeVar

from percale.policy.endpoints import Endpoint
from percale.policy.from_hosts import automatic
from percale.policy.incremental.hanging import Hanging, Presence
from percale.policy.incremental.ledger import Ledger, Moved, Sortable, ordered
from percale.policy.incremental.nodes import Nodes
from percale.policy.incremental.same import same_endpoint
from percale.policy.world import Node
from percale.resources.kube_controllers_configuration import KubeControllersConfiguration

K = TypeVar("K", bound=Sortable)

#: A node, an endpoint's name, and how many of the node's have that name before it.
Made = tuple[str, str, int]


class AutomaticHostEndpoints(Generic[K]):
    """Not those that somebody has written under the same name."""

    def __init__(self, nodes: Nodes[K], written: Presence[str]) -> None:
        self.configurations: Ledger[K, KubeControllersConfiguration] = Ledger()
        self.shown: Ledger[Made, Endpoint] = Ledger(same_endpoint)
        self._made: Ledger[Made, Endpoint] = Ledger(same_endpoint)
        self._of_node: dict[str, list[Made]] = {}
        self._with_name: Hanging[str, Made] = Hanging()
        self._nodes = nodes
        self._written = written

    def settle(self, nodes: Iterable[str], written: Iterable[str]) -> list[Moved[Made, Endpoint]]:
        """Names of nodes that are others than before, and of endpoints that have come or gone."""
        stale = set(nodes)
        if self.configurations.settle():
            stale |= {*self._nodes.known.now, *self._of_node}
        for node in stale:
            self._remake(node)
        found = set(self._with_name.on(written))
        for moved in self._made.settle():
            found.add(moved.key)
            name = [moved.key[1]]
            self._with_name.move(moved.key, name if moved.before else [], name if moved.after else [])
        for made in found:
            self.shown.put(made, None if made[1] in self._written else self._made.now.get(made))
        return self.shown.settle()

    def in_order(self) -> Iterator[Endpoint]:
        """Configuration by configuration."""
        for made, _ in self._makings(list(self._nodes.in_order())):
            if made in self.shown.now:
                yield self.shown.now[made]

    def _remake(self, name: str) -> None:
        for made in self._of_node.pop(name, ()):
            self._made.put(made, None)
        node = self._nodes.known.now.get(name)
        for made, endpoint in self._makings([node] if node else []):
            self._of_node.setdefault(name, []).append(made)
            self._made.put(made, endpoint)

    def _makings(self, nodes: Iterable[Node]) -> Iterator[tuple[Made, Endpoint]]:
        times: Counter[tuple[str, str]] = Counter()
        for one in automatic(ordered(self.configurations.now), nodes):
            yield (one.node, one.name, times[one.node, one.name]), one
            times[one.node, one.name] += 1
