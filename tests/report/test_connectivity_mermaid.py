"""Mermaid's own parser takes a flowchart for what it was written for, whatever the names."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from percale.report.connectivity_graph import graph_of
from percale.report.connectivity_mermaid import connectivity_mermaid
from percale.report.connectivity_view import View
from report.connectivity_views import HOSTILE, hostile, shop, view_of
from report.node_programs import NodePrograms

GOLDEN = sorted((Path(__file__).parents[1] / "golden" / "connectivity").glob("*/mermaid.txt"))


def test_every_reviewed_flowchart_is_one(node_programs: NodePrograms) -> None:
    charts = [path.read_text(encoding="utf-8") for path in GOLDEN]
    assert len(charts) >= 4
    for chart, parsed in zip(charts, node_programs.run("mermaid.mjs", charts), strict=True):
        lines = chart.splitlines()
        assert len(parsed["edges"]) == sum(" -->|" in line for line in lines) > 0
        assert len(parsed["places"]) == sum(line.startswith("  subgraph ") for line in lines)
        assert len(parsed["nodes"]) == sum(line.lstrip().startswith("n") and "-->" not in line for line in lines)


@pytest.mark.parametrize("view_made", [hostile, lambda: view_of(shop())], ids=["hostile", "shop"])
def test_nodes_edges_and_places_are_called_as_in_the_graph(
    node_programs: NodePrograms, view_made: Callable[[], View]
) -> None:
    view = view_made()
    graph = graph_of([view], expand=True)
    (parsed,) = node_programs.run("mermaid.mjs", [connectivity_mermaid([view], expand=True)])
    numbers = {name: f"n{number}" for number, name in enumerate(graph.nodes)}
    nodes: dict[str, Any] = parsed["nodes"]
    assert nodes == {numbers[one.name]: "\n".join(one.lines) for one in graph.nodes.values()}
    assert parsed["edges"] == [
        [numbers[source], numbers[destination], "\n".join(graph.labels((source, destination)))]
        for source, destination in graph.edges
    ]
    places = {place: [numbers[one.name] for one in held] for place, held in graph.by_place().items() if place}
    assert {title: sorted(held) for title, held in parsed["places"]} == places


def test_hostile_names_are_what_is_parsed(node_programs: NodePrograms) -> None:
    (parsed,) = node_programs.run("mermaid.mjs", [connectivity_mermaid([hostile()], expand=True)])
    for value in HOSTILE[:4]:
        assert f"[app={value}]\n2 workloads" in parsed["nodes"].values()
