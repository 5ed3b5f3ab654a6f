"""Which operation a message is of, and how many messages it takes."""

import struct

import pytest

from percale.dataplane.changes import AddElements, CreateChain, CreateTable, DeleteTable, FillChain, Operation
from percale.dataplane.netlink.batch import batch
from percale.dataplane.ruleset import Chain, Compare, Family, Field, Key, Rule, Set, Verdict

_IP = Family.IP
_RULE = Rule((), (Verdict.DROP,))


def _headers(data: bytes) -> list[tuple[int, int]]:
    """Kind and number of each message."""
    found, at = [], 0
    while at < len(data):
        length, kind, _, number, _ = struct.unpack_from("=IHHII", data, at)
        found.append((kind & 0xFF, number))
        at += length
    return found


def test_a_transaction_stands_between_a_beginning_and_an_end() -> None:
    assert _headers(batch((CreateTable(_IP), DeleteTable(_IP))).data) == [(16, 0), (0, 1), (2, 2), (17, 3)]


def test_a_chain_that_is_new_has_no_rules_to_take_away() -> None:
    filled = FillChain(_IP, Chain("a", (_RULE, _RULE)))
    assert _headers(batch((filled,)).data) == [(16, 0), (8, 1), (6, 2), (6, 3), (17, 4)]
    assert _headers(batch((CreateChain(_IP, "a"), filled)).data) == [(16, 0), (3, 1), (6, 2), (6, 3), (17, 4)]


def test_values_of_one_rule_are_a_set_before_it() -> None:
    several = Rule((Compare(Field.DPORT, (80, 443)),), (Verdict.DROP,))
    made = _headers(batch((CreateChain(_IP, "a"), FillChain(_IP, Chain("a", (several,))))).data)
    assert [kind for kind, _ in made] == [16, 3, 9, 12, 6, 17]


def test_a_message_is_told_by_its_number() -> None:
    made, filled = CreateTable(_IP), FillChain(_IP, Chain("a", (_RULE, _RULE)))
    nothing = AddElements(_IP, Set("s", (Key.PORT,), frozenset()))
    last = DeleteTable(_IP)
    operations: tuple[Operation, ...] = (nothing, made, nothing, filled, last, nothing)
    written = batch(operations)
    expected = [None, made, filled, filled, filled, last, None]
    assert [written.operation(number) for number in range(7)] == expected


@pytest.mark.parametrize("count", [0, 1, 2000, 50_000])
def test_elements_fit_into_messages(count: int) -> None:
    """An attribute says its length in two bytes; each of these takes 28."""
    added = AddElements(_IP, Set("s", (Key.INTERFACE,), frozenset((f"i{n}",) for n in range(count))))
    sizes = _sizes(batch((added,)).data)
    assert all(size < 0xFFFF + 100 for size in sizes)
    assert len(sizes) - 2 == -(-count // (0xFFFF // 28))


def _sizes(data: bytes) -> list[int]:
    found, at = [], 0
    while at < len(data):
        (length,) = struct.unpack_from("=I", data, at)
        found.append(length)
        at += length
    return found
