"""Operations as nft commands: each of them, and that nft takes them."""

from typing import get_args

import pytest

from kernel_support import require_namespaces
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
)
from percale.dataplane.nftables.transactions import transaction_text
from percale.dataplane.ruleset import (
    Chain,
    Count,
    Counter,
    Dispatch,
    Family,
    Field,
    Goto,
    Hook,
    IntervalSet,
    Jump,
    Key,
    Lookup,
    Rule,
    Set,
    Verdict,
    VerdictMap,
)
from percale.host.netns import NetNs
from percale.traffic.addresses import address, strict_network
from percale.traffic.intervals import Intervals

IP, IP6 = Family.IP, Family.IP6
A, B = address("10.0.0.1"), address("10.0.0.2")
PAIR = (Key.IPV4, Key.PORT)
RULES = (
    Rule((Lookup((Field.SADDR,), "n"),), (Count("r-1"), Verdict.DROP), "why"),
    Rule((), (Dispatch((Field.SADDR,), "m"),)),
)

#: In an order in which the kernel takes them.
COMMANDS: list[tuple[Operation, str]] = [
    (CreateTable(IP), "add table ip percale\n"),
    (CreateCounter(IP, Counter("r-1", "counts")), 'add counter ip percale r-1 { comment "counts"; }\n'),
    (CreateSet(IP, "s", PAIR, 512), "add set ip percale s { type ipv4_addr . inet_service; size 512; }\n"),
    (
        CreateSet(IP, "t", PAIR, 1, 'a"b'),
        'add set ip percale t { type ipv4_addr . inet_service; size 1; comment "a?b"; }\n',
    ),
    (CreateIntervalSet(IP, "n", Key.IPV4), "add set ip percale n { type ipv4_addr; flags interval; }\n"),
    (
        CreateIntervalSet(IP, "q", Key.PORT, "p"),
        'add set ip percale q { type inet_service; flags interval; comment "p"; }\n',
    ),
    (CreateChain(IP, "a"), "add chain ip percale a\n"),
    (
        CreateChain(IP, "forward", Hook("forward", -5)),
        "add chain ip percale forward { type filter hook forward priority -5; policy accept; }\n",
    ),
    (CreateMap(IP, "m", (Key.IPV4,), 256), "add map ip percale m { type ipv4_addr : verdict; size 256; }\n"),
    (
        AddElements(IP, Set("s", PAIR, frozenset({(A, 443), (A, 80)}))),
        "add element ip percale s { 10.0.0.1 . 443, 10.0.0.1 . 80 }\n",
    ),
    (
        AddElements(IP, IntervalSet("n", Key.IPV4, (strict_network("10.0.0.0/8"),))),
        "add element ip percale n { 10.0.0.0/8 }\n",
    ),
    (
        AddElements(IP, IntervalSet("q", Key.PORT, Intervals.of([(80, 80), (90, 99)]))),
        "add element ip percale q { 80, 90-99 }\n",
    ),
    (
        AddElements(IP, VerdictMap("m", (Key.IPV4,), {(A,): Goto("a"), (B,): Jump("a")})),
        "add element ip percale m { 10.0.0.1 : goto a, 10.0.0.2 : jump a }\n",
    ),
    (
        FillChain(IP, Chain("forward", RULES)),
        (
            "flush chain ip percale forward\n"
            'add rule ip percale forward ip saddr @n counter name "r-1" drop comment "why"\n'
            "add rule ip percale forward ip saddr vmap @m\n"
        ),
    ),
    (RemoveElements(IP, Set("s", PAIR, frozenset({(A, 80)}))), "delete element ip percale s { 10.0.0.1 . 80 }\n"),
    (
        RemoveElements(IP, VerdictMap("m", (Key.IPV4,), {(B,): Jump("a")})),
        "delete element ip percale m { 10.0.0.2 : jump a }\n",
    ),
    (FillChain(IP, Chain("forward", ())), "flush chain ip percale forward\n"),
    (DeleteMap(IP, "m"), "delete map ip percale m\n"),
    (DeleteChain(IP, "a"), "delete chain ip percale a\n"),
    (DeleteSet(IP, "s"), "delete set ip percale s\n"),
    (DeleteCounter(IP, "r-1"), "delete counter ip percale r-1\n"),
    (CreateTable(IP6), "add table ip6 percale\n"),
    (DeleteTable(IP6), "delete table ip6 percale\n"),
]


@pytest.mark.parametrize(("operation", "text"), COMMANDS, ids=lambda one: type(one).__name__)
def test_an_operation(operation: Operation, text: str) -> None:
    assert transaction_text((operation,)) == text


def test_every_operation_is_in_the_table() -> None:
    assert {type(operation) for operation, _ in COMMANDS} == set(get_args(Operation))


@pytest.mark.kernel
@pytest.mark.parametrize("at_once", [1, len(COMMANDS)])
def test_nft_takes_them(at_once: int) -> None:
    """One by one, and all as one transaction."""
    require_namespaces()
    operations = tuple(operation for operation, _ in COMMANDS)
    with NetNs.create() as empty:
        for first in range(0, len(operations), at_once):
            text = transaction_text(operations[first : first + at_once])
            empty.run(("nft", "-f", "-"), stdin=text)
        shown = empty.run(("nft", "list", "table", "ip", "percale"))
    assert "chain forward" in shown
    assert "ip6" not in shown
