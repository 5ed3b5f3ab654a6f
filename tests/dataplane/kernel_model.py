"""Our tables as the kernel keeps them: what it refuses is refused here, and what packets would see half done, too."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import assert_never

from percale.dataplane.changes import (
    AddElements,
    AnySet,
    CreateChain,
    CreateCounter,
    CreateIntervalSet,
    CreateMap,
    CreateSet,
    CreateTable,
    DeleteChain,
    DeleteCounter,
    DeleteMap,
    DeleteSet,
    DeleteTable,
    FillChain,
    Operation,
    RemoveElements,
    Transaction,
)
from percale.dataplane.loaded import LoadedTable
from percale.dataplane.references import renamed
from percale.dataplane.ruleset import (
    Chain,
    Count,
    Counter,
    Dispatch,
    Family,
    Goto,
    IntervalSet,
    Jump,
    Lookup,
    Set,
    Table,
    VerdictMap,
)

Object = Chain | AnySet | Counter
#: Sets and maps share their names.
Id = tuple[str, str]


class Refused(Exception):
    """The kernel would not take it, or some packet would see it happen."""


class TableModel:
    def __init__(self, family: Family, objects: Mapping[Id, Object] | None = None) -> None:
        self.family = family
        self.objects = dict(objects or {})
        #: Of sets and maps of hashes.
        self.sizes: dict[str, int] = {}

    def copy(self) -> "TableModel":
        other = TableModel(self.family, self.objects)
        other.sizes = dict(self.sizes)
        return other

    def users(self, wanted: Id) -> list[Id]:
        return [one for one, found in self.objects.items() if wanted in set(_references(found))]

    def base_chains(self) -> list[Chain]:
        return [one for one in self.objects.values() if isinstance(one, Chain) and one.hook]

    def in_use(self, base_chains: Iterable[Chain]) -> set[Id]:
        """What a packet comes to by way of them."""
        waiting = [("chain", one.name) for one in base_chains]
        reached: set[Id] = set()
        while waiting:
            one = waiting.pop()
            if one not in reached:
                reached.add(one)
                waiting += _references(self.objects[one])
        return reached

    def table(self, loaded: LoadedTable) -> Table:
        """As a ruleset has it, whose names `loaded` knows."""
        names = {place.name: name for name, place in loaded.places.items()}
        hooks = {name: kept for kept, name in loaded.hooked.items()}
        found = list(self.objects.values())
        sets = [replace(one, name=names[one.name]) for one in found if isinstance(one, Set)]
        intervals = [replace(one, name=names[one.name]) for one in found if isinstance(one, IntervalSet)]
        maps = [replace(one, name=names[one.name]) for one in found if isinstance(one, VerdictMap)]
        chains = [
            replace(renamed(one, names), name=hooks.get(one.name, one.name)) for one in found if isinstance(one, Chain)
        ]
        return Table(
            self.family,
            {one.name: one for one in chains},
            {one.name: one for one in sets},
            {one.name: one for one in intervals},
            {one.name: one for one in maps},
            {one.name: one for one in found if isinstance(one, Counter)},
        )


class KernelModel:
    def __init__(self, tables: Mapping[Family, TableModel] | None = None) -> None:
        self.tables = dict(tables or {})

    def apply(self, transaction: Transaction) -> None:
        self.tables = self.after(transaction).tables

    def after(self, transaction: Transaction) -> "KernelModel":
        """Wholly or not at all."""
        after = {family: one.copy() for family, one in self.tables.items()}
        for operation in transaction:
            family = operation.family
            match operation:
                case CreateTable():
                    after.setdefault(family, TableModel(family))
                case DeleteTable():
                    del after[family]
                case _:
                    _Batch(self.tables.get(family) or TableModel(family), after[family]).do(operation)
        for family, one in after.items():
            _check_windowless(self.tables.get(family) or TableModel(family), one)
        return KernelModel(after)


class _Batch:
    """One operation upon what those before it have left of a table; `before` is the table ahead of them all."""

    def __init__(self, before: TableModel, table: TableModel) -> None:
        self._before = before
        self._table = table

    def do(self, operation: Operation) -> None:  # noqa: C901  one case for each operation
        match operation:
            case CreateChain(_, name, hook):
                self._create(("chain", name), Chain(name, (), hook))
            case CreateSet(_, name, keys, size, comment):
                self._create(("set", name), Set(name, keys, frozenset(), comment))
                self._table.sizes[name] = size
            case CreateIntervalSet(_, name, key, comment):
                self._create(("set", name), IntervalSet(name, key, (), comment))
            case CreateMap(_, name, keys, size):
                self._create(("set", name), VerdictMap(name, keys, {}))
                self._table.sizes[name] = size
            case CreateCounter(_, counter):
                self._create(("counter", counter.name), counter)
            case FillChain(_, chain):
                self._put(("chain", chain.name), chain)
            case AddElements(_, part):
                self._add(part)
            case RemoveElements(_, part):
                self._remove(part)
            case DeleteChain(_, name) | DeleteSet(_, name) | DeleteMap(_, name) | DeleteCounter(_, name):
                self._delete(operation, name)
            case CreateTable() | DeleteTable():
                raise AssertionError(operation)
            case _:
                assert_never(operation)

    def _create(self, name: Id, made: Object) -> None:
        _refuse(name in self._table.objects, f"{name} is there already")
        self._table.objects[name] = made

    def _put(self, name: Id, one: Object) -> None:
        _refuse(name not in self._table.objects, f"there is no {name}")
        missing = set(_references(one)) - self._table.objects.keys()
        _refuse(bool(missing), f"{name} refers to {missing}")
        self._table.objects[name] = one

    def _add(self, part: AnySet) -> None:
        name, there = ("set", part.name), self._table.objects.get(("set", part.name))
        match part, there:
            case Set(), Set() if part.keys == there.keys:
                _refuse(bool(part.elements & there.elements), f"{name} has some of it")
                self._room(part, len(part.elements))
                self._put(name, replace(there, elements=there.elements | part.elements))
            case VerdictMap(), VerdictMap() if part.keys == there.keys:
                _refuse(bool(part.elements.keys() & there.elements.keys()), f"{name} has some of it")
                self._room(part, len(part.elements))
                self._put(name, replace(there, elements={**there.elements, **part.elements}))
            case IntervalSet(), IntervalSet() if part.key == there.key:
                _refuse(bool(there.elements), f"{name} is in use")
                self._put(name, replace(there, elements=part.elements))
            case _:
                raise Refused(f"{name} is {there}")

    def _room(self, part: Set | VerdictMap, added: int) -> None:
        """What is removed in the same transaction still takes its room."""
        here, before = (one.objects.get(("set", part.name)) for one in (self._table, self._before))
        present = max(len(one.elements) for one in (here, before) if isinstance(one, Set | VerdictMap))
        _refuse(present + added > self._table.sizes[part.name], f"{part.name} is full")

    def _remove(self, part: Set | VerdictMap) -> None:
        name, there = ("set", part.name), self._table.objects.get(("set", part.name))
        match part, there:
            case Set(), Set():
                _refuse(not part.elements <= there.elements, f"{name} lacks some of it")
                self._put(name, replace(there, elements=there.elements - part.elements))
            case VerdictMap(), VerdictMap():
                _refuse(not part.elements.items() <= there.elements.items(), f"{name} lacks some of it")
                left = {key: to for key, to in there.elements.items() if key not in part.elements}
                self._put(name, replace(there, elements=left))
            case _:
                raise Refused(f"{name} is {there}")

    def _delete(self, operation: DeleteChain | DeleteSet | DeleteMap | DeleteCounter, name: str) -> None:
        kind = {DeleteChain: "chain", DeleteCounter: "counter"}.get(type(operation), "set")
        there = self._table.objects.get((kind, name))
        _refuse(there is None, f"there is no {kind} {name}")
        _refuse(
            kind == "set" and isinstance(there, VerdictMap) != isinstance(operation, DeleteMap), f"{name} is {there}"
        )
        _refuse(isinstance(there, Chain) and bool(there.rules), f"{name} has rules")
        users = self._table.users((kind, name))
        _refuse(bool(users), f"{name} is in use by {users}")
        del self._table.objects[kind, name]


def _check_windowless(before: TableModel, after: TableModel) -> None:
    """A packet may be judged by rules of before, and by what sets and maps hold after."""
    staying = [one for one in after.base_chains() if one.rules]
    new = after.in_use(staying) - before.objects.keys()
    _refuse(bool(new), f"{new} come into use at once")
    known = [one for one in before.base_chains() if any(one.name == other.name for other in staying)]
    gone = before.in_use(known) - after.objects.keys()
    _refuse(bool(gone), f"{gone} are taken away while they are in use")
    for kind, name in before.in_use(known):
        was, now = before.objects[kind, name], after.objects[kind, name]
        if isinstance(was, VerdictMap) and isinstance(now, VerdictMap):
            other = [key for key in was.elements.keys() & now.elements.keys() if was.elements[key] != now.elements[key]]
            _refuse(bool(other), f"{other} of {name} go elsewhere")


def _refuse(condition: bool, says: str) -> None:  # noqa: FBT001  read as a sentence
    if condition:
        raise Refused(says)


def _references(one: Object) -> Iterator[Id]:
    match one:
        case Chain():
            for rule in one.rules:
                yield from (("set", match.set) for match in rule.matches if isinstance(match, Lookup))
                for statement in rule.statements:
                    match statement:
                        case Goto(chain) | Jump(chain):
                            yield "chain", chain
                        case Dispatch(_, name):
                            yield "set", name
                        case Count(name):
                            yield "counter", name
        case VerdictMap():
            yield from (("chain", to.chain) for to in one.elements.values())
