"""Rulesets into the kernel by the program `nft`."""

from collections.abc import Iterable

from percale.dataplane import naming
from percale.dataplane.changes import Transaction
from percale.dataplane.loaded import Loaded
from percale.dataplane.nftables.listing import Runs, loaded, our_families
from percale.dataplane.nftables.transactions import transaction_text
from percale.dataplane.ruleset import Ruleset
from percale.dataplane.update import update as updated
from percale.dataplane.writer import NotWritten
from percale.host.commands import CommandFailed


class NftWriter:
    def __init__(self, run: Runs) -> None:
        self._run = run

    def apply(self, transactions: Iterable[Transaction]) -> None:
        """One process each. Which operation is refused, `nft` tells by line only."""
        for number, one in enumerate(transactions):
            try:
                self._run(("nft", "-f", "-"), stdin=transaction_text(one))
            except CommandFailed as failure:
                raise NotWritten(failure.stderr.strip(), transaction=number) from failure


def load(ruleset: Ruleset, run: Runs) -> Loaded:
    """Make our tables what the ruleset says, whatever was in them before."""
    return update(loaded(run), ruleset, run)


def update(before: Loaded, ruleset: Ruleset, run: Runs) -> Loaded:
    """The same from what an earlier call returned, and as quickly as little has changed."""
    return updated(before, ruleset, NftWriter(run))


def remove(run: Runs) -> None:
    """Take all of ours out of the kernel; nothing of ours there is no error."""
    for family in sorted(our_families(run)):
        run(("nft", "delete", "table", family, naming.TABLE))
