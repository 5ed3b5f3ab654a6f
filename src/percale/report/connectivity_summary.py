"""Large worlds by namespace: who is reached by whom, in full, in part, or not at all."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from percale.analysis.connectivity import Group
from percale.report.connectivity_view import View
from percale.report.workload_names import shortened


@dataclass(frozen=True)
class Place:
    """A namespace, or all addresses outside."""

    name: str
    rows: tuple[int, ...]
    columns: tuple[int, ...]
    count: int = 0


@dataclass(frozen=True)
class Summary:
    view: View

    @cached_property
    def places(self) -> list[Place]:
        """Namespaces by name, and then the outside."""
        members: dict[str, set[object]] = {}
        for group in (*self.view.sources, *self.view.destinations):
            for one in group.members:
                members.setdefault(one.namespace, set()).add(one)
        found = [
            Place(name, _of(self.view.sources, name), _of(self.view.destinations, name), len(held))
            for name, held in sorted(members.items())
        ]
        return [*found, Place("outside", _outside(self.view.sources), _outside(self.view.destinations))]

    def extent(self, source: Place, destination: Place) -> str:
        """`+` everything from all to all, `o` something, empty nothing."""
        return str(self._extents[self._at[source.name], self._at[destination.name]])

    @cached_property
    def _at(self) -> dict[str, int]:
        return {place.name: at for at, place in enumerate(self.places)}

    @cached_property
    def _extents(self) -> npt.NDArray[np.str_]:
        some = self._summed(self.view.shown)
        short_of_all = self._summed((self.view.passing.always != self.view.passing.everything) | ~self.view.shown)
        return np.where(some, np.where(short_of_all, "o", "+"), "")

    def _summed(self, flags: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
        """Whether it holds for any pair of two places' groups."""
        rows = _incidence([place.rows for place in self.places], len(self.view.sources))
        columns = _incidence([place.columns for place in self.places], len(self.view.destinations))
        found: npt.NDArray[np.bool_] = rows @ flags.astype(np.float32) @ columns.T > 0
        return found


def _incidence(held: Sequence[tuple[int, ...]], size: int) -> npt.NDArray[np.float32]:
    found = np.zeros((len(held), size), np.float32)
    for at, members in enumerate(held):
        found[at, list(members)] = 1
    return found


def summary_lines(view: View) -> Iterator[str]:
    summary = Summary(view)
    *namespaces, outside = summary.places
    groups = {id(one) for one in (*view.sources, *view.destinations) if not one.is_outside}
    yield (
        f"by namespace, since there are {sum(place.count for place in namespaces)} workloads of {len(groups)} kinds; "
        "--expand for all, or ask for less with -n, --from, --to, -p"
    )
    for place in namespaces:
        yield f"{place.name} ({place.count} workloads)"
        yield from _ends(summary, place, "<-", namespaces, outside)
        if place.rows and (extent := summary.extent(place, outside)):
            yield f"  -> outside: {_SAID[extent]}"


_SAID = {"+": "everything", "o": "in part"}


def _ends(summary: Summary, place: Place, arrow: str, namespaces: list[Place], outside: Place) -> Iterator[str]:
    for extent, said in _SAID.items():
        held = [one.name for one in namespaces if one is not place and summary.extent(one, place) == extent]
        own = [f"{place.name} itself"] if summary.extent(place, place) == extent else []
        beyond = ["outside"] if summary.extent(outside, place) == extent else []
        if own or held or beyond:
            others = "all other namespaces" if len(held) == len(namespaces) - 1 > 1 else shortened(held)
            yield f"  {arrow} {', '.join([*own, *([others] if held else []), *beyond])}: {said}"


def _of(groups: tuple[Group, ...], namespace: str) -> tuple[int, ...]:
    return tuple(at for at, group in enumerate(groups) if any(one.namespace == namespace for one in group.members))


def _outside(groups: tuple[Group, ...]) -> tuple[int, ...]:
    return tuple(at for at, group in enumerate(groups) if group.is_outside and not group.name)
