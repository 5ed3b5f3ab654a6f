"""What a rule decides: all that the judge has it decide, and nothing where it has it decide nothing."""

from random import Random

import pytest

from agreement import world_from
from builders import allow, deny, pod, policy, world
from percale.analysis.connectivity import Connectivity
from percale.analysis.effects import effects_of
from percale.analysis.symbolic.cells import Point
from percale.analysis.symbolic.engine import Engine
from percale.policy.reasons import Decision, RuleRef
from percale.policy.rules import Direction
from percale.policy.verdict import judge
from percale.policy.world import World
from percale.traffic.packet import Packet
from percale.traffic.traffic import point_of
from random_worlds import ELSEWHERE, Generator


@pytest.mark.parametrize("seed", range(20))
def test_what_the_judge_has_a_rule_decide_is_among_its_effects(seed: int) -> None:
    generator = Generator(Random(seed))
    here = world_from(generator.world())
    engines = {version: Connectivity(Engine.of(here, version)) for version in (4, 6)}
    for packet in (generator.packet(ELSEWHERE) for _ in range(80)):
        for decision in judge(here, packet).decisions:
            if isinstance(decision.because, RuleRef) and decision.because.policy:
                assert _is_told(here, engines[packet.version], packet, decision, decision.because)


def _is_told(here: World, connectivity: Connectivity, packet: Packet, decision: Decision, because: RuleRef) -> bool:
    assert because.policy
    cell = 1 << connectivity.engine.cells.cell_of(Point(packet.protocol, *point_of(packet)))
    (told,) = [one for one in effects_of(because.policy, connectivity) if one.rule is because.rule]
    address = packet.source if decision.direction is Direction.INGRESS else packet.destination
    peer = here.workload_at(address)
    return any(
        effect.cells & cell
        and any(peer in group.members if peer else int(address) in group.addresses for group in effect.peers)
        for effect in told.effects
    )


def test_a_rule_that_is_left_nothing_never_decides() -> None:
    here = world(
        pod("a/web", {"app": "web"}),
        policy("early", order=1, selector="app == 'web'", ingress=[allow(protocol="TCP")]),
        policy("late", order=2, ingress=[deny(protocol="TCP"), deny(source={"selector": "app == 'none'"}), deny()]),
    )
    early, late = here.policies.policies
    connectivity = Connectivity(Engine.of(here, 4))
    assert [bool(one.effects) for one in effects_of(early, connectivity)] == [True]
    assert [bool(one.effects) for one in effects_of(late, connectivity)] == [False, False, True]
