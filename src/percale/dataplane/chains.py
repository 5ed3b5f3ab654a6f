"""Programs as chains: first match, Pass, end of tier and profiles, without a mark bit and without depth.

A tier without Pass rules stands in its class's chain. A tier with them is a chain of its own, which the class jumps
to: Pass returns from it. Whatever decides is a `goto` to the chain of its mark, which counts and then drops, or goes
on to the next stage.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import groupby

from percale.dataplane import naming
from percale.dataplane.log_prefix import StagedLog, log_prefix, staged_prefix
from percale.dataplane.matching import Matcher
from percale.dataplane.membership import Membership
from percale.dataplane.peers import PeerRule
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
    Limit,
    Log,
    Rule,
    SetElement,
    Statement,
    Verdict,
    VerdictMap,
)
from percale.dataplane.segments import PointMap, Segment, segments
from percale.dataplane.stages import Stage
from percale.policy.rules import OWN_SIDE, Action, Direction
from percale.policy.settings import HostSettings, LogLimit

#: Points in the maps of a table. Each class has maps of its own, while sets are shared: what saves a packet little
#: costs much to load where classes are many.
_MOST_POINTS = 50_000
#: Where FelixConfiguration sets none: a policy on trial must not fill a disk.
_STAGED_LIMIT = LogLimit("100/second", 200)
_VERDICTS = (Action.ALLOW, Action.DENY)
_PREFIX = {Direction.INGRESS: "in", Direction.EGRESS: "eg"}


class ChainWriter:
    """Writes the chains of one table, each distinct program once."""

    def __init__(
        self,
        membership: Membership,
        version: int,
        marks: dict[str, Mark],
        settings: HostSettings,
        staged_log: StagedLog | None = None,
    ) -> None:
        self.matcher = Matcher(membership, version)
        self.chains: dict[str, Chain] = {}
        self.maps: dict[str, VerdictMap] = {}
        self.counters: dict[str, Counter] = {}
        self._membership = membership
        self._version = version
        self._marks = marks
        self._settings = settings
        self._staged_log = staged_log
        self._written: dict[int, tuple[Program, str]] = {}
        self._room = _MOST_POINTS

    def class_chain(self, program: Program) -> str:
        """The chain that enforces the program; endpoints with equal programs get the same one.

        Looked up by identity, since to hash a program is to write out all its selectors: one that is equal and not
        the same is written again, and comes to the same name.
        """
        if id(program) not in self._written:
            self._written[id(program)] = (program, self._write(program))
        return self._written[id(program)][1]

    def _write(self, program: Program) -> str:
        rules: list[Rule] = []
        for tier in program.tiers:
            rules += self._tier(tier, program)
            if tier.end and not tier.passes:
                break
        else:
            for profiles in program.profiles:
                rules += self._tier(profiles, program)
        return self.add(_PREFIX[program.direction], rules)

    def _tier(self, tier: TierProgram, program: Program) -> list[Rule]:
        if not tier.passes:
            return self._inline(tier, program)
        return [Rule((), (Jump(self.add("t", self._inline(tier, program))),))]

    def add(self, prefix: str, rules: Sequence[Rule]) -> str:
        """Named by contents, so that a chain in use never changes: what changes is who goes to it."""
        name = f"{prefix}-{naming.digest(*rules)}"
        self.chains[name] = Chain(name, tuple(rules))
        return name

    def _inline(self, tier: TierProgram, program: Program) -> list[Rule]:
        peer_side = OWN_SIDE[program.direction].other
        found: list[Rule] = []
        asked = segments(tier.rules, peer_side, self._membership, self._version, self._room)
        for logs, group in groupby(asked, key=_log_mark):
            rules = [rule for segment in group for rule in self._segment(segment, program)]
            found += [self._once(rules, logs)] if logs else rules
        if tier.end:
            found.append(Rule((), (self._goto(tier.end),)))
        return found

    def _segment(self, segment: Segment, program: Program) -> Iterable[Rule]:
        if isinstance(segment, PointMap):
            yield self._lookup(segment, program)
            return
        says = naming.comment(self._marks[segment.mark].says)
        for matches in self.matcher.alternatives(segment, before_nat=program.stage.before_nat):
            yield Rule(matches, (self._goto(segment.mark),), says)

    def _once(self, rules: Sequence[Rule], mark: str) -> Rule:
        """A Log rule of several alternatives logs a packet once, and then goes on behind all of them."""
        if len(rules) == 1:
            return replace(rules[0], statements=(Jump(mark),))
        return Rule((), (Jump(self.add("l", rules)),))

    def _lookup(self, points: PointMap, program: Program) -> Rule:
        before_nat = program.stage.before_nat
        destination = Field.ORIGINAL_DADDR if before_nat else Field.DADDR
        address = Field.SADDR if program.direction is Direction.INGRESS else destination
        port = Field.ORIGINAL_DPORT if before_nat else Field.DPORT
        key = Key.IPV4 if self._version == 4 else Key.IPV6
        name = f"m-{naming.digest(*points.marks)}"
        elements: dict[SetElement, Goto | Jump] = {point: self._goto(mark) for point, mark in points.marks}
        if name not in self.maps:
            self._room -= len(elements)
        self.maps[name] = VerdictMap(name, (key, Key.PROTOCOL, Key.PORT), elements)
        return Rule((), (Dispatch((address, Field.L4PROTO, port), name),))

    def _count(self, mark: Mark) -> Count:
        says = naming.comment(f"{mark.direction} {mark.action} {mark.says}")
        self.counters[mark.name] = Counter(mark.name, says)
        return Count(mark.name)

    def _goto(self, name: str) -> Goto:
        if name not in self.chains:
            self.chains[name] = self._action_chain(self._marks[name])
        return Goto(name)

    def _action_chain(self, mark: Mark) -> Chain:
        counted = (self._count(mark),) if mark.stage.counts else ()
        decides = (*counted, *self._outcome(mark))
        rules = (self._told(mark), Rule((), decides) if decides else None, self._logged(mark))
        return Chain(mark.name, tuple(filter(None, rules)))

    def _outcome(self, mark: Mark) -> tuple[Statement, ...]:
        match mark.action:
            case Action.ALLOW:
                return mark.stage.allowed
            case Action.DENY:
                return (self._denied(mark.stage),)
            case Action.PASS:
                return (Verdict.RETURN,)
            case Action.LOG:
                return ()

    def _denied(self, stage: Stage) -> Verdict:
        if stage.staged:
            return Verdict.ACCEPT
        return Verdict.REJECT if self._settings.rejects and stage.rejects else Verdict.DROP

    def _logged(self, mark: Mark) -> Rule | None:
        """A rule of its own: where a limit is exceeded, the rest of its rule is left out."""
        if mark.action is not Action.LOG or mark.stage.staged:
            return None
        log = Log(log_prefix(self._settings.log_prefix, mark))
        limit = self._settings.log_limit
        return Rule((), (Limit(limit.rate, limit.burst), log) if limit else (log,))

    def _told(self, mark: Mark) -> Rule | None:
        """The line about a verdict that is on trial, where such lines are wanted."""
        if not (self._staged_log and mark.stage.staged and mark.stage.counts and mark.action in _VERDICTS):
            return None
        limit = self._settings.log_limit or _STAGED_LIMIT
        return Rule((), (Limit(limit.rate, limit.burst), Log(staged_prefix(mark), self._staged_log.group)))


def _log_mark(segment: Segment) -> str | None:
    return segment.mark if isinstance(segment, PeerRule) and segment.action is Action.LOG else None
