"""Where in the history a watch of several kinds is: each kind has its own stream."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from percale.datastore.errors import RevisionTooOld
from percale.datastore.interface import Revision


@dataclass(frozen=True, slots=True)
class Position:
    """Written `1024`, or `1024,pods=1030` where a kind is further than the others."""

    #: Of every resource that is not named.
    version: int
    further: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, revision: Revision) -> Self:
        """Raises RevisionTooOld for what no cluster has given."""
        version, *others = revision.split(",")
        try:
            further = {name: int(number) for name, _, number in (one.partition("=") for one in others)}
            found = cls(int(version), further)
        except ValueError as error:
            raise RevisionTooOld(revision) from error
        if found.version < 1:
            raise RevisionTooOld(revision)
        return found

    @classmethod
    def at_each(cls, versions: Mapping[str, int]) -> Self:
        """Of none at all there is nothing to be missed."""
        least = min(versions.values(), default=1)
        return cls(least, {name: number for name, number in versions.items() if number > least})

    def __getitem__(self, resource: str) -> int:
        return self.further.get(resource, self.version)

    def __str__(self) -> str:
        return ",".join([str(self.version), *(f"{name}={number}" for name, number in sorted(self.further.items()))])

    @property
    def as_revision(self) -> Revision:
        return Revision(str(self))
