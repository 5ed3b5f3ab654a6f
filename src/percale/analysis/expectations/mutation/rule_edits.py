"""A policy's rules of one direction with one thing edited, as a slip of the hand would."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple

from percale.analysis.expectations.mutation.selector_edits import Values, edited
from percale.policy.rules import ANYONE, NO_PORTS, OWN_SIDE, Action, Direction, Entity, Ports, Rule, Side
from percale.traffic.intervals import Intervals

_LAST_PORT = 65535
_TOP = re.compile(r"[a-z]+\[[0-9]+\]")


class Edit(StrEnum):
    DROP_POLICY = "drop a policy"
    DROP_DIRECTION = "drop a direction"
    SUBJECT = "change whom a policy selects"
    POLICY_ORDER = "change the order of policies"
    TIER_ACTION = "change a tier's default action"
    DROP_RULE = "drop a rule"
    RULE_ORDER = "change the order of rules"
    ACTION = "change an action"
    DROP_PEER = "drop a peer"
    ANY_PEER = "let a peer be anybody"
    PEER = "change whom a peer selects"
    DROP_EXCEPT = "drop an exception"
    WIDEN_PORTS = "widen ports"
    NARROW_PORTS = "narrow ports"


class Edited(NamedTuple):
    """`path` is what was edited, below the policy's `spec`; `says` how, where the edit's name does not tell."""

    edit: Edit
    path: str
    rules: tuple[Rule, ...]
    says: str = ""


class RuleEdits:
    """`has_actions` is for the dialects in which a rule says what becomes of what it matches."""

    def __init__(self, rules: Sequence[Rule], direction: Direction, values: Values, *, has_actions: bool) -> None:
        self._rules = tuple(rules)
        self._peer_side = OWN_SIDE[direction].other
        self._values = values
        self._has_actions = has_actions

    def all(self, namespace: str) -> Iterator[Edited]:
        """Of rules that say something about a verdict."""
        written = [path for path in dict.fromkeys(map(_written, self._rules)) if self._decides(path)]
        for path in written:
            yield Edited(Edit.DROP_RULE, path, self._without(path, whole=True))
            yield from self._actions(path)
            yield from self._peers(path)
            yield from self._ports(path)
        for path in dict.fromkeys(rule.path for rule in self._rules if rule.action is not Action.LOG):
            yield from self._entities(path, namespace)
        yield from self._orders(written)

    def _decides(self, path: str) -> bool:
        return any(_written(rule) == path and rule.action is not Action.LOG for rule in self._rules)

    def _without(self, path: str, *, whole: bool = False) -> tuple[Rule, ...]:
        return tuple(rule for rule in self._rules if (_written(rule) if whole else rule.path) != path)

    def _with(self, at: Callable[[Rule], bool], change: Callable[[Rule], Rule]) -> tuple[Rule, ...]:
        return tuple(change(rule) if at(rule) else rule for rule in self._rules)

    def _actions(self, path: str) -> Iterator[Edited]:
        if self._has_actions:
            now = next(rule.action for rule in self._rules if _written(rule) == path)
            other = Action.DENY if now is not Action.DENY else Action.ALLOW
            flipped = self._with(lambda rule: _written(rule) == path, lambda rule: replace(rule, action=other))
            yield Edited(Edit.ACTION, path, flipped, f"{now} to {other}")

    def _peers(self, path: str) -> Iterator[Edited]:
        """One of several, where peers stand in a list; all that is asked of the peer, elsewhere."""
        places = list(dict.fromkeys(rule.path for rule in self._rules if _written(rule) == path))
        if len(places) > 1:
            yield from (Edited(Edit.DROP_PEER, place, self._without(place)) for place in places)
        open_ = self._with(lambda rule: _written(rule) == path, self._to_anybody)
        if open_ != self._rules:
            yield Edited(Edit.ANY_PEER, path, open_)

    def _to_anybody(self, rule: Rule) -> Rule:
        entity = rule.entity(self._peer_side)
        return _with_entity(rule, self._peer_side, Entity(ports=entity.ports, not_ports=entity.not_ports))

    # Ports.

    def _ports(self, path: str) -> Iterator[Edited]:
        here = [rule for rule in self._rules if _written(rule) == path]
        for side in Side:
            for protocol, ports in dict.fromkeys((rule.protocol, rule.entity(side).ports) for rule in here):
                for edit, other, says in _other_ports(ports):
                    yield Edited(edit, path, self._with_ports(path, side, (protocol, ports), other), says)

    def _with_ports(self, path: str, side: Side, known: tuple[int | None, Ports], other: Ports) -> tuple[Rule, ...]:
        def at(rule: Rule) -> bool:
            return _written(rule) == path and (rule.protocol, rule.entity(side).ports) == known

        return self._with(at, lambda rule: _with_entity(rule, side, replace(rule.entity(side), ports=other)))

    # What one end must be.

    def _entities(self, path: str, namespace: str) -> Iterator[Edited]:
        first = next(rule for rule in self._rules if rule.path == path)
        for side in Side:
            for edit, says, other in _other_entities(first.entity(side), self._values, namespace):

                def changed(rule: Rule, side: Side = side, other: Entity = other) -> Rule:
                    ports, not_ports = rule.entity(side).ports, rule.entity(side).not_ports
                    return _with_entity(rule, side, replace(other, ports=ports, not_ports=not_ports))

                yield Edited(edit, path, self._with(lambda rule: rule.path == path, changed), says)

    # Order.

    def _orders(self, written: Sequence[str]) -> Iterator[Edited]:
        """Of neighbours with different actions: others may change places and change nothing."""
        for one, other in pairwise(written):
            here, there = ([rule for rule in self._rules if _written(rule) == path] for path in (one, other))
            if here[0].action is not there[0].action:
                at = self._rules.index(here[0])
                rest = [rule for rule in self._rules if rule not in here and rule not in there]
                swapped = (*rest[:at], *there, *here, *rest[at:])
                yield Edited(Edit.RULE_ORDER, other, swapped, f"before {one}")


def _written(rule: Rule) -> str:
    """The path of the rule that the user wrote: one may come to many."""
    found = _TOP.match(rule.path)
    return found[0] if found else rule.path


def _with_entity(rule: Rule, side: Side, entity: Entity) -> Rule:
    return replace(rule, source=entity) if side is Side.SOURCE else replace(rule, destination=entity)


def _other_ports(ports: Ports) -> Iterator[tuple[Edit, Ports, str]]:
    if not ports:
        return
    yield Edit.WIDEN_PORTS, NO_PORTS, "to every port"
    spans = ports.numbers.spans
    if spans and (end := spans[-1][1]) < _LAST_PORT:
        wider = Intervals.of((*spans[:-1], (spans[-1][0], end + 1)))
        yield Edit.WIDEN_PORTS, replace(ports, numbers=wider), f"by port {end + 1}"
    if len(spans) + len(ports.names) > 1:
        for n, (first, last) in enumerate(spans):
            rest = Intervals((*spans[:n], *spans[n + 1 :]))
            shown = str(first) if first == last else f"{first}-{last}"
            yield Edit.NARROW_PORTS, replace(ports, numbers=rest), f"by {shown}"
        for name in ports.names:
            rest_of_names = tuple(one for one in ports.names if one != name)
            yield Edit.NARROW_PORTS, replace(ports, names=rest_of_names), f"by {name}"
    for n, (first, last) in enumerate(spans):
        if first < last:
            shorter = Intervals((*spans[:n], (first, last - 1), *spans[n + 1 :]))
            yield Edit.NARROW_PORTS, replace(ports, numbers=shorter), f"by port {last}"


def _other_entities(entity: Entity, values: Values, namespace: str) -> Iterator[tuple[Edit, str, Entity]]:
    if entity is ANYONE:
        return
    if entity.not_nets:
        yield Edit.DROP_EXCEPT, ", ".join(map(str, entity.not_nets)), replace(entity, not_nets=())
    if entity.not_selector:
        yield Edit.DROP_EXCEPT, f"`{entity.not_selector}`", replace(entity, not_selector=None)
    if len(entity.nets) > 1:
        for net in entity.nets:
            rest = tuple(one for one in entity.nets if one != net)
            yield Edit.DROP_PEER, str(net), replace(entity, nets=rest)
    if entity.selector:
        for says, other in edited(entity.selector, values, namespace):
            yield Edit.PEER, says, replace(entity, selector=other)
