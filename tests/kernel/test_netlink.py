"""The same rulesets as text by nft and by netlink: the kernel holds the same, and nft prints the same."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from random import Random

import pytest

import single_rules
from agreement import world_from
from kernel_support import require_namespaces
from kernel_writing import creating
from percale.dataplane.base_chains import WorkloadInterface
from percale.dataplane.from_policy import NodeSettings, compile_ruleset
from percale.dataplane.log_prefix import StagedLog
from percale.dataplane.netlink.contents import found, wanted
from percale.dataplane.netlink.fields import SOURCES
from percale.dataplane.netlink.writer import NetlinkWriter
from percale.dataplane.nftables.backend import load
from percale.dataplane.ruleset import (
    Compare,
    Dispatch,
    Family,
    Field,
    Lookup,
    Match,
    Rule,
    Ruleset,
    Spans,
    Statement,
    Verdict,
)
from percale.host.netfilter_socket import NetfilterSocket
from percale.host.netns import NetNs
from percale.lab.layout import NODE
from percale.traffic.addresses import strict_network
from random_hosts import HostGenerator
from random_worlds import ADDRESSES, Generator

pytestmark = pytest.mark.kernel

_WORLDS, _AT_ONCE = 40, 10
_LONG_WORLDS = 600


def _differences(ruleset: Ruleset) -> Iterator[tuple[Family, str]]:
    """Between what nft writes, what netlink writes, and what is foreseen of either."""
    require_namespaces()
    with NetNs.create() as by_text, NetNs.create() as by_netlink:
        load(ruleset, by_text.run)
        with NetfilterSocket.within(by_text) as other, NetfilterSocket.within(by_netlink) as own:
            NetlinkWriter(own, holds_tables=False).apply(creating(ruleset))
            for table in ruleset.tables:
                there = found(own, table.family)
                assert there is not None
                assert there == wanted(table), there.differences(wanted(table))
                as_text = found(other, table.family)
                assert as_text is not None
                yield from ((table.family, one) for one in there.differences(as_text))
                assert _shown(by_netlink, table.family) == _shown(by_text, table.family)


def _shown(namespace: NetNs, family: Family) -> list[str]:
    """Object by object, whatever the order in which they were made.

    Of its own sets of original ports without a name, nft forgets what they are made of.
    """
    listing = namespace.run(("nft", "list", "table", str(family), "percale"))
    objects = "\n".join(listing.splitlines()[1:-1]).split("\n\n")
    return sorted(
        re.sub(r"0x([0-9a-f]+) \[invalid type\]", lambda number: str(int(number[1], 16)), one) for one in objects
    )


@pytest.mark.parametrize("family", Family)
def test_every_kind_of_rule_and_of_set_is_as_nft_writes_it(family: Family) -> None:
    differ = [name.split()[-1] for _, name in _differences(Ruleset((single_rules.table(family),)))]
    assert [single_rules.numbered(family).get(name, name) for name in differ] == []


@pytest.mark.parametrize("family", Family)
def test_the_kinds_of_rule_are_all_there(family: Family) -> None:
    """A field or a statement that is added has to be added to the table of single rules."""
    rules = single_rules.rules(family)
    assert {field for rule in rules for part in _parts(rule) for field in _fields(part)} == set(SOURCES[family])
    if family is not Family.BRIDGE:
        kinds = {type(part) for rule in rules for part in _parts(rule)}
        assert kinds == {*Match.__args__, *Statement.__args__}
        assert {one for rule in rules for one in rule.statements if isinstance(one, Verdict)} == set(Verdict)


def test_every_field_is_one_of_some_family() -> None:
    assert set(Field) == {field for fields in SOURCES.values() for field in fields}


def _parts(rule: Rule) -> tuple[Match | Statement, ...]:
    return (*rule.matches, *rule.statements)


def _fields(part: Match | Statement) -> tuple[Field, ...]:
    if isinstance(part, Compare | Spans):
        return (part.field,)
    return part.fields if isinstance(part, Lookup | Dispatch) else ()


def _workloads(seed: int) -> Ruleset:
    world = world_from(Generator(Random(seed)).world()).placed(ADDRESSES)
    bridged = seed % 2 == 0
    interfaces = tuple(
        WorkloadInterface(f"cali{number}", one.addresses, bridged=bridged) for number, one in enumerate(world.workloads)
    )
    guarded = (strict_network("10.244.0.0/24"), strict_network("fd00:244::/64"))
    settings = NodeSettings(guarded=guarded, interfaces=interfaces, staged_log=StagedLog(91))
    return compile_ruleset(world, world.workloads, settings)[0]


def _hosts(seed: int) -> Ruleset:
    world = world_from(HostGenerator(Random(seed)).host_world()).placed(ADDRESSES)
    endpoints = tuple(replace(one, node=NODE) for one in world.host_endpoints)
    return compile_ruleset(replace(world, host_endpoints=endpoints), world.workloads, NodeSettings(NODE))[0]


@pytest.mark.parametrize("compiled", [_workloads, _hosts])
@pytest.mark.parametrize("first", range(0, _WORLDS, _AT_ONCE))
def test_random_worlds_are_as_nft_writes_them(compiled: Callable[[int], Ruleset], first: int) -> None:
    for seed in range(first, first + _AT_ONCE):
        assert list(_differences(compiled(seed))) == [], seed


@pytest.mark.long
@pytest.mark.parametrize("compiled", [_workloads, _hosts])
@pytest.mark.parametrize("first", range(_WORLDS, _LONG_WORLDS, _AT_ONCE))
def test_random_worlds_are_as_nft_writes_them_for_long(compiled: Callable[[int], Ruleset], first: int) -> None:
    for seed in range(first, first + _AT_ONCE):
        assert list(_differences(compiled(seed))) == [], seed
