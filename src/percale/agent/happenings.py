"""What an agent says of its work, as values: whoever starts it decides on their form."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Level(StrEnum):
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Happening:
    """`what` is one of few texts; `details` may hold text of strangers, which is not fit to print as it is."""

    what: str
    level: Level = Level.INFO
    details: Mapping[str, str | int | float] = field(default_factory=dict)


Say = Callable[[Happening], None]
