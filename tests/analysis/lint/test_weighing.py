"""What the linter says of rules and policies, held against worlds without them."""

from collections.abc import Iterator
from dataclasses import replace
from random import Random

import pytest

from percale.analysis.lint.showing import shown
from percale.analysis.lint.weighing import Weighed, weighed
from percale.analysis.symbolic.engine import Engine, Scope
from percale.policy.policies import Hook, Policy, PolicySet
from percale.policy.rules import Action, Direction, Rule
from percale.policy.world import World
from symbolic_worlds import Worlds

_VERSIONS = (4, 6)


def _world(seed: int) -> World:
    return Worlds(Random(seed)).one()


def _weighed(world: World) -> Weighed:
    return weighed(world, tuple(Engine.of(world, version, Scope()) for version in _VERSIONS))


def _rules(world: World) -> Iterator[tuple[Policy, Direction, Rule]]:
    """Of all that is asked about workloads."""
    for policy in world.policies.policies:
        if Hook.NORMAL in policy.hooks and not policy.staged:
            for direction in policy.governs:
                yield from ((policy, direction, rule) for rule in policy.rules(direction))


def _with(world: World, policies: list[Policy]) -> World:
    return replace(world, policies=PolicySet(world.policies.tiers, tuple(policies)))


def _without_rule(world: World, policy: Policy, direction: Direction, rule: Rule) -> World:
    kept = {direction.value: tuple(other for other in policy.rules(direction) if other is not rule)}
    shorter = replace(policy, **kept)  # type: ignore[arg-type]  # a field is called as its direction
    return _with(world, [shorter if one is policy else one for one in world.policies.policies])


def _without_policy(world: World, policy: Policy) -> World:
    return _with(world, [one for one in world.policies.policies if one is not policy])


def _differ(first: World, second: World) -> bool:
    """Whether a workload lets anything through in the one world and not in the other, in either direction."""
    for version in _VERSIONS:
        one, other = Engine.together([first, second], version)
        if any(ours != theirs for ours, theirs in zip(_answers(one), _answers(other), strict=True)):
            return True
    return False


def _answers(engine: Engine) -> Iterator[int]:
    identities = engine.identities
    workloads = [number for one in engine.world.workloads for number in identities.of_endpoint[one]]
    outside = [identities.outside[key] for key in sorted(identities.outside)]
    for way in (engine.egress, engine.ingress):
        for subject in workloads:
            yield from (way.allowed(subject, peer) for peer in (*workloads, *outside))


@pytest.mark.parametrize("seed", range(12))
def test_a_rule_is_needed_exactly_if_a_world_without_it_differs(seed: int) -> None:
    world = _world(seed)
    found = _weighed(world)
    for policy, direction, rule in _rules(world):
        if rule.action is not Action.LOG:
            differs = _differ(world, _without_rule(world, policy, direction, rule))
            assert differs == (id(rule) in found.needed), f"{policy.id} {rule.path}"


@pytest.mark.parametrize("seed", range(12, 32))
def test_a_policy_is_needed_exactly_if_a_world_without_it_differs(seed: int) -> None:
    world = _world(seed)
    found = _weighed(world)
    for policy in dict.fromkeys(policy for policy, _, _ in _rules(world)):
        assert _differ(world, _without_policy(world, policy)) == (policy in found.needed_policies), policy.id


@pytest.mark.parametrize("seed", range(32, 72))
def test_what_never_decides_is_not_needed(seed: int) -> None:
    found = _weighed(_world(seed))
    assert found.needed <= found.deciding <= found.heard


def test_random_worlds_have_rules_of_every_sort() -> None:
    every = [(world, _weighed(world)) for world in map(_world, range(32))]
    assert any(found.heard - found.deciding for _, found in every)
    assert any(found.deciding - found.needed for _, found in every)
    assert any(found.overruled for _, found in every)
    assert any(found.ties for _, found in every)


def test_an_overruled_rule_is_shown_with_a_packet_that_another_decides_about() -> None:
    checked = 0
    for world in map(_world, range(40)):
        found = _weighed(world)
        rules = {id(rule): rule for _, _, rule in _rules(world)}
        for number, instance in found.overruled.items():
            for packet in shown(instance):
                verdict = packet.witness.verdict()
                decision = verdict.egress if instance.way.direction is Direction.EGRESS else verdict.ingress
                assert decision is not None
                assert decision.allows != (rules[number].action is Action.ALLOW) or rules[number].action is Action.PASS
                checked += 1
    assert checked > 10
