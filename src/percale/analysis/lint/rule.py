"""A rule of the linter: what it is called, how grave its findings are, and how they are found."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum, auto

from percale.analysis.lint.context import Context
from percale.analysis.lint.findings import Severity, Spot


class Asks(Enum):
    """What of the input a rule's findings rest on."""

    #: The documents alone: it holds in every cluster.
    DOCUMENTS = auto()
    #: The endpoints too: without any in the input, nothing can be said.
    ENDPOINTS = auto()


@dataclass(frozen=True, slots=True)
class LintRule:
    id: str
    name: str
    severity: Severity
    #: One line, as a heading would have it.
    summary: str
    find: Callable[[Context], Iterator[Spot]]
    asks: Asks = Asks.DOCUMENTS
    by_default: bool = True
