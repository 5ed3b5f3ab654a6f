"""What becomes of the sets and maps of a table: which of them change in place, and which are replaced.

No element in use is given another verdict, no set in use more elements than it has room for, no set of networks or
ranges in use is changed: another one is filled and takes its place, under another name.
"""

from collections.abc import Collection, Iterator
from dataclasses import replace
from itertools import count

from percale.dataplane.changes import (
    AddElements,
    AnySet,
    CreateIntervalSet,
    CreateMap,
    CreateSet,
    DeleteMap,
    DeleteSet,
    Operation,
    RemoveElements,
    Transaction,
    size_for,
)
from percale.dataplane.loaded import LoadedTable, Place
from percale.dataplane.ruleset import Family, IntervalSet, Set, Table, VerdictMap

_Hashed = Set | VerdictMap


class SetChanges:
    """From the sets and maps that the kernel has to those of another table; `fixed` are not to change in place."""

    def __init__(self, before: LoadedTable, after: Table, fixed: Collection[str]) -> None:
        self._family = after.family
        self._before = before
        self._fixed = fixed
        self._old, new = _all_of(before.table), _all_of(after)
        self._taken = {place.name for place in before.places.values()} | {one.name for one in before.unknown}
        self._made: list[tuple[AnySet, Place]] = []
        #: What is done to those in use.
        self.in_place: list[Operation] = []
        self.changed_in_place: set[str] = set()
        self.places = {name: self._place(one) for name, one in new.items()}
        self._left = {name for name in self._old if self.places.get(name) is not before.places[name]}
        #: Those that rules find under another name than before.
        self.replaced = self._left & new.keys()

    def made_sets(self) -> Iterator[Operation]:
        for one, place in self._made:
            if not isinstance(one, VerdictMap):
                yield from _made(self._family, one, place)

    def made_maps(self) -> Iterator[Operation]:
        """After the chains that their elements go to."""
        for one, place in self._made:
            if isinstance(one, VerdictMap):
                yield from _made(self._family, one, place)

    def deleted_maps(self) -> Iterator[Operation]:
        """Before the chains that their elements go to."""
        return (one for one in self._deleted() if isinstance(one, DeleteMap))

    def deleted_sets(self) -> Iterator[Operation]:
        return (one for one in self._deleted() if isinstance(one, DeleteSet))

    def _deleted(self) -> Iterator[DeleteMap | DeleteSet]:
        for name in sorted(self._left):
            kind = DeleteMap if isinstance(self._old[name], VerdictMap) else DeleteSet
            yield kind(self._family, self._before.places[name].name)
        yield from self._before.unknown

    def _place(self, new: AnySet) -> Place:
        old = self._old.get(new.name)
        if old is not None:
            place = self._before.places[new.name]
            changes = _changes(self._family, old, new, place)
            if changes == ():
                return place
            if changes and new.name not in self._fixed:
                self.in_place += changes
                self.changed_in_place.add(new.name)
                return place
        made = Place(self._free_name(new.name), 0 if isinstance(new, IntervalSet) else size_for(len(new.elements)))
        self._made.append((new, made))
        return made

    def _free_name(self, name: str) -> str:
        others = (f"{name}.{number}" for number in count(2))
        free = name if name not in self._taken else next(one for one in others if one not in self._taken)
        self._taken.add(free)
        return free


def _all_of(table: Table) -> dict[str, AnySet]:
    return {**table.sets, **table.interval_sets, **table.maps}


def _made(family: Family, one: AnySet, place: Place) -> Iterator[Operation]:
    match one:
        case Set():
            yield CreateSet(family, place.name, one.keys, place.size, one.comment)
        case IntervalSet():
            yield CreateIntervalSet(family, place.name, one.key, one.comment)
        case VerdictMap():
            yield CreateMap(family, place.name, one.keys, place.size)
    if one.elements:
        yield AddElements(family, replace(one, name=place.name))


def _changes(family: Family, old: AnySet, new: AnySet, place: Place) -> Transaction | None:
    """None where it cannot change in place."""
    if old is new or old == new:
        return ()
    match old, new:
        case Set(), Set() if old.keys == new.keys:
            return _exchanged(family, place, len(old.elements), _of_set(old, new), _of_set(new, old))
        case VerdictMap(), VerdictMap() if old.keys == new.keys and not _redirects(old, new):
            return _exchanged(family, place, len(old.elements), _of_map(old, new), _of_map(new, old))
        case _:
            return None


def _exchanged(family: Family, place: Place, present: int, removed: _Hashed, added: _Hashed) -> Transaction | None:
    # What is removed takes its room until the transaction is over.
    if present + len(added.elements) > place.size:
        return None
    removal = (RemoveElements(family, replace(removed, name=place.name)),) if removed.elements else ()
    addition = (AddElements(family, replace(added, name=place.name)),) if added.elements else ()
    return (*removal, *addition)


def _redirects(old: VerdictMap, new: VerdictMap) -> bool:
    """Whether an element has another verdict."""
    for key, verdict in new.elements.items():
        was = old.elements.get(key, verdict)
        if was is not verdict and was != verdict:
            return True
    return False


def _of_set(one: Set, without: Set) -> Set:
    return replace(one, elements=one.elements - without.elements)


def _of_map(one: VerdictMap, without: VerdictMap) -> VerdictMap:
    return replace(one, elements={key: to for key, to in one.elements.items() if key not in without.elements})
