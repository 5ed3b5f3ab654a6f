"""Workloads without an address: what always and what sometimes passes, against the judge of them placed somewhere."""

from collections.abc import Iterator
from dataclasses import replace
from random import Random

import pytest

from percale.analysis.connectivity import Connectivity, Flow
from percale.analysis.symbolic.bits import each
from percale.analysis.symbolic.cells import Point
from percale.analysis.symbolic.engine import Engine, Scope
from percale.analysis.witness import witness
from percale.policy.endpoints import Endpoint
from percale.policy.verdict import judge
from percale.policy.world import World
from percale.traffic.addresses import Address, address_at, lenient_network
from percale.traffic.packet import Packet
from percale.traffic.protocols import PROTOCOLS_WITH_PORTS
from symbolic_worlds import Worlds

_NETWORKS = tuple(map(lenient_network, ("10.65.0.0/23", "fd00:65::/111")))
_PLACES, _PAIRS = 4, 12


def _world(random: Random) -> World:
    """Half of the workloads without an address; nobody on a node, since own hosts are left aside."""
    world = replace(Worlds(random).one(), nodes=())
    workloads = tuple(one.at() if random.randrange(2) else one for one in world.workloads)
    return replace(world, workloads=workloads)


@pytest.mark.parametrize("version", [4, 6])
@pytest.mark.parametrize("seed", range(8))
def test_what_passes_wherever_workloads_are_placed_is_between_always_and_sometimes(seed: int, version: int) -> None:
    random = Random(seed)
    world = _world(random)
    engine = Engine.of(world, version, Scope(pod_networks=_NETWORKS))
    for flow, source, destination in _flows(Connectivity(engine), random):
        for _ in range(_PLACES):
            placed, ends = _placed(world, (source, destination), random, version)
            for cell in random.sample(range(engine.cells.size), min(6, engine.cells.size)):
                packet = _packet(*ends, engine.cells.example(1 << cell))
                allowed = judge(placed, packet).allowed
                assert flow.sometimes >> cell & 1 if allowed else not flow.always >> cell & 1, packet


@pytest.mark.parametrize("version", [4, 6])
@pytest.mark.parametrize("seed", range(8))
def test_a_witness_has_the_verdict_that_it_is_a_witness_of(seed: int, version: int) -> None:
    random = Random(seed)
    engine = Engine.of(_world(random), version, Scope(pod_networks=_NETWORKS))
    for flow, _, _ in _flows(Connectivity(engine), random):
        for cell in each(engine.cells.everything):
            for passes, held in ((True, flow.sometimes), (False, engine.cells.everything & ~flow.always)):
                if held >> cell & 1 and random.randrange(4) == 0:
                    found = witness(engine, flow.source, flow.destination, 1 << cell, passes=passes)
                    assert found.verdict().allowed is passes


def _flows(connectivity: Connectivity, random: Random) -> Iterator[tuple[Flow, Endpoint, Endpoint]]:
    """Between workloads that the judge finds at their addresses: it knows one at each."""
    world = connectivity.engine.world
    every = ((one, group) for group in connectivity.workloads for one in group.members)
    groups = {one: group for one, group in every if all(world.workload_at(at) is one for at in one.addresses)}
    for _ in range(_PAIRS if len(groups) > 1 else 0):
        source, destination = random.sample(list(groups), 2)
        yield connectivity.flow(groups[source], groups[destination]), source, destination


def _placed(
    world: World, pair: tuple[Endpoint, Endpoint], random: Random, version: int
) -> tuple[World, tuple[Address, Address]]:
    """Those without an address of the IP version at one that nobody has, the others at one of theirs."""
    taken = {at for one in world.workloads for at in one.addresses}
    moved: dict[Endpoint, Endpoint] = {}
    ends: list[Address] = []
    for one in pair:
        own = [at for at in one.addresses if at.version == version]
        if not own:
            own = [_free(taken, random, version)]
            moved[one] = one.at(*own)
        ends.append(random.choice(own))
        taken.add(ends[-1])
    workloads = tuple(moved.get(one, one) for one in world.workloads)
    return replace(world, workloads=workloads), (ends[0], ends[1])


def _free(taken: set[Address], random: Random, version: int) -> Address:
    """Near the edges of what rules name, where addresses are told apart."""
    first = next(int(one.network_address) for one in _NETWORKS if one.version == version)
    ends = (0, 256) if version == 4 else (0, 65536)
    while True:
        found = address_at(first + random.choice(ends) + random.randrange(256), version)
        if found not in taken:
            return found


def _packet(source: Address, destination: Address, point: Point) -> Packet:
    if point.protocol in PROTOCOLS_WITH_PORTS:
        return Packet(source, destination, point.protocol, point.x, point.y)
    return Packet(source, destination, point.protocol, icmp_type=point.x, icmp_code=point.y)
