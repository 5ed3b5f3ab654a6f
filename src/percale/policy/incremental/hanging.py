"""Who hangs on what, and what is there at least once."""

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator
from itertools import chain
from typing import Generic, TypeVar

N = TypeVar("N", bound=Hashable)
K = TypeVar("K", bound=Hashable)


class Hanging(Generic[N, K]):
    """Who hangs on what."""

    def __init__(self) -> None:
        self._on: dict[N, set[K]] = {}

    def move(self, one: K, before: Iterable[N], after: Iterable[N]) -> None:
        for name in before:
            discard(self._on, name, one)
        for name in after:
            self._on.setdefault(name, set()).add(one)

    def __contains__(self, name: N) -> bool:
        return name in self._on

    def on(self, names: Iterable[N]) -> Iterator[K]:
        """Some of them twice where they hang on several."""
        return chain.from_iterable(self._on.get(name, ()) for name in names)


class Presence(Generic[N]):
    """What is there at least once, and what has come or gone since that was last asked."""

    def __init__(self) -> None:
        self._times: Counter[N] = Counter()
        self._was: dict[N, bool] = {}

    def __contains__(self, name: N) -> bool:
        return name in self._times

    def __iter__(self) -> Iterator[N]:
        return iter(self._times)

    def move(self, before: Iterable[N], after: Iterable[N]) -> None:
        for name in before:
            self._was.setdefault(name, True)
            forget(self._times, (name,))
        for name in after:
            self._was.setdefault(name, name in self._times)
            self._times[name] += 1

    def turned(self) -> set[N]:
        found = {name for name, was in self._was.items() if was is not (name in self._times)}
        self._was = {}
        return found


def discard(sets: dict[N, set[K]], key: N, value: K) -> None:
    """Leaves no empty set behind."""
    sets[key].discard(value)
    if not sets[key]:
        del sets[key]


def forget(counted: Counter[N], keys: Iterable[N]) -> None:
    """Leaves nothing behind that is counted no more."""
    for key in keys:
        counted[key] -= 1
        if not counted[key]:
            del counted[key]
