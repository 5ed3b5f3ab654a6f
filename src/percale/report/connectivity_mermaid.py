"""Who can reach whom, as a flowchart of Mermaid, which code hosts draw in Markdown."""

from collections.abc import Iterator, Sequence

from percale.analysis.connectivity import GroupKind
from percale.report.connectivity_graph import Graph, Node, graph_of
from percale.report.connectivity_view import View

#: Whatever is not among these is written by its number: quotes, markup, and what Mermaid reads as Markdown.
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 -./,:=")


def connectivity_mermaid(views: Sequence[View], *, expand: bool) -> str:
    return "\n".join(_lines(graph_of(views, expand=expand))) + "\n"


def _lines(graph: Graph) -> Iterator[str]:
    numbers = {name: f"n{number}" for number, name in enumerate(graph.nodes)}
    yield "flowchart LR"
    for number, (place, nodes) in enumerate(graph.by_place().items()):
        if not place:
            yield from (f"  {_node(node, numbers)}" for node in nodes)
            continue
        yield f'  subgraph s{number}["{_escaped(place)}"]'
        yield from (f"    {_node(node, numbers)}" for node in nodes)
        yield "  end"
    for source, destination in graph.edges:
        label = _lines_of(graph.labels((source, destination)))
        yield f'  {numbers[source]} -->|"{label}"| {numbers[destination]}'


def _node(node: Node, numbers: dict[str, str]) -> str:
    opening, closing = _SHAPES[node.kind]
    return f'{numbers[node.name]}{opening}"{_lines_of(node.lines)}"{closing}'


_SHAPES = {
    GroupKind.WORKLOAD: ("[", "]"),
    GroupKind.HOST: ("[[", "]]"),
    GroupKind.OUTSIDE: ("([", "])"),
    GroupKind.DOMAIN: ("([", "])"),
}


def _lines_of(lines: Sequence[str]) -> str:
    return "<br/>".join(map(_escaped, lines))


def _escaped(text: str) -> str:
    return "".join(letter if letter in _PLAIN else f"#{ord(letter)};" for letter in text)
