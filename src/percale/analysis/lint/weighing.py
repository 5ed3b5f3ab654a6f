"""What each rule and each policy is good for: what would become of packets without it, here and now.

Rules are told apart by identity: equal ones may stand in several policies.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from percale.analysis.symbolic.clauses import Clause
from percale.analysis.symbolic.engine import Engine
from percale.analysis.symbolic.one_way import OneWay, Stage, peers_of
from percale.policy.policies import Policy
from percale.policy.rules import Action, Rule
from percale.policy.world import World


class Instance(NamedTuple):
    """Where something shows: a subject class, a peer class and cells, of one engine and direction."""

    engine: Engine
    way: OneWay
    subject: int
    peers: int
    cells: int


@dataclass(frozen=True, slots=True)
class Weighed:
    """Rules by their `id`. `heard` could match something; of those, `deciding` are the first to match something.

    `needed` rules and policies change a verdict. `overruled` are rules that match what is decided otherwise before
    them; `by` names the first rule that takes something from another.
    """

    owner: dict[int, Policy]
    heard: set[int] = field(default_factory=set)
    deciding: set[int] = field(default_factory=set)
    needed: set[int] = field(default_factory=set)
    overruled: dict[int, Instance] = field(default_factory=dict)
    by: dict[int, Rule] = field(default_factory=dict)
    asked_policies: set[Policy] = field(default_factory=set)
    needed_policies: set[Policy] = field(default_factory=set)
    #: Policies of one order that decide differently about the same packets.
    ties: dict[tuple[Policy, Policy], Instance] = field(default_factory=dict)


def weighed(world: World, engines: tuple[Engine, ...]) -> Weighed:
    owner = {id(rule): one for one in world.policies.policies for rule in (*one.ingress, *one.egress)}
    found = Weighed(owner)
    for engine in engines:
        for way in (engine.egress, engine.ingress):
            for subject in range(way.subjects.count):
                if not _is_settled(found, way.stages(subject)):
                    for cells in way.divided(subject):
                        _Weighing(found, engine, way, subject, cells).weigh()
    return found


def _is_settled(found: Weighed, stages: tuple[Stage, ...]) -> bool:
    """Whether this subject can tell nothing new."""
    return all(
        found.needed_policies.issuperset(stage.policies)
        and all(id(clause.rule) in found.needed for clause in stage.clauses)
        and not _may_tie(stage)
        for stage in stages
        if stage.tier
    )


def _may_tie(stage: Stage) -> bool:
    orders = {policy.order for policy in stage.policies}
    return len(orders) < len(stage.policies) and len({clause.rule.action for clause in stage.clauses}) > 1


class _Clauses(NamedTuple):
    """The clauses of a stage, from one of them on: whom each matches, and who is let through from there on."""

    matched: list[int]
    #: One more than there are clauses: the last are those that the end of the stage lets through.
    through: list[int]
    after: int


class _Weighing:
    """Of one subject class, on one part of the wire."""

    def __init__(self, found: Weighed, engine: Engine, way: OneWay, subject: int, cells: int) -> None:
        self._found, self._way, self._subject = found, way, subject
        self._engine, self._cells = engine, cells
        self._stages = way.stages(subject)

    def weigh(self) -> None:
        steps, after = [], 0
        for stage in reversed(self._stages):
            steps.append(self._from_the_end(stage, after))
            after = steps[-1].through[0]
        left, verdict = self._way.everyone, after
        for stage, step in zip(self._stages, reversed(steps), strict=True):
            left = self._from_the_start(stage, step, left, verdict)

    def _from_the_end(self, stage: Stage, after: int) -> _Clauses:
        """`after` are those whom later stages let through."""
        matched = [peers_of(clause, self._subject, self._cells & -self._cells) for clause in stage.clauses]
        through = [after if stage.tier is None or stage.tier.passes else 0]
        for clause, peers in zip(reversed(stage.clauses), reversed(matched), strict=True):
            through.append(through[-1] & ~peers | _verdict(clause, peers, after) if peers else through[-1])
        return _Clauses(matched, through[::-1], after)

    def _from_the_start(self, stage: Stage, step: _Clauses, entering: int, verdict: int) -> int:
        """Notes what there is to note, and hands on those who are left for the next stage."""
        left, passed = entering, 0
        starts = [left]
        for number, clause in enumerate(stage.clauses):
            if peers := step.matched[number]:
                hit = peers & left
                if stage.tier:
                    self._note_rule(stage, step, number, hit, verdict)
                left ^= hit
                if clause.rule.action is Action.PASS:
                    passed |= hit
            starts.append(left)
        if stage.tier:
            self._note_policies(stage, step, starts)
            if _may_tie(stage):
                self._note_ties(stage, step, starts)
        return passed | left if stage.tier is None or stage.tier.passes else passed

    def _note_rule(self, stage: Stage, step: _Clauses, number: int, hit: int, verdict: int) -> None:
        clause, found = stage.clauses[number], self._found
        rule, peers = id(clause.rule), step.matched[number]
        meant = _verdict(clause, peers, step.after)
        found.heard.add(rule)
        if hit:
            found.deciding.add(rule)
            if hit & (meant ^ step.through[number + 1]):
                found.needed.add(rule)
        elif rule not in found.overruled and (otherwise := peers & (meant ^ verdict)):
            found.overruled[rule] = self._instance(otherwise)
        if not hit and rule not in found.by and (before := self._before(stage, step, number)):
            found.by[rule] = before.rule

    def _before(self, stage: Stage, step: _Clauses, number: int) -> Clause[int] | None:
        matched = step.matched[number]
        return next(
            (one for one, peers in zip(stage.clauses, step.matched[:number], strict=False) if peers & matched), None
        )

    def _note_policies(self, stage: Stage, step: _Clauses, starts: list[int]) -> None:
        found = self._found
        found.asked_policies.update(stage.policies)
        for policy, first, end in self._blocks(stage):
            without = step.through[end] if len(stage.policies) > 1 else step.after
            if starts[first] & (step.through[first] ^ without):
                found.needed_policies.add(policy)

    def _blocks(self, stage: Stage) -> Iterator[tuple[Policy, int, int]]:
        """The policies with the numbers of their clauses, the last not included."""
        owner, first = self._found.owner, 0
        owners = [owner[id(clause.rule)] for clause in stage.clauses]
        for policy in stage.policies:
            end = first
            while end < len(owners) and owners[end] is policy:
                end += 1
            yield policy, first, end
            first = end

    def _note_ties(self, stage: Stage, step: _Clauses, starts: list[int]) -> None:
        blocks = list(self._blocks(stage))
        for index, (policy, first, end) in enumerate(blocks):
            for other, start, stop in blocks[index + 1 :]:
                if other.order != policy.order:
                    break
                pair = policy, other
                if pair not in self._found.ties:
                    conflict = starts[first] & self._conflict(stage, step, range(first, end), range(start, stop))
                    if conflict:
                        self._found.ties[pair] = self._instance(conflict)

    @staticmethod
    def _conflict(stage: Stage, step: _Clauses, ours: range, theirs: range) -> int:
        """Whom one policy alone would let through and the other alone would not, both having a rule for them."""
        alone = [_alone(stage, step, numbers) for numbers in (ours, theirs)]
        (seen, let), (also_seen, also_let) = alone
        return seen & also_seen & (let ^ also_let)

    def _instance(self, peers: int) -> Instance:
        return Instance(self._engine, self._way, self._subject, peers, self._cells)


def _alone(stage: Stage, step: _Clauses, numbers: range) -> tuple[int, int]:
    seen = let = 0
    for number in numbers:
        fresh = step.matched[number] & ~seen
        seen |= fresh
        let |= fresh & _verdict(stage.clauses[number], fresh, step.after)
    return seen, let


def _verdict(clause: Clause[int], peers: int, after: int) -> int:
    """Those of the peers that the clause lets through, at once or in the end."""
    match clause.rule.action:
        case Action.ALLOW:
            return peers
        case Action.PASS:
            return peers & after
        case _:
            return 0
