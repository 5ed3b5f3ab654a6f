"""Problems of one input as they come up, and the two ways to give up on it."""

from collections.abc import Sequence

from percale.resources.limits import MOST_PROBLEMS
from percale.resources.places import Path, path_text
from percale.resources.problems import InvalidInput, Place, Problem


class DocumentAbandoned(Exception):
    """The problem has been noted; the rest of the document cannot be read."""

    def __init__(self, index: int) -> None:
        super().__init__(index)
        self.index = index


class InputAbandoned(Exception):
    """The problem has been noted; nothing more of the input is read."""


class Collected:
    def __init__(self) -> None:
        self._problems: list[Problem] = []

    def add(self, problem: Problem) -> None:
        self._problems.append(problem)
        if len(self._problems) == MOST_PROBLEMS:
            says = f"{MOST_PROBLEMS} problems so far; the rest of the input is not read"
            self._problems.append(Problem(Place(problem.place.source), says))
            raise InputAbandoned

    def note(self, place: Place, says: str, *, path: Path = (), hint: str = "") -> None:
        self.add(Problem(place, says, path_text(path), hint=hint))

    def __bool__(self) -> bool:
        return bool(self._problems)

    def refuse(self) -> None:
        """Raise if there is anything wrong."""
        if self._problems:
            raise InvalidInput(in_order(self._problems))


def in_order(problems: Sequence[Problem]) -> list[Problem]:
    # What concerns the input as a whole stands after what has a line.
    return sorted(problems, key=lambda p: (p.place.source, not p.place.line, p.place))
