"""What each rule of a policy decides in a world, after all that is asked before it."""

from collections.abc import Iterator
from dataclasses import dataclass

from percale.analysis.connectivity import Connectivity, Group
from percale.analysis.symbolic.one_way import OneWay
from percale.policy.policies import Policy
from percale.policy.rules import Action, Direction, Rule


@dataclass(frozen=True, slots=True)
class Effect:
    """Peers of a rule and the cells that it decides about, for some at least of those that its policy selects."""

    peers: tuple[Group, ...]
    cells: int


@dataclass(frozen=True, slots=True)
class RuleEffects:
    """No effects: the rule never decides."""

    direction: Direction
    rule: Rule
    effects: tuple[Effect, ...]


def effects_of(policy: Policy, connectivity: Connectivity) -> Iterator[RuleEffects]:
    """Of workloads; a Log decides nothing and is left out."""
    groups = (*connectivity.workloads, *connectivity.outside)
    for direction in Direction:
        if direction in policy.governs:
            way = connectivity.engine.egress if direction is Direction.EGRESS else connectivity.engine.ingress
            decided = _decided(way, policy, connectivity.engine.cells.opening)
            for rule in policy.rules(direction):
                if rule.action is not Action.LOG:
                    yield RuleEffects(direction, rule, tuple(_effects(way, groups, decided.get(id(rule), []))))


def _decided(way: OneWay, policy: Policy, opening: int) -> dict[int, list[tuple[int, int]]]:
    """By rule: classes of peers, and cells."""
    found: dict[int, list[tuple[int, int]]] = {}
    for subject in range(way.subjects.count):
        if any(policy in stage.policies for stage in way.stages(subject)):
            for cells in way.divided(subject):
                if held := cells & opening:
                    for hit in way.hits(subject, cells & -cells):
                        if hit.clause:
                            found.setdefault(id(hit.clause.rule), []).append((hit.peers, held))
    return found


def _effects(way: OneWay, groups: tuple[Group, ...], decided: list[tuple[int, int]]) -> Iterator[Effect]:
    """Peers with the same cells together."""
    alike: dict[tuple[bool, str, int], list[Group]] = {}
    for group in groups:
        classes = {1 << int(way.peers.class_of[number]) for number in group.identities}
        cells = 0
        for peers, held in decided:
            if any(one & peers for one in classes):
                cells |= held
        if cells:
            alike.setdefault((group.is_outside, group.name, cells), []).append(group)
    return (Effect(tuple(held), cells) for (_, _, cells), held in alike.items())
