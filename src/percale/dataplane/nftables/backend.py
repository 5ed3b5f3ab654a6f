"""Rulesets into the kernel, in transactions between which no packet falls.

First what is new among interval sets, which show late in their own transaction; then everything else at once. Base
chains are created once and never deleted, a table is deleted only on request.
"""

from collections.abc import Iterable

from percale.dataplane import naming
from percale.dataplane.nftables.listing import Found, Runs, found, our_families
from percale.dataplane.nftables.text import early_text, table_text
from percale.dataplane.ruleset import Ruleset, Table


def load(ruleset: Ruleset, run: Runs) -> None:
    """Make our tables what the ruleset says, whatever was in them before; all of it or nothing."""
    present = our_families(run)
    before = {table.family: found(table.family, run) for table in ruleset.tables if table.family in present}
    if early := "".join(_early(table, before.get(table.family)) for table in ruleset.tables):
        run(("nft", "-f", "-"), stdin=early)
    wanted = {table.family for table in ruleset.tables}
    gone = [f"delete table {family} {naming.TABLE}\n" for family in sorted(present - wanted)]
    replaced = "".join(_replaced(table, before.get(table.family)) for table in ruleset.tables)
    run(("nft", "-f", "-"), stdin=replaced + "".join(gone))


def remove(run: Runs) -> None:
    """Take all of ours out of the kernel; nothing of ours there is no error."""
    for family in sorted(our_families(run)):
        run(("nft", "delete", "table", family, naming.TABLE))


def _early(table: Table, before: Found | None) -> str:
    if table.interval_sets.keys() <= (before.sets if before else frozenset()):
        return ""
    return early_text(table)


def _replaced(table: Table, before: Found | None) -> str:
    if before is None:
        return table_text(table)
    return "".join([*_emptied(table, before), table_text(table), *_deleted(table, before)])


def _emptied(table: Table, before: Found) -> Iterable[str]:
    """Rules go and come back in one transaction, and so do the elements of sets that stay."""
    yield f"flush table {table.family} {naming.TABLE}\n"
    for name in sorted(before.maps):
        yield f"flush map {table.family} {naming.TABLE} {name}\n"
    for name in sorted(before.sets & table.sets.keys()):
        yield f"flush set {table.family} {naming.TABLE} {name}\n"


def _deleted(table: Table, before: Found) -> Iterable[str]:
    stale = [
        *(("chain", name) for name in sorted(before.chains - before.hooked - table.chains.keys())),
        *(("map", name) for name in sorted(before.maps - table.maps.keys())),
        *(("set", name) for name in sorted(before.sets - table.sets.keys() - table.interval_sets.keys())),
        *(("counter", name) for name in sorted(before.counters - table.counters.keys())),
    ]
    for kind, name in stale:
        yield f"delete {kind} {table.family} {naming.TABLE} {name}\n"
