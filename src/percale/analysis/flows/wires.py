"""Protocols and ports into cells."""

import numpy as np
import numpy.typing as npt

from percale.analysis.flows.columns import Octets, Ports
from percale.analysis.symbolic.bits import Indices
from percale.analysis.symbolic.cells import Cells

_PORTS = 1 << 16


class Wires:
    """A table of all ports for each protocol that has a grid, and one for all the rest."""

    def __init__(self, cells: Cells) -> None:
        grids = list(cells.grids.values())
        rest = len(grids)
        self._table_of = np.full(256, rest * _PORTS, np.intp)
        self._row = np.zeros((rest + 1, _PORTS), np.intp)
        self._column = np.full((rest + 1, _PORTS), cells.size - 1, np.intp)
        for number, grid in enumerate(grids):
            self._table_of[grid.protocol] = number * _PORTS
            self._row[number] = _cell_numbers(grid.x) * len(grid.y)
            self._column[number] = _cell_numbers(grid.y) + grid.offset
        self._has_rows = any(len(grid.x) > 1 for grid in grids)

    def cells(self, protocols: Octets, x: Ports, y: Ports) -> Indices:
        table = self._table_of.take(protocols)
        found = self._column.take(table + y)
        if self._has_rows:
            found += self._row.take(table + x)
        return found


def _cell_numbers(starts: tuple[int, ...]) -> npt.NDArray[np.intp]:
    """Of each number on an axis, in which of its cells it is."""
    return np.searchsorted(np.array(starts), np.arange(_PORTS), "right") - 1
