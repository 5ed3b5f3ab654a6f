"""Where in the history a watch is."""

from dataclasses import dataclass
from typing import Self

from percale.datastore.interface import Revision


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """After a revision of etcd, and after some events of the next: a transaction has one revision for all it does."""

    revision: int
    events: int = 0

    @classmethod
    def of(cls, revision: Revision) -> Self:
        number, _, events = revision.partition("+")
        return cls(int(number), int(events or 0))

    def __str__(self) -> str:
        return f"{self.revision}+{self.events}" if self.events else str(self.revision)

    @property
    def as_revision(self) -> Revision:
        return Revision(str(self))
