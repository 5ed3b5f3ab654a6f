"""What is wrong with an input, as values: only `report` turns them into text."""

from collections.abc import Sequence
from dataclasses import dataclass

from percale.errors import PercaleError


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where in the user's own files: line and column count from 1, 0 means the file as a whole."""

    source: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return ":".join([self.source, *(str(n) for n in (self.line, self.column) if n)])


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault. `path` reads `spec.ingress[2].ports[0]` and is empty for the document as a whole."""

    place: Place
    says: str
    path: str = ""
    #: `NetworkPolicy shop/web`, or empty where the fault is not inside a resource.
    subject: str = ""
    #: What would be right, when that can be said.
    hint: str = ""
    #: The text at fault and a mark below it, where the place alone does not show it.
    excerpt: str = ""


class InvalidInput(PercaleError):
    """Everything that is wrong with what was read, at once."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(f"problems in the input: {len(problems)}")
        self.problems = tuple(problems)
