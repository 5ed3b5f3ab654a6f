"""Sources with the same answers taken together, and for each answer the destinations taken together."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from percale.analysis.connectivity import Group, GroupKind
from percale.analysis.passing import Numbers, is_itself
from percale.report.connectivity_view import View
from percale.report.groups import together


@dataclass(frozen=True, slots=True)
class Entry:
    """Of a block, what passes between its groups and these; `pair` is a row and a column of the view."""

    peers: tuple[Group, ...]
    answer: int
    pair: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Block:
    groups: tuple[Group, ...]
    entries: tuple[Entry, ...]


def by_source(view: View, most: int | None = None) -> list[Block] | None:
    """None if a block and an entry a line were more lines than `most`."""
    return _blocks(view.answers, view.sources, view.destinations, most, turned=False)


def by_destination(view: View, most: int | None = None) -> list[Block] | None:
    return _blocks(view.answers.T, view.destinations, view.sources, most, turned=True)


def _blocks(
    answers: Numbers, groups: Sequence[Group], peers: Sequence[Group], most: int | None, *, turned: bool
) -> list[Block] | None:
    alike: dict[tuple[object, ...], list[int]] = {}
    for row in range(len(groups)):
        # A workload and an address outside are never the same sort of thing to say something about.
        alike.setdefault((groups[row].kind, answers[row].tobytes()), []).append(row)
    found, lines = list[Block](), 0
    for rows in alike.values():
        entries = tuple(_entries(answers[rows[0]], [groups[row] for row in rows], peers, rows[0], turned=turned))
        lines += len(entries) + 1
        if most is not None and lines > most:
            return None
        if entries:
            found.append(Block(tuple(groups[row] for row in rows), entries))
    return found


def _entries(
    answers: Numbers, groups: Sequence[Group], peers: Sequence[Group], row: int, *, turned: bool
) -> Iterator[Entry]:
    for answer in dict.fromkeys(answers.tolist()):
        if answer >= 0:
            columns = [
                column
                for column in np.flatnonzero(answers == answer).tolist()
                if len(groups) > 1 or not is_itself(groups[0], peers[column])
            ]
            if columns:
                pair = (columns[0], row) if turned else (row, columns[0])
                yield Entry(tuple(peers[column] for column in columns), answer, pair)


def parts(groups: Sequence[Group]) -> list[Group]:
    """As they can be called: workloads together, hosts, addresses outside, and each name by itself."""
    found: dict[tuple[GroupKind, str], list[Group]] = {}
    for one in groups:
        found.setdefault((one.kind, one.name), []).append(one)
    return [together(held) for held in found.values()]
