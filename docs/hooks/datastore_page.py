# ruff: noqa: ANN401, INP001  a hook takes what the builder gives; a script of the documentation's build
"""Writes the table of kinds on the datastore page: what each is called, and the columns of its tables."""

from collections.abc import Iterator
from typing import Any

from percale.report.columns import columns_of
from percale.resources.kind_names import names_of
from percale.resources.kinds import KINDS

MARK = "<!-- names and columns -->"


def on_page_markdown(markdown: str, **_: Any) -> str:
    return markdown.replace(MARK, "\n".join(_table())) if MARK in markdown else markdown


def _table() -> Iterator[str]:
    yield "| Kind | Names | Columns | Columns of `wide` | Others |"
    yield "|---|---|---|---|---|"
    for kind in KINDS:
        columns = columns_of(kind)
        names = ", ".join(f"`{name}`" for name in dict.fromkeys(names_of(kind)))
        wide = "" if columns.wide == columns.usual else " ".join(columns.wide)
        others = [one for one in columns.cells if one not in {*columns.usual, *columns.wide, "NAMESPACE"}]
        cells = (f"{kind.name}, `{kind.api_version}`", names, " ".join(columns.usual), wide, " ".join(others))
        yield f"| {' | '.join(cells)} |"
