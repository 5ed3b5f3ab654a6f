"""Who can reach whom, in the language of Graphviz."""

from collections.abc import Iterator, Sequence

from percale.analysis.connectivity import GroupKind
from percale.report.connectivity_graph import Graph, Node, graph_of
from percale.report.connectivity_view import View


def connectivity_dot(views: Sequence[View], *, expand: bool) -> str:
    return "\n".join(_lines(graph_of(views, expand=expand))) + "\n"


def _lines(graph: Graph) -> Iterator[str]:
    numbers = {name: f"n{number}" for number, name in enumerate(graph.nodes)}
    yield "digraph connectivity {"
    yield "  rankdir=LR;"
    yield '  graph [fontname="Helvetica", style="rounded", color="gray60"];'
    yield '  node [fontname="Helvetica", shape=box, style="rounded,filled", fillcolor="white"];'
    yield '  edge [fontname="Helvetica", fontsize=10, color="gray30"];'
    for number, (place, nodes) in enumerate(graph.by_place().items()):
        if not place:
            yield from (f"  {_node(node, numbers)}" for node in nodes)
            continue
        yield f"  subgraph cluster_{number} {{"
        yield f"    label={_quoted([place])};"
        yield from (f"    {_node(node, numbers)}" for node in nodes)
        yield "  }"
    for source, destination in graph.edges:
        label = _quoted(graph.labels((source, destination)))
        yield f"  {numbers[source]} -> {numbers[destination]} [label={label}];"
    yield "}"


def _node(node: Node, numbers: dict[str, str]) -> str:
    return f"{numbers[node.name]} [label={_quoted(node.lines)}{_SHAPES[node.kind]}];"


_SHAPES = {
    GroupKind.WORKLOAD: "",
    GroupKind.HOST: ', shape=box3d, style="filled"',
    GroupKind.OUTSIDE: ', shape=oval, fillcolor="gray95"',
    GroupKind.DOMAIN: ', shape=oval, fillcolor="gray95"',
}


def _quoted(lines: Sequence[str]) -> str:
    r"""In quotes, where `\` begins an escape, and `&` an entity of HTML."""
    escaped = (line.replace("\\", "\\\\").replace('"', '\\"').replace("&", "&amp;") for line in lines)
    return '"' + "\\n".join(escaped) + '"'
