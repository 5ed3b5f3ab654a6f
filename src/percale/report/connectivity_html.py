"""Who can reach whom, as one page that needs nothing else: a table, a list, and why."""

import json
import re
from collections.abc import Iterator, Sequence
from functools import cache
from html import escape
from importlib.resources import files

from percale.report.connectivity_blocks import Block, Entry, by_destination, by_source, parts
from percale.report.connectivity_matrix import Matrix, matrix_of
from percale.report.connectivity_summary import Line, summary_lines
from percale.report.connectivity_view import View
from percale.report.connectivity_why import why
from percale.report.host_names import own_pods_words
from percale.report.terminal import plain

#: A longer list is summed up by namespace unless asked for in full.
_MANY_ENTRIES = 1_000
#: With more cells than this, only the list says why.
_MANY_CELLS = 900


def connectivity_html(views: Sequence[View], *, expand: bool) -> str:
    reasons: list[list[str]] = []
    body = "\n".join(line for view in views for line in _section(view, reasons, expand=expand))
    found = {
        "style": _part("connectivity.css"),
        "script": _part("connectivity.js"),
        "body": body,
        # Neither `</script>` nor `<!--` may stand in a script, whatever is in it.
        "data": json.dumps(reasons).replace("<", "\\u003c"),
    }
    return re.sub(r"\{\{(\w+)\}\}", lambda mark: found[mark[1]], _part("connectivity.html"))


@cache
def _part(name: str) -> str:
    return (files("percale.report.pages") / name).read_text(encoding="utf-8")


def _section(view: View, reasons: list[list[str]], *, expand: bool) -> Iterator[str]:
    yield f"<h2>IPv{view.version}</h2>"
    matrix = matrix_of(view, expand=expand)
    yield from _table(view, matrix, reasons)
    if view.has_hosts:
        yield f"<p>{_text(own_pods_words(view.connectivity.engine.world))}</p>"
    turned, blocks = _shorter(view)
    if sum(len(block.entries) for block in blocks) > _MANY_ENTRIES and not expand:
        yield from (_summed_up(view, line) for line in summary_lines(view))
        return
    for place, held in _by_place(blocks).items():
        yield f'<section class="place"><h3>{_text(place)}</h3><table class="flows">'
        yield "<tr><th>from</th><th>to</th><th>what passes</th></tr>"
        for block in held:
            yield from (_row(view, block, entry, turned=turned) for entry in block.entries)
        yield "</table></section>"


def _summed_up(view: View, line: Line) -> str:
    """With a packet for what it says, where it says something of a pair."""
    if line.pair is None:
        return f"<p>{_text(line.text)}</p>"
    reasons = _text("\n".join(why(view, *line.pair)))
    return f"<details><summary>{_text(line.text.strip())}</summary><pre>{reasons}</pre></details>"


def _shorter(view: View) -> tuple[bool, list[Block]]:
    """By source if that is not much longer."""
    sent, taken = by_source(view) or [], by_destination(view) or []
    lengths = [sum(len(block.entries) for block in blocks) for blocks in (sent, taken)]
    return (True, taken) if lengths[0] > 2 * lengths[1] else (False, sent)


def _by_place(blocks: Sequence[Block]) -> dict[str, list[Block]]:
    found: dict[str, list[Block]] = {}
    for block in blocks:
        places = {one.namespace or "hosts" for group in block.groups for one in group.members} or {"outside"}
        found.setdefault(places.pop() if len(places) == 1 else "several namespaces", []).append(block)
    return found


def _row(view: View, block: Block, entry: Entry, *, turned: bool) -> str:
    near, far = (", ".join(view.names.words(one) for one in parts(ends)) for ends in (block.groups, entry.peers))
    source, destination = (far, near) if turned else (near, far)
    always, depending = view.words(entry.answer)
    said = "; ".join(part for part in (always, depending and f"{depending}, for some addresses of a workload") if part)
    reasons = _text("\n".join(why(view, *entry.pair)))
    searched = _text(f"{source} {destination} {said}".lower())
    return (
        f'<tr data-text="{searched}"><td>{_text(source)}</td><td>{_text(destination)}</td>'
        f"<td><details><summary>{_text(said)}</summary><pre>{reasons}</pre></details></td></tr>"
    )


def _table(view: View, matrix: Matrix, reasons: list[list[str]]) -> Iterator[str]:
    explained = matrix.of_groups and len(matrix.rows) * len(matrix.columns) <= _MANY_CELLS
    yield '<div class="scroll"><table class="matrix"><tr><th></th>'
    yield "".join(f'<th title="{_text(name)}">{number}</th>' for number, name in enumerate(matrix.columns, 1)) + "</tr>"
    for row, name in enumerate(matrix.rows):
        cells = (
            _cell(view, matrix, (row, column), reasons, explained=explained) for column in range(len(matrix.columns))
        )
        yield f"<tr><th>{row + 1} {_text(name)}</th>{''.join(cells)}</tr>"
    yield "</table></div>"
    if matrix.rows != matrix.columns:
        yield f"<ol>{''.join(f'<li>{_text(name)}</li>' for name in matrix.columns)}</ol>"
    yield f"<p>{'<br>'.join(map(_text, matrix.legend))}</p>"


_CLASSES = {"+": "open", ".": "shut", " ": "none"}


def _cell(view: View, matrix: Matrix, at: tuple[int, int], reasons: list[list[str]], *, explained: bool) -> str:
    row, column = at
    sign, why_number = matrix.cells[row][column], ""
    if explained and sign.strip():
        title = _text(f"{matrix.rows[row]} → {matrix.columns[column]}")
        why_number = f' title="{title}" data-why="{len(reasons)}"'
        reasons.append(why(view, row, column))
    return f'<td class="{_CLASSES.get(sign, "part")}"{why_number}>{_text(sign)}</td>'


def _text(text: str) -> str:
    return escape("\n".join(map(plain, text.split("\n"))))
