"""From one ruleset in the kernel to the next, by whatever writes transactions there."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Protocol

from percale.dataplane.changes import Transaction
from percale.dataplane.difference import difference
from percale.dataplane.loaded import Loaded
from percale.dataplane.ruleset import Ruleset
from percale.dataplane.writer import NotWritten
from percale.errors import PercaleError
from percale.host.grace import wait_for_packets


class InForce(StrEnum):
    OLD = "the rules from before"
    NEW = "the new rules"


class Applies(Protocol):
    """The part of a `Writer` that updates need."""

    def apply(self, transactions: Iterable[Transaction]) -> None:
        """As a `Writer` does."""


class NotUpdated(PercaleError):
    """The kernel enforces `in_force`, and holds more than that: what it holds has to be found out before the next."""

    def __init__(self, reason: str, in_force: InForce) -> None:
        super().__init__(f"{reason}; {in_force} are in force")
        self.in_force = in_force


def update(before: Loaded, ruleset: Ruleset, writer: Applies) -> Loaded:
    """Make the kernel enforce the ruleset; what it has then, or `NotUpdated`.

    The new rules are in force before old ones are cleared away, for which packets are waited for.
    """
    steps, after = difference(before, ruleset)
    _apply(writer, (steps.prepare, steps.switch), InForce.OLD)
    if steps.clear:
        wait_for_packets()
        _apply(writer, (steps.clear,), InForce.NEW)
    return after


def _apply(writer: Applies, transactions: tuple[Transaction, ...], in_force: InForce) -> None:
    try:
        writer.apply([one for one in transactions if one])
    except NotWritten as failure:
        raise NotUpdated(str(failure), in_force) from failure
