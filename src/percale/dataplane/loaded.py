"""What of ours the kernel has, and under which names."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from percale.dataplane.changes import DeleteMap, DeleteSet
from percale.dataplane.ruleset import Chain, Counter, Family, Hook, Rule, Ruleset, Table

#: Of a chain that somebody else filled, or an earlier run: equal to no rules of a ruleset.
_UNKNOWN_RULES = (Rule((), (), "unknown"),)


@dataclass(frozen=True, slots=True)
class Place:
    """Where the kernel keeps a set or a map. One that is replaced has its name until nothing refers to it."""

    name: str
    #: How many elements fit; nothing of sets with intervals.
    size: int = 0


@dataclass(frozen=True, slots=True)
class LoadedTable:
    """One table: `places` of all its sets and maps, `hooked` the names that the kernel has its base chains by."""

    table: Table
    places: Mapping[str, Place] = field(default_factory=dict)
    hooked: Mapping[str, str] = field(default_factory=dict)
    #: Takes away what nobody knows the contents of, once no rule refers to it.
    unknown: tuple[DeleteSet | DeleteMap, ...] = ()


@dataclass(frozen=True, slots=True)
class Loaded:
    """All our tables. Nothing in `tables`: none is there."""

    tables: Mapping[Family, LoadedTable] = field(default_factory=dict)

    @property
    def ruleset(self) -> Ruleset:
        return Ruleset(tuple(one.table for one in self.tables.values()))


@dataclass(frozen=True, slots=True)
class Found:
    """Names of the objects in one of our tables, with the hooks of its base chains."""

    chains: frozenset[str]
    hooked: Mapping[str, Hook]
    sets: frozenset[str]
    maps: frozenset[str]
    counters: frozenset[str]


def as_found(tables: Iterable[tuple[Family, Found]]) -> Loaded:
    """Names tell nothing of contents: chains are filled anew, sets and maps replaced, and only counters stay."""
    return Loaded({family: _unknown(family, found) for family, found in tables})


def _unknown(family: Family, found: Found) -> LoadedTable:
    chains = {name: Chain(name, _UNKNOWN_RULES, found.hooked.get(name)) for name in sorted(found.chains)}
    counters = {name: Counter(name, "") for name in found.counters}
    sets = tuple(DeleteSet(family, name) for name in sorted(found.sets))
    maps = tuple(DeleteMap(family, name) for name in sorted(found.maps))
    return LoadedTable(Table(family, chains, counters=counters), unknown=(*maps, *sets))
