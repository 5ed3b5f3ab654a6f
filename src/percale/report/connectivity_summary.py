"""Large worlds by namespace: who is reached by whom, in full, in part, or not at all."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from percale.analysis.connectivity import Group, GroupKind
from percale.report.connectivity_view import View
from percale.report.counts import counted
from percale.report.workload_names import shortened


@dataclass(frozen=True)
class Place:
    """A namespace, all hosts, or all addresses outside."""

    name: str
    kind: GroupKind
    rows: tuple[int, ...]
    columns: tuple[int, ...]
    count: int = 0

    @property
    def size(self) -> str:
        """Empty outside."""
        return counted(self.count, self.kind.value) if self.count else ""


@dataclass(frozen=True, slots=True)
class Line:
    """`pair` is a row and a column of the view that it speaks of, among others."""

    text: str
    pair: tuple[int, int] | None = None


@dataclass(frozen=True)
class Summary:
    view: View

    @cached_property
    def places(self) -> list[Place]:
        """Namespaces by name, the hosts if there are any, and then the outside."""
        members: dict[str, set[object]] = {}
        for group in (*self.view.sources, *self.view.destinations):
            for one in group.members:
                members.setdefault("" if group.host else one.namespace, set()).add(one)
        hosts = members.pop("", set())
        found = [self._place(name, GroupKind.WORKLOAD, name, len(held)) for name, held in sorted(members.items())]
        if hosts:
            found.append(self._place("every host", GroupKind.HOST, "", len(hosts)))
        return [
            *found,
            Place("outside", GroupKind.OUTSIDE, _outside(self.view.sources), _outside(self.view.destinations)),
        ]

    def _place(self, name: str, kind: GroupKind, namespace: str, count: int) -> Place:
        return Place(name, kind, _of(self.view.sources, namespace), _of(self.view.destinations, namespace), count)

    def extent(self, source: Place, destination: Place) -> str:
        """`+` everything from all to all, `o` something, empty nothing."""
        return str(self._extents[self._at[source], self._at[destination]])

    def example(self, source: Place, destination: Place) -> tuple[int, int] | None:
        """The first pair of the two that has something to tell."""
        held = np.argwhere(self.view.shown[np.ix_(source.rows, destination.columns)]).tolist()
        pairs = ((source.rows[row], destination.columns[column]) for row, column in held)
        return next((pair for pair in pairs if not self.view.is_itself(*pair)), None)

    @cached_property
    def _at(self) -> dict[Place, int]:
        return {place: at for at, place in enumerate(self.places)}

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


def summary_lines(view: View) -> Iterator[Line]:
    summary = Summary(view)
    *inside, outside = summary.places
    groups = {id(one) for one in (*view.sources, *view.destinations) if not one.is_outside}
    workloads = sum(place.count for place in inside if place.kind is GroupKind.WORKLOAD)
    yield Line(
        f"by namespace, since there are {workloads} workloads of {len(groups)} kinds; "
        "--expand for all, or ask for less with -n, --from, --to, -p"
    )
    for place in inside:
        yield Line(f"{place.name} ({place.size})")
        yield from _ends(summary, place)
        if place.rows and (extent := summary.extent(place, outside)):
            yield Line(f"  -> outside: {_SAID[extent]}", summary.example(place, outside))


_SAID = {"+": "everything", "o": "in part"}


def _ends(summary: Summary, place: Place) -> Iterator[Line]:
    for extent, said in _SAID.items():
        held = [one for one in summary.places if summary.extent(one, place) == extent]
        if held:
            text = f"  <- {', '.join(_called(summary, place, held))}: {said}"
            pairs = (summary.example(one, place) for one in held)
            yield Line(text, next((pair for pair in pairs if pair), None))


def _called(summary: Summary, place: Place, held: Sequence[Place]) -> Iterator[str]:
    """Itself first, and all other namespaces as such."""
    if place in held:
        yield f"{place.name} itself"
    every, others = (
        [one for one in among if one.kind is GroupKind.WORKLOAD and one != place] for among in (summary.places, held)
    )
    if others:
        yield "all other namespaces" if len(others) == len(every) > 1 else shortened([one.name for one in others])
    yield from (one.name for one in held if one.kind is not GroupKind.WORKLOAD and one != place)


def _of(groups: tuple[Group, ...], namespace: str) -> tuple[int, ...]:
    """Of no namespace are the hosts."""
    return tuple(at for at, group in enumerate(groups) if any(one.namespace == namespace for one in group.members))


def _outside(groups: tuple[Group, ...]) -> tuple[int, ...]:
    return tuple(at for at, group in enumerate(groups) if group.is_outside and not group.name)
