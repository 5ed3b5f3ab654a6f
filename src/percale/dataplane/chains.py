"""Programs as chains: first match, Pass, end of tier and profiles, without a mark bit and without depth.

A tier without Pass rules stands in its class's chain. A tier with them is a chain of its own, which the class jumps
to: Pass returns from it. Whatever decides is a `goto` to the chain of its mark, which counts and then drops, or goes
on to the next stage.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from percale.dataplane import naming
from percale.dataplane.action_chains import ActionChains, counter
from percale.dataplane.matching import Matcher
from percale.dataplane.membership import Membership
from percale.dataplane.parts import Parts
from percale.dataplane.peers import PeerRule
from percale.dataplane.programs import Program, TierProgram
from percale.dataplane.ruleset import Chain, Dispatch, Field, Goto, Jump, Rule
from percale.dataplane.segments import PointMap, Segment
from percale.policy.rules import Action, Direction

_PREFIX = {Direction.INGRESS: "in", Direction.EGRESS: "eg"}


@dataclass(frozen=True, slots=True)
class WrittenTier:
    """What stands for a tier in the chains of its classes, and all that it needs."""

    rules: tuple[Rule, ...]
    parts: Parts


class ChainWriter:
    def __init__(self, membership: Membership, actions: ActionChains) -> None:
        self._membership = membership
        self._actions = actions

    def tier(self, tier: TierProgram, listed: Iterable[Segment]) -> WrittenTier:
        text = _TierText(tier, self._membership, self._actions)
        rules = text.inline(listed)
        if tier.passes:
            rules = [text.jump(Chain(f"t-{tier.name}", tuple(rules)))]
        return WrittenTier(tuple(rules), text.parts)


def class_chain_name(program: Program) -> str:
    """By the policies in force and not by what they say: what is edited is filled anew, and nobody goes elsewhere.

    Endpoints with equal programs get the same one.
    """
    return f"{_PREFIX[program.direction]}-{program.name}"


def named_by_contents(prefix: str, rules: Iterable[Rule]) -> Chain:
    rules = tuple(rules)
    return Chain(f"{prefix}-{naming.digest(*rules)}", rules)


class _TierText:
    """One tier while it is written."""

    def __init__(self, tier: TierProgram, membership: Membership, actions: ActionChains) -> None:
        self._tier = tier
        self._actions = actions
        self._matcher = Matcher(membership, tier.version)
        self.parts = self._matcher.parts

    def inline(self, listed: Iterable[Segment]) -> list[Rule]:
        found: list[Rule] = []
        for logs, group in groupby(listed, key=_log_mark):
            rules = [rule for segment in group for rule in self._segment(segment)]
            found += [self._once(rules, logs)] if logs else rules
        if self._tier.end:
            found.append(Rule((), (self._goto(self._tier.end),)))
        return found

    def jump(self, chain: Chain) -> Rule:
        self.parts.chains[chain.name] = chain
        return Rule((), (Jump(chain.name),))

    def _segment(self, segment: Segment) -> Iterable[Rule]:
        if isinstance(segment, PointMap):
            yield self._lookup(segment)
            return
        says = naming.comment(self._tier.marks[segment.mark].says)
        for matches in self._matcher.alternatives(segment, before_nat=self._tier.stage.before_nat):
            yield Rule(matches, (self._goto(segment.mark),), says)

    def _once(self, rules: Sequence[Rule], mark: str) -> Rule:
        """A Log rule of several alternatives logs a packet once, and then goes on behind all of them."""
        if len(rules) == 1:
            return replace(rules[0], statements=(Jump(mark),))
        return self.jump(named_by_contents("l", rules))

    def _lookup(self, points: PointMap) -> Rule:
        """Where a point goes is there before the point is."""
        for mark in points.marks:
            self._goto(mark)
        before_nat = self._tier.stage.before_nat
        destination = Field.ORIGINAL_DADDR if before_nat else Field.DADDR
        address = Field.SADDR if self._tier.direction is Direction.INGRESS else destination
        port = Field.ORIGINAL_DPORT if before_nat else Field.DPORT
        return Rule((), (Dispatch((address, Field.L4PROTO, port), points.name),))

    def _goto(self, name: str) -> Goto:
        if name not in self.parts.marks:
            mark = self.parts.marks[name] = self._tier.marks[name]
            self.parts.chains[name] = self._actions.chain(mark)
            if mark.stage.counts:
                self.parts.counters[name] = counter(mark)
        return Goto(name)


def _log_mark(segment: Segment) -> str | None:
    return segment.mark if isinstance(segment, PeerRule) and segment.action is Action.LOG else None
