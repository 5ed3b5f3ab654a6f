"""Who can reach whom for a terminal: a row for each source, a column for each destination, both numbered."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from percale.report.connectivity_summary import Summary
from percale.report.connectivity_view import View
from percale.report.matrix import plain_table
from percale.traffic.traffic import Traffic

#: Wider matrices are split: a terminal folds them, and nobody can read that.
_COLUMNS_AT_ONCE = 24
#: More rows than this are summed up by namespace.
_MANY_ROWS = 60
_EVERYTHING, _NOTHING, _NOT_ASKED = "+", ".", " "


@dataclass(frozen=True, slots=True)
class Matrix:
    rows: Sequence[str]
    columns: Sequence[str]
    cells: Sequence[Sequence[str]]
    legend: Sequence[str]
    of_groups: bool


def connectivity_matrix(views: Sequence[View], *, expand: bool) -> str:
    several = len(views) > 1
    blocks = (
        "\n".join([*([f"IPv{view.version}"] if several else []), *_lines(matrix_of(view, expand=expand))])
        for view in views
    )
    return plain_table("\n\n".join(blocks))


def matrix_of(view: View, *, expand: bool) -> Matrix:
    if max(len(view.sources), len(view.destinations)) > _MANY_ROWS and not expand:
        return _of_namespaces(view)
    return _of_groups(view)


def _of_groups(view: View) -> Matrix:
    kinds: dict[tuple[str, str], str] = {}
    shown = set(view.pairs())
    cells = [
        [
            _cell(view, row, column, kinds) if (row, column) in shown else _blank(view, row, column)
            for column in range(len(view.destinations))
        ]
        for row in range(len(view.sources))
    ]
    legend = [f"{sign} {_said(*words)}" for words, sign in kinds.items()]
    return Matrix(
        [view.names.name(one) for one in view.sources],
        [view.names.name(one) for one in view.destinations],
        cells,
        [*legend, f"{_NOTHING} nothing"],
        of_groups=True,
    )


def _cell(view: View, row: int, column: int, kinds: dict[tuple[str, str], str]) -> str:
    """A letter for each kind of traffic in the order of appearance."""
    answer = int(view.answers[row, column])
    words = view.words(answer)
    if words not in kinds:
        whole = view.traffic(answer)[0] == Traffic.everything()
        kinds[words] = _EVERYTHING if whole else _letter(sum(sign != _EVERYTHING for sign in kinds.values()))
    return kinds[words]


def _letter(number: int) -> str:
    """`a` to `z`, `aa`, `ab` and so on."""
    letters = ""
    while number >= 0:
        letters = chr(ord("a") + number % 26) + letters
        number = number // 26 - 1
    return letters


def _said(always: str, depending: str) -> str:
    parts = [always, f"{depending}, depending on addresses" if depending else ""]
    return "; ".join(part for part in parts if part)


def _blank(view: View, row: int, column: int) -> str:
    return _NOTHING if view.is_asked(row, column) else _NOT_ASKED


def _of_namespaces(view: View) -> Matrix:
    summary = Summary(view)
    names = [place.name for place in summary.places]
    cells = [
        [_of_places(summary.extent(one, other), one.count + other.count) for other in summary.places]
        for one in summary.places
    ]
    legend = [f"{_EVERYTHING} everything", "o in part", f"{_NOTHING} nothing", "by namespace; --expand for each group"]
    return Matrix(names, names, cells, legend, of_groups=False)


def _of_places(extent: str, workloads: int) -> str:
    return extent or (_NOTHING if workloads else _NOT_ASKED)


def _lines(matrix: Matrix) -> Iterator[str]:
    same = list(matrix.rows) == list(matrix.columns)
    numbers = [str(number) for number in range(1, len(matrix.columns) + 1)]
    labels = [f"{number} {name}" for number, name in zip(numbers, matrix.rows, strict=True)] if same else matrix.rows
    if not same:
        yield from (f"{number} {name}" for number, name in zip(numbers, matrix.columns, strict=True))
        yield ""
    width = max(map(len, labels), default=0)
    for first in range(0, len(numbers), _COLUMNS_AT_ONCE):
        part = slice(first, first + _COLUMNS_AT_ONCE)
        table = [numbers[part], *(row[part] for row in matrix.cells)]
        widths = [max(map(len, column)) for column in zip(*table, strict=True)]
        for label, row in zip(["", *labels], table, strict=True):
            yield f"{label:{width}}  " + " ".join(f"{cell:{wide}}" for cell, wide in zip(row, widths, strict=True))
        yield ""
    yield from matrix.legend
