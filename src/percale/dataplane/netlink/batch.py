"""Transactions as one string of messages each, which the kernel takes wholly or not at all."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import assert_never

from percale.dataplane.changes import (
    AddElements,
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
from percale.dataplane.netlink import objects, sets
from percale.dataplane.netlink.messages import Flag, Kind, begin, end, message
from percale.dataplane.netlink.rules import rule_expressions
from percale.dataplane.netlink.values import Kind as ValueKind
from percale.dataplane.ruleset import Chain, Family

_CREATE = Flag.REQUEST | Flag.CREATE
_APPEND = _CREATE | Flag.APPEND
_NO_FLAGS: Mapping[Family, int] = {}


@dataclass(frozen=True, slots=True)
class Batch:
    """`data` goes to the kernel at once. Messages are numbered, and answered by number."""

    data: bytes
    operations: Transaction
    #: The number of the first message of each operation.
    _starts: tuple[int, ...]

    def operation(self, number: int) -> Operation | None:
        """The one that the numbered message is of; None for the envelope."""
        at = bisect_right(self._starts, number) - 1
        return self.operations[at] if at >= 0 and number < self.last else None

    @property
    def last(self) -> int:
        """The number of the message that ends it all."""
        return self._starts[-1]


def batch(transaction: Transaction, table_flags: Mapping[Family, int] = _NO_FLAGS) -> Batch:
    """Raises ValueError for what no rule in the family can ask."""
    writing = _Writing(table_flags)
    starts = []
    for operation in transaction:
        starts.append(writing.next_number)
        writing.add(operation)
    starts.append(writing.next_number)
    return Batch(writing.finish(), transaction, tuple(starts))


class _Writing:
    """The messages of one transaction, so far."""

    def __init__(self, table_flags: Mapping[Family, int]) -> None:
        self._table_flags = table_flags
        self._parts = [begin(0)]
        self._created: set[tuple[Family, str]] = set()
        self._sets = 0

    @property
    def next_number(self) -> int:
        return len(self._parts)

    def finish(self) -> bytes:
        return b"".join([*self._parts, end(self.next_number)])

    def add(self, operation: Operation) -> None:
        match operation:
            case FillChain(family, chain):
                self._fill(family, chain)
            case AddElements(family, part):
                self._send_all(Kind.NEW_ELEMENT, family, sets.filled(part), _CREATE)
            case RemoveElements(family, part):
                self._send_all(Kind.DELETE_ELEMENT, family, sets.filled(part), Flag.REQUEST)
            case CreateTable() | CreateChain() | CreateSet() | CreateIntervalSet() | CreateMap() | CreateCounter():
                self._create(operation)
            case DeleteTable() | DeleteChain() | DeleteSet() | DeleteMap() | DeleteCounter():
                self._delete(operation)
            case _:
                assert_never(operation)

    def _send(self, kind: Kind, family: Family, body: bytes, flags: int) -> None:
        self._parts.append(message(kind, family, body, flags, self.next_number))

    def _send_all(self, kind: Kind, family: Family, bodies: Iterable[bytes], flags: int) -> None:
        for body in bodies:
            self._send(kind, family, body, flags)

    def _create(
        self,
        operation: CreateTable | CreateChain | CreateSet | CreateIntervalSet | CreateMap | CreateCounter,
    ) -> None:
        match operation:
            case CreateTable(family):
                self._send(Kind.NEW_TABLE, family, objects.table(self._table_flags.get(family, 0)), _CREATE)
            case CreateChain(family, name, hook):
                self._created.add((family, name))
                self._send(Kind.NEW_CHAIN, family, objects.chain(name, hook), _CREATE)
            case CreateSet(family, name, keys, size, comment):
                self._new_set(family, sets.hash_set(name, keys, size, comment, self._next_set()))
            case CreateIntervalSet(family, name, key, comment):
                self._new_set(family, sets.interval_set(name, key, comment, self._next_set()))
            case CreateMap(family, name, keys, size):
                self._new_set(family, sets.verdict_map(name, keys, size, self._next_set()))
            case CreateCounter(family, counter):
                self._send(Kind.NEW_OBJECT, family, objects.counter(counter), _CREATE)
            case _:
                assert_never(operation)

    def _delete(self, operation: DeleteTable | DeleteChain | DeleteSet | DeleteMap | DeleteCounter) -> None:
        family = operation.family
        match operation:
            case DeleteTable():
                self._send(Kind.DELETE_TABLE, family, objects.TABLE, Flag.REQUEST)
            case DeleteChain(_, name):
                self._send(Kind.DELETE_CHAIN, family, objects.chain(name), Flag.REQUEST)
            case DeleteSet(_, name) | DeleteMap(_, name):
                self._send(Kind.DELETE_SET, family, sets.named(name), Flag.REQUEST)
            case DeleteCounter(_, name):
                self._send(Kind.DELETE_OBJECT, family, objects.named_counter(name), Flag.REQUEST)
            case _:
                assert_never(operation)

    def _next_set(self) -> int:
        self._sets += 1
        return self._sets

    def _new_set(self, family: Family, body: bytes) -> None:
        self._send(Kind.NEW_SET, family, body, _CREATE)

    def _fill(self, family: Family, chain: Chain) -> None:
        opening = objects.rules_of(chain.name)
        if (family, chain.name) not in self._created:
            self._send(Kind.DELETE_RULE, family, opening, Flag.REQUEST)
        for rule in chain.rules:
            # A set without a name comes before the rule that looks into it.
            expressions = rule_expressions(rule, family, lambda kind, values: self._unnamed(family, kind, values))
            self._send(Kind.NEW_RULE, family, objects.rule(opening, expressions, rule.comment), _APPEND)

    def _unnamed(self, family: Family, kind: ValueKind, values: tuple[bytes, ...]) -> tuple[str, int]:
        set_id = self._next_set()
        self._new_set(family, sets.unnamed_set(kind, len(values), set_id))
        self._send_all(Kind.NEW_ELEMENT, family, sets.unnamed_filled(values, set_id), _CREATE)
        return sets.UNNAMED_SET, set_id
