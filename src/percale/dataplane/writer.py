"""Whoever puts operations into the kernel: as nft text, or by netlink."""

from collections.abc import Iterable
from typing import Protocol

from percale.dataplane.changes import Operation, Transaction
from percale.errors import PercaleError


class NotWritten(PercaleError):
    """The kernel refuses a transaction, which has changed nothing; those before it stay.

    `operation` is the one that it refuses, None where it does not tell.
    """

    def __init__(self, reason: str, *, transaction: int, operation: Operation | None = None) -> None:
        super().__init__(f"the kernel refuses the rules: {reason}")
        self.transaction = transaction
        self.operation = operation


class Writer(Protocol):
    """For one network namespace, and one thread at a time."""

    def apply(self, transactions: Iterable[Transaction]) -> None:
        """One after the other, each wholly or not at all; stops with `NotWritten` at the first that fails."""

    def generation(self) -> int:
        """Of all of nf_tables in the namespace: another number after each transaction, by whomever."""
