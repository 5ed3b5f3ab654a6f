"""What there is and what there was: the state that resolution keeps between changes."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from operator import eq
from typing import Any, Generic, Protocol, TypeVar


class Sortable(Hashable, Protocol):
    """What resources are known by: their order is that of everything that is listed."""

    def __lt__(self, other: Any, /) -> bool: ...  # noqa: ANN401  only with its like


S = TypeVar("S", bound=Sortable)
N = TypeVar("N", bound=Hashable)
K = TypeVar("K", bound=Hashable)
R = TypeVar("R")
V = TypeVar("V")


@dataclass(frozen=True, slots=True, eq=False)
class Moved(Generic[K, V]):
    """None before is new, None after is gone."""

    key: K
    before: V | None
    after: V | None


class Ledger(Generic[K, V]):
    """Values by key, and what of them is different since it was last settled. Equal values are the same object."""

    def __init__(self, same: Callable[[V, V], bool] = eq) -> None:
        self.now: dict[K, V] = {}
        self._same = same
        self._before: dict[K, V | None] = {}

    def put(self, key: K, value: V | None) -> None:
        """None takes it away."""
        self._before.setdefault(key, self.now.get(key))
        if value is None:
            self.now.pop(key, None)
        else:
            self.now[key] = value

    def settle(self) -> list[Moved[K, V]]:
        found = []
        for key, before in self._before.items():
            after = self.now.get(key)
            if before is not None and after is not None and self._same(before, after):
                self.now[key] = before
            elif before is not after:
                found.append(Moved(key, before, after))
        self._before = {}
        return found


class ByName(Generic[K, N, R, V]):
    """Values by the name that a resource itself bears, of which no two have the same."""

    def __init__(self, name_of: Callable[[R], N], value_of: Callable[[R], V]) -> None:
        self.values: Ledger[N, V] = Ledger()
        self._name_of, self._value_of = name_of, value_of
        self._names: dict[K, N] = {}

    def put(self, key: K, resource: R | None) -> None:
        if key in self._names:
            self.values.put(self._names.pop(key), None)
        if resource is not None:
            name = self._names[key] = self._name_of(resource)
            self.values.put(name, self._value_of(resource))

    def in_order(self: "ByName[S, N, R, V]") -> list[N]:
        return ordered(self._names)


def ordered(values: Mapping[S, V]) -> list[V]:
    return [values[key] for key in sorted(values)]
