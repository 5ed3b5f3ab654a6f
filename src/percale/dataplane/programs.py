"""What an endpoint enforces in one direction at one hook, as values: equal programs share their chains."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from percale.dataplane import naming
from percale.dataplane.peers import PeerRule
from percale.dataplane.stages import Stage
from percale.policy.policies import Policy
from percale.policy.rules import Action, Direction


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that decides, with the name of its counter: a rule, or the end of a tier."""

    name: str
    stage: Stage
    direction: Direction
    action: Action
    says: str
    policy: Policy | None = None


@dataclass(frozen=True, slots=True, weakref_slot=True, eq=False)
class TierProgram:
    """Rules in order; then `end`, the mark that denies, or on to the next tier when there is none.

    `name` stands for the policies in force, whatever they say: when one is edited, the tier's chain and maps are
    filled with something else, and whoever goes there goes on doing so.
    """

    name: str
    stage: Stage
    direction: Direction
    version: int
    rules: tuple[PeerRule, ...]
    end: str | None
    marks: Mapping[str, Mark]
    #: What it was made from: kept as long as it is.
    parts: tuple[object, ...] = ()

    @property
    def passes(self) -> bool:
        return any(rule.action is Action.PASS for rule in self.rules)


@dataclass(frozen=True, eq=False)
class Program:
    """Tiers, then profiles where they are asked; without either, traffic that no rule decides goes on."""

    stage: Stage
    direction: Direction
    version: int
    tiers: tuple[TierProgram, ...]
    profiles: tuple[TierProgram, ...] = ()

    @cached_property
    def name(self) -> str:
        return naming.digest(*(tier.name for tier in (*self.tiers, *self.profiles)), len(self.profiles))

    @property
    def reached(self) -> Iterator[TierProgram]:
        """Behind a tier that always decides, nobody is asked."""
        for tier in self.tiers:
            yield tier
            if tier.end and not tier.passes:
                return
        yield from self.profiles

    @property
    def is_open(self) -> bool:
        """No policy in force, and the first profile lets everything through."""
        first = next((rule for part in self.profiles for rule in part.rules), None)
        return not self.tiers and first is not None and first.is_allow_all
