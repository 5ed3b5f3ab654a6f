"""What a host's own processes send and take, held against the judge at the same crossing."""

from random import Random

import pytest

from agreement import world_from
from percale.analysis.symbolic.cells import Point
from percale.analysis.symbolic.engine import Engine
from percale.lab.layout import NODE
from percale.policy.host_path import Crossing
from percale.policy.rules import Direction
from percale.policy.verdict import judge
from percale.policy.world import World
from percale.traffic.addresses import address
from percale.traffic.packet import Packet
from percale.traffic.traffic import point_of
from random_hosts import HostGenerator

_OWN = (address("192.0.2.1"), address("2001:db8::1"))
_WORLDS_IN_A_BATCH = 20
_PACKETS = 100


@pytest.mark.parametrize("batch", range(6))
def test_engine_lets_through_a_host_what_the_judge_lets_through(batch: int) -> None:
    for seed in range(batch * _WORLDS_IN_A_BATCH, (batch + 1) * _WORLDS_IN_A_BATCH):
        generator = HostGenerator(Random(seed))
        world = world_from(generator.host_world())
        engines = {version: Engine.of(world, version) for version in (4, 6)}
        for _ in range(_PACKETS):
            sender, packet = generator.host_packet(_OWN)
            if NODE in (sender, _receiver(packet)):
                _check(world, engines[packet.version], packet, f"seed {seed}: {packet}")


def _receiver(packet: Packet) -> str:
    return NODE if packet.destination in _OWN else ""


def _check(world: World, engine: Engine, packet: Packet, says: str) -> None:
    is_egress = packet.source in _OWN
    own, other = (packet.source, packet.destination) if is_egress else (packet.destination, packet.source)
    direction = Direction.EGRESS if is_egress else Direction.INGRESS
    cell = engine.cells.cell_of(Point(packet.protocol, *point_of(packet)))
    for host in world.host_endpoints:
        interface = "of-no-other" if host.interface == "*" else host.interface
        crossing = Crossing(NODE, *((None, interface) if is_egress else (interface, None)))
        passing = engine.past_host(host, direction, engine.identity(own), engine.identity(other))
        judged = all(one.allows for one in judge(world, packet, crossing=crossing).host)
        assert bool(passing >> cell & 1) == judged, f"{says} at {host}"
