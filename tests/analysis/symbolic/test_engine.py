"""The engine's sets held against the judge's word, over random worlds of every dialect."""

from collections.abc import Callable
from dataclasses import replace
from random import Random

import pytest

from percale.analysis.symbolic.engine import Engine, Scope
from percale.policy.policies import PolicySet
from percale.policy.selection import Staged
from percale.policy.verdict import judge
from percale.policy.world import World
from percale.traffic.packet import Packet
from symbolic_worlds import NAMES, Packets, Worlds

_WORLDS_IN_A_BATCH = 25
_PACKETS_OF_A_VERSION = 100


@pytest.mark.parametrize("batch", range(5))
def test_engine_says_of_every_packet_what_the_judge_says(batch: int) -> None:
    _check_batch(batch)


@pytest.mark.long
@pytest.mark.parametrize("batch", range(5, 85))
def test_engine_agrees_with_the_judge_over_two_thousand_worlds(batch: int) -> None:
    _check_batch(batch)


def _check_batch(batch: int) -> None:
    for seed in range(batch * _WORLDS_IN_A_BATCH, (batch + 1) * _WORLDS_IN_A_BATCH):
        world = Worlds(Random(seed)).one()
        assert _disagreements(world, world, seed) == [], f"seed {seed}"


def _disagreements(world: World, as_the_engine_knows_it: World, seed: int) -> list[Packet]:
    """Staged policies are left out of even worlds, and enforced in odd ones."""
    staged = Staged.AS_IF_ENFORCED if seed % 2 else Staged.LEFT_OUT
    found: list[Packet] = []
    for version in (4, 6):
        engine = Engine.of(as_the_engine_knows_it, version, Scope(names=NAMES, staged=staged))
        packets = Packets(engine, Random(seed))
        sent = [*packets.at_random(_PACKETS_OF_A_VERSION), *packets.at_edges()]
        found += [one for one in sent if engine.admits(one) != judge(world, one, staged=staged).allowed]
    return found


def _whose_tiers_never_pass(world: World) -> World:
    tiers = tuple(replace(tier, passes=False) for tier in world.policies.tiers)
    return replace(world, policies=PolicySet(tiers, world.policies.policies))


def _without_profiles(world: World) -> World:
    return replace(world, profiles={})


def _whose_sets_are_empty(world: World) -> World:
    return replace(world, network_sets=())


def _with_one_rule_less(world: World) -> World:
    policies = [replace(one, ingress=one.ingress[1:]) for one in world.policies.policies]
    return replace(world, policies=PolicySet(world.policies.tiers, tuple(policies)))


@pytest.mark.parametrize(
    "mistaken", [_whose_tiers_never_pass, _without_profiles, _whose_sets_are_empty, _with_one_rule_less]
)
def test_an_engine_that_is_mistaken_about_its_world_is_found_out(mistaken: Callable[[World], World]) -> None:
    worlds = [Worlds(Random(seed)).one() for seed in range(20)]
    assert any(_disagreements(world, mistaken(world), seed) for seed, world in enumerate(worlds))


@pytest.mark.parametrize("seed", range(12))
def test_engines_made_together_say_what_each_says_alone(seed: int) -> None:
    worlds = [Worlds(Random(seed)).one(), Worlds(Random(seed + 1000)).one()]
    for version in (4, 6):
        scope = Scope(names=NAMES)
        together = Engine.together(worlds, version, scope)
        assert together[0].cells == together[1].cells
        for world, joint in zip(worlds, together, strict=True):
            alone = Engine.of(world, version, scope)
            packets = Packets(joint, Random(seed))
            for packet in (*packets.at_random(_PACKETS_OF_A_VERSION), *packets.at_edges()):
                assert joint.admits(packet) == alone.admits(packet), packet


@pytest.mark.parametrize("seed", range(12))
def test_identities_of_one_kind_are_alike_in_all_they_send_and_take(seed: int) -> None:
    engine = Engine.of(Worlds(Random(seed)).one(), 4)
    everyone = range(len(engine.identities.known))
    by_kind: dict[tuple[int, ...], set[tuple[int, ...]]] = {}
    for one in everyone:
        passing = (*(engine.between(one, it) for it in everyone), *(engine.between(it, one) for it in everyone))
        by_kind.setdefault(engine.kind(one), set()).add(passing)
    assert all(len(alike) == 1 for alike in by_kind.values())


@pytest.mark.parametrize("seed", range(12))
def test_a_table_says_what_its_rows_say(seed: int) -> None:
    engine = Engine.of(Worlds(Random(seed)).one(), 4)
    for way in (engine.egress, engine.ingress):
        numbers, wires = way.table
        for subject in range(way.subjects.count):
            row = way.row(subject)
            assert sum(part.wire for part in row) <= engine.cells.everything
            for peer in range(way.peers.count):
                passing = sum(part.wire for part in row if part.peers >> peer & 1)
                assert wires[int(numbers[subject, peer])] == passing
