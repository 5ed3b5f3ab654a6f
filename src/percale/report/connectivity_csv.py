"""Who can reach whom, as a table for other programs: a line for each protocol of each pair."""

import csv
from collections.abc import Iterator, Sequence
from io import StringIO
from typing import Any

from percale.report.connectivity_view import View
from percale.report.terminal import plain
from percale.report.traffic import traffic_json

_HEAD = (
    "source",
    "destination",
    "protocol",
    "ports",
    "source_ports",
    "icmp_types",
    "icmp_codes",
    "certain",
    "ip_version",
)
_FIELDS = ("protocol", "ports", "sourcePorts", "types", "codes")

#: A spreadsheet takes what begins so for a formula.
_FORMULA = ("=", "+", "-", "@")


def connectivity_csv(views: Sequence[View], *, expand: bool) -> str:
    """`expand` changes nothing: a program is never given a summary."""
    del expand
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_HEAD)
    writer.writerows(row for view in views for row in _rows(view))
    return text.getvalue()


def _rows(view: View) -> Iterator[list[str]]:
    called = {group: _safe(view.names.name(group)) for group in (*view.sources, *view.destinations)}
    for row, column in view.pairs():
        ends = [called[view.sources[row]], called[view.destinations[column]]]
        traffic = view.traffic(int(view.answers[row, column]))
        for certain, part in zip(("always", "depending on address"), traffic, strict=True):
            for entry in traffic_json(part):
                yield [*ends, *_wire(entry), certain, str(view.version)]


def _wire(entry: dict[str, Any]) -> list[str]:
    protocol, *others = (str(entry.get(field, "")) for field in _FIELDS)
    left_out = entry.get("except", ())
    return [f"{protocol} but {' '.join(left_out)}" if left_out else protocol, *others]


def _safe(text: str) -> str:
    shown = plain(text)
    return f"'{shown}" if shown.startswith(_FORMULA) else shown
