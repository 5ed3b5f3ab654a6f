"""Who can reach whom, as JSON: always in full, an endpoint and a connection a line."""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from percale.analysis.connectivity import Group
from percale.report.connectivity_view import View
from percale.report.traffic import traffic_json

#: The form of the JSON below; a field may be added, none is taken away or changed within one number.
SCHEMA_VERSION = 1


def connectivity_json(views: Sequence[View], *, expand: bool) -> str:
    """`expand` changes nothing: a program is never given a summary."""
    del expand
    endpoints, connections = ([one for view in views for one in made(view)] for made in (_endpoints, _connections))
    lines = [
        f'"schemaVersion": {SCHEMA_VERSION}',
        f'"ipVersions": {json.dumps([view.version for view in views])}',
        f'"endpoints": {_listed(endpoints)}',
        f'"connections": {_listed(connections)}',
    ]
    return "{\n  " + ",\n  ".join(lines) + "\n}"


def _listed(items: Iterable[dict[str, Any]]) -> str:
    lines = ",\n    ".join(map(json.dumps, items))
    return f"[\n    {lines}\n  ]" if lines else "[]"


def _endpoints(view: View) -> Iterator[dict[str, Any]]:
    """All that were asked about, whether or not anything reaches them."""
    for group in dict.fromkeys((*view.sources, *view.destinations)):
        yield {**view.names.json(group), "ipVersion": view.version}


def _connections(view: View) -> Iterator[dict[str, Any]]:
    called = {group: view.names.name(group) for group in (*view.sources, *view.destinations)}
    for row, column in view.pairs():
        yield {**_ends(called, view, row, column), **_what(view, row, column), "ipVersion": view.version}


def _ends(called: dict[Group, str], view: View, row: int, column: int) -> dict[str, Any]:
    return {"source": called[view.sources[row]], "destination": called[view.destinations[column]]}


def _what(view: View, row: int, column: int) -> dict[str, Any]:
    always, depending = view.traffic(int(view.answers[row, column]))
    found: dict[str, Any] = {"traffic": traffic_json(always)}
    if depending:
        found["dependingOnAddress"] = traffic_json(depending)
    return found
