"""Who can reach whom as nodes and edges: of groups, or of namespaces where groups were too many to draw."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from percale.analysis.connectivity import Group, GroupKind
from percale.report.connectivity_summary import Place, Summary
from percale.report.connectivity_view import View
from percale.report.counts import counted
from percale.report.terminal import plain

#: More nodes than this, and no layout is readable.
_MANY_NODES = 60


@dataclass(frozen=True, slots=True)
class Node:
    """`place` is the namespace that all members are of, or empty."""

    name: str
    lines: tuple[str, ...]
    kind: GroupKind
    place: str = ""


@dataclass(slots=True)
class Graph:
    """Edges by their ends, with what passes; what differs between IP versions is said of each."""

    nodes: dict[str, Node] = field(default_factory=dict)
    edges: dict[tuple[str, str], dict[str, list[int]]] = field(default_factory=dict)
    versions: tuple[int, ...] = ()

    def add(self, source: Node, destination: Node, words: str, version: int) -> None:
        for one in (source, destination):
            self.nodes.setdefault(one.name, one)
        self.edges.setdefault((source.name, destination.name), {}).setdefault(words, []).append(version)

    def labels(self, ends: tuple[str, str]) -> list[str]:
        """A line for each, `UDP to 53`, or `UDP to 53 (IPv6)` where that is not so in every version."""
        return [
            words if tuple(held) == self.versions else f"{words} (IPv{held[0]})"
            for words, held in self.edges[ends].items()
        ]

    def by_place(self) -> dict[str, list[Node]]:
        found: dict[str, list[Node]] = {}
        for node in self.nodes.values():
            found.setdefault(node.place, []).append(node)
        return dict(sorted(found.items()))


def graph_of(views: Sequence[View], *, expand: bool) -> Graph:
    graph = Graph(versions=tuple(view.version for view in views))
    many = any(len({*view.sources, *view.destinations}) > _MANY_NODES for view in views)
    for view in views:
        if many and not expand:
            _add_namespaces(graph, view)
        else:
            _add_groups(graph, view)
    return graph


def _add_groups(graph: Graph, view: View) -> None:
    nodes = {group: _node(view, group) for group in (*view.sources, *view.destinations)}
    for node in nodes.values():
        graph.nodes.setdefault(node.name, node)
    for row, column in view.pairs():
        always, depending = view.words(int(view.answers[row, column]))
        source, destination = nodes[view.sources[row]], nodes[view.destinations[column]]
        if always:
            graph.add(source, destination, always, view.version)
        if depending:
            graph.add(source, destination, f"{depending}, depending on addresses", view.version)


def _node(view: View, group: Group) -> Node:
    name = plain(view.names.name(group))
    places = {one.namespace for one in group.members}
    place = plain(places.pop()) if len(places) == 1 else ""
    own = name.removeprefix(f"{place}/") if place else name
    count = (counted(len(group.members), group.kind.value),) if len(group.members) > 1 else ()
    return Node(name, (own, *count), group.kind, place)


def _add_namespaces(graph: Graph, view: View) -> None:
    summary = Summary(view)
    nodes = list(map(_node_of_place, summary.places))
    for place, node in zip(summary.places, nodes, strict=True):
        graph.nodes.setdefault(node.name, node)
        for other, there in zip(summary.places, nodes, strict=True):
            if extent := summary.extent(place, other):
                graph.add(node, there, "everything" if extent == "+" else "in part", view.version)


def _node_of_place(place: Place) -> Node:
    name = plain(place.name)
    return Node(name, (name, *([place.size] if place.size else [])), place.kind)
