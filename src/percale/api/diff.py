"""The answer to `World.diff`."""

from dataclasses import dataclass, field

from percale.analysis.difference.comparing import difference
from percale.analysis.difference.presences import presences
from percale.analysis.parties import private
from percale.analysis.symbolic.engine import Scope
from percale.policy.world import World
from percale.report.difference_text import difference_text
from percale.report.difference_words import Told
from percale.traffic.addresses import Network


@dataclass(frozen=True, slots=True)
class Change:
    """Flows that are opened or closed, in a sentence; `reasons` who decided before and who decides now."""

    opens: bool
    says: str
    reasons: tuple[str, ...]
    example: str

    def __str__(self) -> str:
        return self.says


@dataclass(frozen=True, slots=True)
class Diff:
    """It is true where there is a difference."""

    changes: tuple[Change, ...]
    is_none: bool
    _told: Told = field(repr=False, compare=False)

    @property
    def opened(self) -> tuple[Change, ...]:
        return tuple(one for one in self.changes if one.opens)

    @property
    def closed(self) -> tuple[Change, ...]:
        return tuple(one for one in self.changes if not one.opens)

    def __bool__(self) -> bool:
        return not self.is_none

    def __str__(self) -> str:
        """As `percale diff` prints it."""
        return difference_text(self._told)


def diff(old: World, new: World, pod_networks: tuple[Network, ...]) -> Diff:
    scope = Scope(pod_networks=pod_networks or private())
    found = difference(old, new, scope)
    told = Told(found, tuple(presences(found, scope)))
    changes = tuple(Change(one.opens, one.head, one.reasons, one.example) for one in told.sentences())
    return Diff(changes, found.is_none, told)
