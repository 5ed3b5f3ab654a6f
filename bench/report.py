"""What a benchmark found: tables to read, and goals that were met or missed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class Bound(StrEnum):
    AT_LEAST = ">="
    AT_MOST = "<="


@dataclass(frozen=True, slots=True)
class Goal:
    """A target, and how it came out."""

    says: str
    found: float
    bound: Bound
    limit: float

    @property
    def met(self) -> bool:
        return self.found >= self.limit if self.bound is Bound.AT_LEAST else self.found <= self.limit

    def __str__(self) -> str:
        return f"{'met   ' if self.met else 'MISSED'} {self.says}: {self.found:.3g} ({self.bound} {self.limit:g})"


@dataclass(frozen=True, slots=True)
class Table:
    """Numbers by row and by column; a column that a row does not have stays empty."""

    title: str
    rows: Mapping[str, Mapping[str, float]]

    @property
    def columns(self) -> list[str]:
        return list(dict.fromkeys(column for row in self.rows.values() for column in row))

    def __str__(self) -> str:
        names = max([len(self.title), *map(len, self.rows)])
        widths = [max(len(column), 8) for column in self.columns]
        lines = [_line(self.title, names, self.columns, widths)]
        for name, row in self.rows.items():
            shown = [_number(row[column]) if column in row else "" for column in self.columns]
            lines.append(_line(name, names, shown, widths))
        return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class Report:
    tables: Sequence[Table]
    goals: Sequence[Goal] = field(default=())

    def __str__(self) -> str:
        return "\n\n".join([*map(str, self.tables), *(["\n".join(map(str, self.goals))] if self.goals else [])])


def _line(name: str, names: int, cells: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join([name.ljust(names), *(cell.rjust(width) for cell, width in zip(cells, widths, strict=True))])


def _number(value: float) -> str:
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.3f}" if value < 10 else f"{value:.1f}"
