"""The engine's sets held against the judge's word, over random worlds of every dialect."""

from random import Random

import pytest

from agreement import world_from
from percale.analysis.symbolic.engine import Engine
from percale.policy.verdict import judge
from random_worlds import ELSEWHERE, Generator

_WORLDS_IN_A_BATCH = 20
_PACKETS = 200


@pytest.mark.parametrize("batch", range(10))
def test_engine_says_of_every_packet_what_the_judge_says(batch: int) -> None:
    for seed in range(batch * _WORLDS_IN_A_BATCH, (batch + 1) * _WORLDS_IN_A_BATCH):
        generator = Generator(Random(seed))
        world = world_from(generator.world())
        engines = {version: Engine.of(world, version) for version in (4, 6)}
        for _ in range(_PACKETS):
            packet = generator.packet(ELSEWHERE)
            assert engines[packet.version].admits(packet) == judge(world, packet).allowed, f"seed {seed}: {packet}"
