"""What `percale get -w` shows: changes, one after the other."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from percale.datastore.keys import Manifest
from percale.report.listings import Table
from percale.report.manifests import json_text, yaml_text
from percale.report.tables import line_text, widths_of
from percale.resources.kinds import Kind


@dataclass(frozen=True, slots=True)
class Seen:
    #: `ADDED`, `MODIFIED` or `DELETED`, as kubectl has it.
    change: str
    manifest: Manifest


Writer = Callable[[Sequence[Seen]], str]


def json_writer(seen: Sequence[Seen]) -> str:
    """One line for each."""
    return "".join(f"{json_text({'type': one.change, 'object': one.manifest}, indent=None)}\n" for one in seen)


def yaml_writer(seen: Sequence[Seen]) -> str:
    return "".join(f"---\n{yaml_text({'type': one.change, 'object': one.manifest})}" for one in seen)


def table_writer(table: Table, kind: Kind) -> Writer:
    """Headings once; later lines keep to the widths of the first ones where they fit."""
    widths: list[int] = []

    def write(seen: Sequence[Seen]) -> str:
        headings, *rows = table.rows(kind, [one.manifest for one in seen])
        lines = [[one.change, *row] for one, row in zip(seen, rows, strict=True)]
        if not widths:
            lines.insert(0, ["EVENT", *headings])
            widths.extend(widths_of(lines))
        return "".join(f"{line_text(line, widths)}\n" for line in lines)

    return write
