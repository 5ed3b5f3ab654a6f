"""Transactions in nft's language: commands that `nft -f` hands to the kernel as one batch."""

from collections.abc import Iterator
from typing import assert_never

from percale.dataplane import naming
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
from percale.dataplane.nftables.text import elements_text, hook_text, rule_text

_Creation = CreateTable | CreateChain | CreateSet | CreateIntervalSet | CreateMap | CreateCounter
_Deletion = DeleteTable | DeleteChain | DeleteSet | DeleteMap | DeleteCounter


def transaction_text(transaction: Transaction) -> str:
    return "".join(f"{command}\n" for operation in transaction for command in _commands(operation))


def _commands(operation: Operation) -> Iterator[str]:
    table = f"{operation.family} {naming.TABLE}"
    match operation:
        case FillChain(family, chain):
            yield f"flush chain {table} {chain.name}"
            for rule in chain.rules:
                yield f"add rule {table} {chain.name} {rule_text(rule, family)}"
        case AddElements(_, part):
            yield f"add element {table} {part.name} {{ {elements_text(part)} }}"
        case RemoveElements(_, part):
            yield f"delete element {table} {part.name} {{ {elements_text(part)} }}"
        case DeleteTable() | DeleteChain() | DeleteSet() | DeleteMap() | DeleteCounter():
            yield f"delete {_deleted(operation, table)}"
        case _:
            yield f"add {_created(operation, table)}"


def _created(operation: _Creation, table: str) -> str:
    match operation:
        case CreateTable():
            return f"table {table}"
        case CreateChain(_, name, hook):
            return f"chain {table} {name}" + (f" {{ {hook_text(hook)} }}" if hook else "")
        case CreateSet(_, name, keys, size, comment):
            return f"set {table} {name} {{ type {' . '.join(keys)}; size {size};{_remark(comment)} }}"
        case CreateIntervalSet(_, name, key, comment):
            return f"set {table} {name} {{ type {key}; flags interval;{_remark(comment)} }}"
        case CreateMap(_, name, keys, size):
            return f"map {table} {name} {{ type {' . '.join(keys)} : verdict; size {size}; }}"
        case CreateCounter(_, counter):
            return f'counter {table} {counter.name} {{ comment "{counter.comment}"; }}'
        case _:
            assert_never(operation)


def _deleted(operation: _Deletion, table: str) -> str:
    match operation:
        case DeleteTable():
            return f"table {table}"
        case DeleteChain(_, name):
            return f"chain {table} {name}"
        case DeleteSet(_, name):
            return f"set {table} {name}"
        case DeleteMap(_, name):
            return f"map {table} {name}"
        case DeleteCounter(_, name):
            return f"counter {table} {name}"
        case _:
            assert_never(operation)


def _remark(comment: str) -> str:
    return f' comment "{naming.comment(comment)}";' if comment else ""
