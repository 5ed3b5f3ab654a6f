"""What `percale connectivity` shows of one IP version: all pairs that were asked about, and which are left out."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from percale.analysis.connectivity import Connectivity, Group
from percale.analysis.passing import Numbers, Passing, is_itself
from percale.policy.selection import Staged
from percale.report.groups import GroupNames, together
from percale.report.traffic import traffic_words
from percale.traffic.traffic import Traffic


@dataclass(frozen=True)
class View:
    """Of all pairs in `passing`, those that begin or end in the namespaces, if there are any; or at the outside."""

    connectivity: Connectivity
    names: GroupNames
    passing: Passing
    namespaces: frozenset[str] = frozenset()
    exposed_only: bool = False
    #: What the engine was built for.
    staged: Staged = Staged.LEFT_OUT

    @property
    def version(self) -> int:
        return self.connectivity.engine.cells.version

    @property
    def sources(self) -> tuple[Group, ...]:
        return self.passing.sources

    @property
    def destinations(self) -> tuple[Group, ...]:
        return self.passing.destinations

    @property
    def has_hosts(self) -> bool:
        return any(one.host for one in (*self.sources, *self.destinations))

    @cached_property
    def shown(self) -> npt.NDArray[np.bool_]:
        """The pairs that have something to tell."""
        named = np.array([bool(one.name) for one in self.destinations], bool)
        told: npt.NDArray[np.bool_] = np.where(named, self._named_otherwise, self.passing.sometimes != 0)
        return told & self._in_question

    @cached_property
    def answers(self) -> Numbers:
        """One number for what always and what sometimes passes; -1 for pairs that have nothing to tell."""
        return np.where(self.shown, self._codes, -1)

    def pairs(self) -> list[tuple[int, int]]:
        """Row and column of each pair that is shown, without what a party would send itself."""
        rows, columns = np.nonzero(self.shown)
        return [pair for pair in zip(rows.tolist(), columns.tolist(), strict=True) if not self.is_itself(*pair)]

    def is_itself(self, row: int, column: int) -> bool:
        return is_itself(self.sources[row], self.destinations[column])

    def is_asked(self, row: int, column: int) -> bool:
        """Whether there can be an answer at all."""
        return bool(self._in_question[row, column]) and not self.is_itself(row, column)

    def traffic(self, answer: int) -> tuple[Traffic, Traffic]:
        """What always passes, and what passes only from or to some of the addresses that a workload may have."""
        found = self._known.get(answer)
        if found is None:
            always, sometimes = (self.passing.masks[number] for number in divmod(answer, len(self.passing.masks)))
            cells = self.connectivity.engine.cells
            found = self._known[answer] = cells.opened(always), cells.opened(sometimes & ~always)
        return found

    def words(self, answer: int) -> tuple[str, str]:
        """The second is empty where nothing depends on addresses."""
        always, depending = self.traffic(answer)
        return traffic_words(always) if always or not depending else "", traffic_words(depending) if depending else ""

    @cached_property
    def _known(self) -> dict[int, tuple[Traffic, Traffic]]:
        return {}

    def simplified(self) -> "View":
        """The same, with groups of the same namespaces as one where they differ in nothing that is shown."""
        held: dict[object, list[Group]] = {}
        for one in dict.fromkeys((*self.sources, *self.destinations)):
            held.setdefault(self._looks(one), []).append(one)
        joined = {key: together(groups) if len(groups) > 1 else groups[0] for key, groups in held.items()}
        merged = {one: joined[key] for key, groups in held.items() for one in groups}
        return replace(self, passing=self.passing.merged(merged))

    def _looks(self, group: Group) -> tuple[object, ...]:
        row, column = self._row.get(group), self._column.get(group)
        sent = None if row is None else self.answers[row].tobytes()
        taken = None if column is None else self.answers[:, column].tobytes()
        return group.kind, group.name, frozenset(one.namespace for one in group.members), sent, taken

    @cached_property
    def _row(self) -> dict[Group, int]:
        return {group: at for at, group in enumerate(self.sources)}

    @cached_property
    def _column(self) -> dict[Group, int]:
        return {group: at for at, group in enumerate(self.destinations)}

    # What is left out.

    @cached_property
    def _in_question(self) -> npt.NDArray[np.bool_]:
        outside = [np.array([one.is_outside for one in groups], bool) for groups in (self.sources, self.destinations)]
        found: npt.NDArray[np.bool_] = ~np.logical_and.outer(*outside)
        if self.exposed_only:
            found &= np.logical_or.outer(*outside)
        if self.namespaces:
            found &= np.logical_or.outer(self._inside(self.sources), self._inside(self.destinations))
        return found

    def _inside(self, groups: Sequence[Group]) -> npt.NDArray[np.bool_]:
        """Groups do not cross the border of the namespaces in question."""
        return np.array([any(one.namespace in self.namespaces for one in group.members) for group in groups], bool)

    @cached_property
    def _named_otherwise(self) -> npt.NDArray[np.bool_]:
        """Where it makes a difference that a destination was looked up by its name."""
        found = np.zeros(self.passing.always.shape, bool)
        for column, group in enumerate(self.destinations):
            if group.name:
                plain = [at for at, one in enumerate(self.destinations) if _is_plain(one, group)]
                differs = self._codes[:, plain] != self._codes[:, [column]]
                found[:, column] = differs.any(axis=1) if plain else self._codes[:, column] != 0
        return found

    @cached_property
    def _codes(self) -> Numbers:
        return self.passing.always * len(self.passing.masks) + self.passing.sometimes


def _is_plain(one: Group, named: Group) -> bool:
    """Whether addresses of the named group are those of the other where nobody looked them up."""
    return one.is_outside and not one.name and bool(one.addresses & named.addresses)
