"""Tables as Go's text/tabwriter lays them out for calicoctl: cells at least 5 wide and 3 apart, trailing ones too."""

from collections.abc import Iterable, Sequence

_LEAST, _GAP = 5, 3


def table_text(rows: Sequence[Sequence[str]]) -> str:
    """Rows of as many cells each; every line ends in a line break."""
    widths = widths_of(rows)
    return "".join(f"{line_text(row, widths)}\n" for row in rows)


def widths_of(rows: Sequence[Sequence[str]]) -> list[int]:
    return [max(_LEAST, *(len(cell) + _GAP for cell in column)) for column in zip(*rows, strict=True)]


def line_text(row: Sequence[str], widths: Iterable[int]) -> str:
    """A cell that is too wide pushes the others away."""
    return "".join(cell.ljust(max(width, len(cell) + _GAP)) for cell, width in zip(row, widths, strict=True))
