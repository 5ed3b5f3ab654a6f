"""Who joins and who leaves, selector by selector."""

from collections.abc import Iterable
from dataclasses import dataclass

from percale.policy.endpoints import Endpoint
from percale.policy.incremental.tracked import Tracked


@dataclass(frozen=True, slots=True, eq=False)
class Shift:
    """What changed behind one selector.

    A member that stays, with other networks, ports or domains than before, leaves as it was and joins as it is. With
    the same ones it is not named, and will leave as another object than it joined: count what members have.
    """

    tracked: Tracked
    joined: tuple[Endpoint, ...] = ()
    left: tuple[Endpoint, ...] = ()


class Shifts:
    """What joins and what leaves, while it is collected."""

    def __init__(self) -> None:
        self._joined: dict[Tracked, list[Endpoint]] = {}
        self._left: dict[Tracked, list[Endpoint]] = {}

    def join(self, tracked: Iterable[Tracked], endpoint: Endpoint) -> None:
        for one in tracked:
            self._joined.setdefault(one, []).append(endpoint)

    def leave(self, tracked: Iterable[Tracked], endpoint: Endpoint) -> None:
        for one in tracked:
            self._left.setdefault(one, []).append(endpoint)

    def told(self) -> tuple[Shift, ...]:
        joined, left = self._joined, self._left
        return tuple(Shift(one, tuple(joined.get(one, ())), tuple(left.get(one, ()))) for one in joined | left)
