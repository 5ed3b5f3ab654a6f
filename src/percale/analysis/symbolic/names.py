"""Domain names, as far as the patterns in use tell them apart."""

from collections.abc import Iterable
from functools import cached_property

from percale.policy.domains import covers

#: A label below a wildcard that no other pattern is about.
_SOME = "any-name-below"


class Names:
    def __init__(self, patterns: Iterable[str]) -> None:
        self._patterns = sorted({pattern.lower().rstrip(".") for pattern in patterns})

    @cached_property
    def kinds(self) -> dict[tuple[bool, ...], str]:
        """A name of each kind, by which of the patterns cover it; the empty name is covered by none."""
        found = {self._covering(""): ""}
        for pattern in self._patterns:
            name = pattern.replace("*", _SOME, 1)
            found.setdefault(self._covering(name), name)
        return found

    def like(self, name: str) -> str:
        """The name of its kind."""
        return self.kinds[self._covering(name)]

    def _covering(self, name: str) -> tuple[bool, ...]:
        return tuple(bool(name) and covers(pattern, name) for pattern in self._patterns)


def pattern_of(name: str) -> str:
    """As it was written: `*.example.com` for the kind of all names below it that no other pattern is about."""
    return "*" + name.removeprefix(_SOME) if name.startswith(_SOME) else name
