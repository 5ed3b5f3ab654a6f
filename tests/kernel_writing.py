"""Whole rulesets as the transactions that make them in an empty kernel."""

from collections.abc import Iterator

from percale.dataplane.changes import (
    AddElements,
    CreateChain,
    CreateCounter,
    CreateIntervalSet,
    CreateMap,
    CreateSet,
    CreateTable,
    FillChain,
    Operation,
    Transaction,
)
from percale.dataplane.from_policy import compile_ruleset
from percale.dataplane.netlink.writer import NetlinkWriter
from percale.dataplane.nftables.backend import remove
from percale.dataplane.ruleset import Ruleset, Table
from percale.host.netfilter_socket import NetfilterSocket
from percale.lab.scenario import node_settings
from percale.lab.topology import Lab
from percale.policy.world import World


def enforce_by_netlink(world: World, lab: Lab) -> None:
    """As `enforce`, with nobody else's tables lost, and none held: the next test may load its own."""
    ruleset, _ = compile_ruleset(world, world.workloads, node_settings(lab))
    remove(lab.node.run)
    with NetfilterSocket.within(lab.node) as netlink:
        NetlinkWriter(netlink, holds_tables=False).apply(creating(ruleset))


def creating(ruleset: Ruleset) -> tuple[Transaction, Transaction]:
    early = [one for table in ruleset.tables for one in _early(table)]
    return tuple(early), tuple(one for table in ruleset.tables for one in _late(table))


def _early(table: Table) -> Iterator[Operation]:
    family = table.family
    yield CreateTable(family)
    for one in table.interval_sets.values():
        yield CreateIntervalSet(family, one.name, one.key, one.comment)
        yield AddElements(family, one)


def _late(table: Table) -> Iterator[Operation]:
    family = table.family
    for counter in table.counters.values():
        yield CreateCounter(family, counter)
    for one in table.sets.values():
        yield CreateSet(family, one.name, one.keys, _room(len(one.elements)), one.comment)
        yield AddElements(family, one)
    for chain in sorted(table.chains.values(), key=lambda one: one.hook is not None):
        yield CreateChain(family, chain.name, chain.hook)
    for verdicts in table.maps.values():
        yield CreateMap(family, verdicts.name, verdicts.keys, _room(len(verdicts.elements)))
        yield AddElements(family, verdicts)
    for chain in table.chains.values():
        yield FillChain(family, chain)


def _room(elements: int) -> int:
    return max(256, 1 << (2 * elements).bit_length())
