"""Programs as chains: first match, Pass, end of tier and profiles, without a mark bit and without depth.

A tier without Pass rules stands in its class's chain. A tier with them is a chain of its own, which the class jumps
to: Pass returns from it. Whatever decides is a `goto` to the chain of its mark, which counts and then drops, or goes
on to the next stage.
"""

from collections.abc import Iterable, Sequence

from percale.dataplane import naming
from percale.dataplane.matching import Matcher
from percale.dataplane.membership import Membership
from percale.dataplane.programs import Mark, Program, TierProgram
from percale.dataplane.ruleset import (
    Chain,
    Count,
    Counter,
    Dispatch,
    Field,
    Goto,
    Jump,
    Key,
    Log,
    Rule,
    SetElement,
    Statement,
    Verdict,
    VerdictMap,
)
from percale.dataplane.segments import PointMap, Segment, segments
from percale.policy.rules import Action, Direction

#: Where traffic goes that a direction has let through.
NEXT_STAGE = {Direction.EGRESS: naming.TO_POD, Direction.INGRESS: naming.OK}


class ChainWriter:
    """Writes the chains of one table, each distinct program once."""

    def __init__(self, membership: Membership, version: int, marks: dict[str, Mark], log_prefix: str) -> None:
        self.matcher = Matcher(membership, version)
        self.chains: dict[str, Chain] = {}
        self.maps: dict[str, VerdictMap] = {}
        self.counters: dict[str, Counter] = {}
        self._membership = membership
        self._version = version
        self._marks = marks
        self._log_prefix = log_prefix
        self._written: dict[Program, str] = {}

    def class_chain(self, program: Program) -> str:
        """The chain that enforces the program; endpoints with equal programs get the same one."""
        if program not in self._written:
            self._written[program] = self._write(program)
        return self._written[program]

    def _write(self, program: Program) -> str:
        rules: list[Rule] = []
        for tier in program.tiers:
            rules += self._tier(tier, program.direction)
            if tier.end and not tier.passes:
                break
        else:
            rules += self._inline(program.profiles, program.direction)
        prefix = "in" if program.direction is Direction.INGRESS else "eg"
        return self._add(prefix, rules)

    def _tier(self, tier: TierProgram, direction: Direction) -> list[Rule]:
        if not tier.passes:
            return self._inline(tier, direction)
        return [Rule((), (Jump(self._add("t", self._inline(tier, direction))),))]

    def _add(self, prefix: str, rules: Sequence[Rule]) -> str:
        """Named by contents, so that a chain in use never changes: what changes is who goes to it."""
        name = f"{prefix}-{naming.digest(*rules)}"
        self.chains[name] = Chain(name, tuple(rules))
        return name

    def _inline(self, tier: TierProgram, direction: Direction) -> list[Rule]:
        found = [
            rule
            for segment in segments(tier.rules, self._membership, self._version)
            for rule in self._segment(segment, direction)
        ]
        if tier.end:
            found.append(Rule((), (self._goto(tier.end),)))
        return found

    def _segment(self, segment: Segment, direction: Direction) -> Iterable[Rule]:
        if isinstance(segment, PointMap):
            yield self._lookup(segment, direction)
            return
        mark = self._marks[segment.mark]
        statements: tuple[Statement, ...] = (self._goto(segment.mark),)
        if segment.action is Action.LOG:
            statements = (self._count(mark), Log(self._log_prefix))
        for matches in self.matcher.alternatives(segment, direction):
            yield Rule(matches, statements, naming.comment(mark.says))

    def _lookup(self, points: PointMap, direction: Direction) -> Rule:
        address = Field.SADDR if direction is Direction.INGRESS else Field.DADDR
        key = Key.IPV4 if self._version == 4 else Key.IPV6
        name = f"m-{naming.digest(*points.marks)}"
        elements: dict[SetElement, Goto | Jump] = {point: self._goto(mark) for point, mark in points.marks}
        self.maps[name] = VerdictMap(name, (key, Key.PROTOCOL, Key.PORT), elements)
        return Rule((), (Dispatch((address, Field.L4PROTO, Field.DPORT), name),))

    def _count(self, mark: Mark) -> Count:
        says = naming.comment(f"{mark.direction} {mark.action} {mark.says}")
        self.counters[mark.name] = Counter(mark.name, says)
        return Count(mark.name)

    def _goto(self, name: str) -> Goto:
        if name not in self.chains:
            self.chains[name] = self._action_chain(self._marks[name])
        return Goto(name)

    def _action_chain(self, mark: Mark) -> Chain:
        return Chain(mark.name, (Rule((), (self._count(mark), _outcome(mark))),))


def _outcome(mark: Mark) -> Statement:
    match mark.action:
        case Action.ALLOW:
            return Goto(NEXT_STAGE[mark.direction])
        case Action.DENY:
            return Verdict.DROP
        case Action.PASS | Action.LOG:
            return Verdict.RETURN
