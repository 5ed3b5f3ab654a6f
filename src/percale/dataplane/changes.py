"""What is done to tables of ours in the kernel: operations as values, for whoever writes them down.

A transaction happens wholly or not at all, and its operations in their order: each finds what those before it made,
and nothing may be taken away while something else names it.
"""

from dataclasses import dataclass

from percale.dataplane.ruleset import Chain, Counter, Family, Hook, IntervalSet, Key, Set, VerdictMap

AnySet = Set | IntervalSet | VerdictMap

_AHEAD = 256


def size_for(elements: int) -> int:
    """A declared size makes lookups twice as quick; room to grow before another set has to take over."""
    return max(_AHEAD, 1 << (2 * elements).bit_length())


@dataclass(frozen=True, slots=True)
class CreateTable:
    """No error where it is there already."""

    family: Family


@dataclass(frozen=True, slots=True)
class DeleteTable:
    """With all that is in it."""

    family: Family


@dataclass(frozen=True, slots=True)
class CreateChain:
    """Without rules; a base chain has a hook, and lets through what its rules do not decide."""

    family: Family
    name: str
    hook: Hook | None = None


@dataclass(frozen=True, slots=True)
class FillChain:
    """Its rules are these from now on, whatever they were: flushed, and added in their order. Its hook stays."""

    family: Family
    chain: Chain


@dataclass(frozen=True, slots=True)
class DeleteChain:
    """One that has been emptied."""

    family: Family
    name: str


@dataclass(frozen=True, slots=True)
class CreateSet:
    """Of hashes, with room for so many elements; without any yet."""

    family: Family
    name: str
    keys: tuple[Key, ...]
    size: int
    comment: str = ""


@dataclass(frozen=True, slots=True)
class CreateIntervalSet:
    """Of networks or ranges; without any yet."""

    family: Family
    name: str
    key: Key
    comment: str = ""


@dataclass(frozen=True, slots=True)
class CreateMap:
    """From keys to verdicts, with room for so many elements; without any yet."""

    family: Family
    name: str
    keys: tuple[Key, ...]
    size: int


@dataclass(frozen=True, slots=True)
class AddElements:
    """`part` is the set or map that is added to, holding what is added and nothing else: none of it is there yet."""

    family: Family
    part: AnySet


@dataclass(frozen=True, slots=True)
class RemoveElements:
    """`part` is the set or map that is taken from, holding what is taken: all of it is there, with these verdicts."""

    family: Family
    part: Set | VerdictMap


@dataclass(frozen=True, slots=True)
class DeleteSet:
    """A set of either kind, with its elements."""

    family: Family
    name: str


@dataclass(frozen=True, slots=True)
class DeleteMap:
    """With its elements."""

    family: Family
    name: str


@dataclass(frozen=True, slots=True)
class CreateCounter:
    family: Family
    counter: Counter


@dataclass(frozen=True, slots=True)
class DeleteCounter:
    family: Family
    name: str


Operation = (
    CreateTable
    | DeleteTable
    | CreateChain
    | FillChain
    | DeleteChain
    | CreateSet
    | CreateIntervalSet
    | CreateMap
    | AddElements
    | RemoveElements
    | DeleteSet
    | DeleteMap
    | CreateCounter
    | DeleteCounter
)
Transaction = tuple[Operation, ...]


@dataclass(frozen=True, slots=True)
class Steps:
    """Transactions from one ruleset to another: only at `switch` does any packet's verdict change.

    Where a step fails, what it was to change is as it was: before and at `switch` the old ruleset stays in force,
    after it the new one is.
    """

    prepare: Transaction = ()
    switch: Transaction = ()
    clear: Transaction = ()

    @property
    def transactions(self) -> tuple[Transaction, ...]:
        """Those that do something, in their order."""
        return tuple(one for one in (self.prepare, self.switch, self.clear) if one)
