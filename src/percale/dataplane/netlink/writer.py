"""Transactions into the kernel without nft, and into tables that only this process may change."""

import errno
from collections.abc import Callable, Iterable

from percale.dataplane.changes import CreateTable, DeleteTable, Operation, Transaction
from percale.dataplane.netlink.batch import batch
from percale.dataplane.netlink.reading import generation
from percale.dataplane.ruleset import Family
from percale.dataplane.writer import NotWritten
from percale.host.netfilter_socket import NetfilterSocket, Refusal

_OWNER, _PERSIST = 2, 4
#: Before Linux 6.9, or before 5.12; also of a table that was made without an owner.
_CANNOT_BE_HELD = (errno.EOPNOTSUPP, errno.EINVAL)


def _say_nothing(_: str) -> None:
    pass


class NetlinkWriter:
    """A `Writer`. Its tables are its own where the kernel can have that, as long as the socket is open.

    Then no other program changes them, not even by flushing all rules; after it they stay, and the next writer takes
    them over. `tell` hears where that cannot be had, once for each table.
    """

    def __init__(
        self, netlink: NetfilterSocket, *, holds_tables: bool = True, tell: Callable[[str], None] = _say_nothing
    ) -> None:
        self._netlink = netlink
        self._tell = tell
        self._flags = dict.fromkeys(Family, _OWNER | _PERSIST if holds_tables else 0)
        self._taken: frozenset[Family] = frozenset()
        #: How many transactions the kernel has taken: each is one generation, or none where it changes nothing.
        self.written = 0

    def apply(self, transactions: Iterable[Transaction]) -> None:
        for number, transaction in enumerate(transactions):
            while refused := self._refused(self._taking(transaction)):
                refusal, operation = refused
                if not self._lets_go(refusal, operation):
                    raise NotWritten(str(refusal), transaction=number, operation=operation)
            self.written += 1
            self._taken |= {one.family for one in transaction}
            self._taken -= {one.family for one in transaction if isinstance(one, DeleteTable)}

    def generation(self) -> int:
        return generation(self._netlink)

    def _taking(self, transaction: Transaction) -> Transaction:
        """Together with taking over what an earlier writer has left, ahead of the first change of it."""
        changed = dict.fromkeys(one.family for one in transaction if not isinstance(one, DeleteTable))
        new = (family for family in changed if self._flags[family] and family not in self._taken)
        return (*map(CreateTable, new), *transaction)

    def _refused(self, transaction: Transaction) -> tuple[Refusal, Operation | None] | None:
        """The first refusal, since others follow from it, and what is refused."""
        sent = batch(transaction, self._flags)
        refusals = self._netlink.transact(sent.data)
        return (refusals[0], sent.operation(refusals[0].number)) if refusals else None

    def _lets_go(self, refusal: Refusal, operation: Operation | None) -> bool:
        """Whether to try again without holding the table: an owner alone would take it along when it dies."""
        if not isinstance(operation, CreateTable) or refusal.error not in _CANNOT_BE_HELD:
            return False
        if not self._flags[operation.family]:
            return False
        self._flags[operation.family] = 0
        self._tell(f"other programs can flush the table `{operation.family} percale`: it cannot be held ({refusal})")
        return True
