"""What chains need beside themselves: gathered while they are written, and put together for a whole table."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from percale.dataplane.programs import Mark
from percale.dataplane.rosters import Roster
from percale.dataplane.ruleset import Chain, Counter, IntervalSet, Set

_P = TypeVar("_P")


@dataclass(slots=True)
class Parts:
    """By name. Rosters are the sets whose elements come and go; the other sets are named by what is in them."""

    chains: dict[str, Chain] = field(default_factory=dict)
    sets: dict[str, Set] = field(default_factory=dict)
    rosters: dict[str, Roster] = field(default_factory=dict)
    interval_sets: dict[str, IntervalSet] = field(default_factory=dict)
    counters: dict[str, Counter] = field(default_factory=dict)
    marks: dict[str, Mark] = field(default_factory=dict)

    def add(self, others: "Iterable[Parts]") -> None:
        for one in others:
            self.chains.update(one.chains)
            self.sets.update(one.sets)
            self.rosters.update(one.rosters)
            self.interval_sets.update(one.interval_sets)
            self.counters.update(one.counters)
            self.marks.update(one.marks)

    def keep(self, before: "Parts") -> None:
        """What is equal to what was there before becomes the same, so that whoever compares need not look into it."""
        self.chains = same_where_equal(self.chains, before.chains)
        self.sets = same_where_equal(self.sets, before.sets)
        self.interval_sets = same_where_equal(self.interval_sets, before.interval_sets)
        self.counters = same_where_equal(self.counters, before.counters)


def same_where_equal(now: Mapping[str, _P], before: Mapping[str, _P]) -> dict[str, _P]:
    found = dict(now)
    for name, one in now.items():
        if name in before and (old := before[name]) is not one and old == one:
            found[name] = old
    return found
