"""From the ruleset that the kernel has to another one, without an instant at which neither of them is in force.

A packet that is being judged while a transaction is committed may see the rules as they were, and sets and maps as
they are. So what is new is made and filled before anything refers to it, in a transaction of its own, and what is old
is taken away in another one, when nothing refers to it any more. Between them, one transaction fills the chains in use
and changes the elements of sets and maps in use.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from percale.dataplane.changes import (
    CreateChain,
    CreateCounter,
    CreateTable,
    DeleteChain,
    DeleteCounter,
    DeleteTable,
    FillChain,
    Operation,
    Steps,
    Transaction,
)
from percale.dataplane.loaded import Loaded, LoadedTable
from percale.dataplane.references import mentions, referred, renamed
from percale.dataplane.ruleset import Chain, Ruleset, Table
from percale.dataplane.set_changes import SetChanges


def difference(before: Loaded, after: Ruleset) -> tuple[Steps, Loaded]:
    """The steps, and what the kernel has when they are done."""
    changes = [_TableChange(before.tables.get(table.family), table) for table in after.tables]
    families = {table.family for table in after.tables}
    gone = tuple(DeleteTable(family) for family in before.tables if family not in families)
    steps = Steps(
        prepare=_joined(one.prepare() for one in changes),
        switch=_joined(one.switch() for one in changes),
        clear=(*_joined(one.clear() for one in changes), *gone),
    )
    return steps, Loaded({one.after.table.family: one.after for one in changes})


def _joined(parts: Iterable[Iterable[Operation]]) -> Transaction:
    return tuple(operation for part in parts for operation in part)


class _TableChange:
    """What one table has to go through."""

    def __init__(self, held: LoadedTable | None, table: Table) -> None:
        self._is_new = held is None
        self._before = held or LoadedTable(Table(table.family))
        self._family = table.family
        self._old, self._new = self._before.table.chains, table.chains
        self._added = [one for one in self._new.values() if not self._stays(one)]
        stay = ((self._old[one.name], one) for one in self._new.values() if self._stays(one))
        self._filled = {new.name for old, new in stay if old is not new and old != new}
        self._sets = self._settled(table)
        self._names = {name: place.name for name, place in self._sets.places.items() if place.name != name}
        self._hooked = {name: self._kernel_name(one) for name, one in self._new.items() if one.hook}
        self.after = LoadedTable(table, self._sets.places, self._hooked)

    def prepare(self) -> Iterator[Operation]:
        """What is made is not in use yet, and nothing in use is touched."""
        if self._is_new:
            yield CreateTable(self._family)
        for counter in self.after.table.counters.values():
            if counter.name not in self._before.table.counters:
                yield CreateCounter(self._family, counter)
        yield from self._sets.made_sets()
        for chain in self._added:
            yield CreateChain(self._family, self._hooked.get(chain.name, chain.name), chain.hook)
        yield from self._sets.made_maps()
        yield from (self._fill(chain) for chain in self._added if not chain.hook)

    def switch(self) -> Iterator[Operation]:
        yield from self._sets.in_place
        yield from (self._fill(self._new[name]) for name in self._new if name in self._filled)
        yield from (self._fill(chain) for chain in self._added if chain.hook)

    def clear(self) -> Iterator[Operation]:
        """Chains are emptied first, since they go to each other."""
        table, before = self.after.table, self._before
        stay = {name for name, one in self._new.items() if self._stays(one)}
        gone = [
            replace(self._old[name], name=before.hooked.get(name, name), rules=())
            for name in self._old
            if name not in stay
        ]
        yield from (FillChain(self._family, one) for one in gone)
        yield from self._sets.deleted_maps()
        yield from (DeleteChain(self._family, one.name) for one in gone)
        yield from self._sets.deleted_sets()
        for name in before.table.counters:
            if name not in table.counters:
                yield DeleteCounter(self._family, name)

    def _stays(self, chain: Chain) -> bool:
        """A chain cannot be moved to another hook: another one is hung there."""
        return chain.name in self._old and self._old[chain.name].hook == chain.hook

    def _settled(self, table: Table) -> SetChanges:
        """No set changes that chains look into which are filled: those who have the old rules find the old elements."""
        replaced: set[str] = set()
        while True:
            sets = SetChanges(self._before, table, replaced)
            if sets.replaced:
                stay = (one for one in self._new.values() if self._stays(one))
                self._filled |= {one.name for one in stay if mentions(one, sets.replaced)}
            more = {name for one in self._filled for name in referred(self._old[one])} & sets.changed_in_place
            if not more:
                return sets
            replaced |= more

    def _fill(self, chain: Chain) -> FillChain:
        name = self._hooked.get(chain.name, chain.name)
        return FillChain(self._family, replace(renamed(chain, self._names), name=name))

    def _kernel_name(self, chain: Chain) -> str:
        known = self._before.hooked.get(chain.name, chain.name)
        if chain.name not in self._old or self._stays(chain):
            return known
        return f"{chain.name}.2" if known == chain.name else chain.name
