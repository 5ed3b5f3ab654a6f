"""Differences of what nodes forward, held against the judge's decisions at the same interface in both worlds."""

from dataclasses import replace
from itertools import product
from random import Random

import pytest

from agreement import world_from
from mutated_worlds import mutated_hosts
from percale.analysis.difference.changes import Parties
from percale.analysis.difference.comparing import Difference, difference
from percale.analysis.difference.forwarded import ForwardChange
from percale.lab.layout import NODE
from percale.policy.conntrack import opens_a_flow
from percale.policy.deciding import Question, decide_at_host
from percale.policy.host_path import Crossing
from percale.policy.policies import Hook
from percale.policy.rules import Direction
from percale.policy.verdict import judge
from percale.policy.world import World
from percale.traffic.addresses import Address, address
from percale.traffic.packet import Packet
from random_hosts import HostGenerator

_OWN = (address("192.0.2.1"), address("2001:db8::1"))
_BATCH = 5
_PACKETS = 100
_ANOTHER = "of-no-other"


def _worlds(seed: int) -> tuple[World, World]:
    manifests = HostGenerator(Random(seed)).host_world()
    return world_from(manifests), world_from(mutated_hosts(manifests, seed))


@pytest.mark.parametrize("batch", range(4))
def test_the_judge_changes_its_mind_about_what_is_listed_and_nothing_else(batch: int) -> None:
    for seed in range(batch * _BATCH, (batch + 1) * _BATCH):
        found = difference(*_worlds(seed))
        generator = HostGenerator(Random(seed))
        for _ in range(_PACKETS):
            _, packet = generator.host_packet(_OWN)
            ends = packet.source, packet.destination
            if opens_a_flow(packet) and all(one not in _OWN and _is_common(found, one) for one in ends):
                _check(found, packet, f"seed {seed}: {packet}")


def _check(found: Difference, packet: Packet, says: str) -> None:
    interfaces = {one.interface for world in found.worlds for one in world.host_endpoints}
    for interface, direction in product(interfaces, Direction):
        old, new = (_passes(world, packet, interface, direction) for world in found.worlds)
        said = [one for one in found.forwarded if _is_about(one, packet, interface, direction, found.worlds)]
        for one in said:
            if one.everywhere:
                assert (old, new) == (not one.opens, one.opens), f"{says} {direction} at {interface}: {one.traffic}"
        assert old == new or any(one.opens == new for one in said), f"{says} {direction} at {interface} is passed over"


def _passes(world: World, packet: Packet, interface: str, direction: Direction) -> bool:
    """By the host endpoint of the interface alone, as if the node had no other."""
    governing = world.host_endpoint(NODE, _ANOTHER if interface == "*" else interface)
    if governing is None:
        return True
    alone = replace(world, host_endpoints=(governing,))
    if direction is Direction.EGRESS:
        # Coming in, `*` would be asked first.
        decision = decide_at_host(Question(alone, governing, direction, packet, Hook.FORWARD))
        return decision is None or decision.allows
    inside = _ANOTHER if governing.interface == "*" else interface
    decisions = judge(alone, packet, crossing=Crossing(NODE, inside, _ANOTHER)).host
    return all(one.allows for one in decisions if one.direction is direction)


def _is_about(
    change: ForwardChange, packet: Packet, interface: str, direction: Direction, worlds: tuple[World, World]
) -> bool:
    return (
        change.direction is direction
        and change.version == packet.version
        and packet in change.traffic
        and any(host.pair.new.interface == interface for host in change.hosts)
        and _holds(change.sources, packet.source, worlds)
        and _holds(change.destinations, packet.destination, worlds)
    )


def _holds(parties: Parties, at: Address, worlds: tuple[World, World]) -> bool:
    here = tuple(world.workload_at(at) for world in worlds)
    if here == (None, None):
        return int(at) in parties.addresses
    return any((one.old, one.new) == here for one in parties.pairs)


def _is_common(found: Difference, at: Address) -> bool:
    here = tuple(world.workload_at(at) for world in found.worlds)
    return here == (None, None) or any((one.old, one.new) == here for one in found.pairing.common)


def test_every_example_is_decided_as_it_is_said_to() -> None:
    seen = 0
    for seed in range(14):
        for change in difference(*_worlds(seed)).forwarded:
            old, new = change.example
            assert (old.allowed, new.allowed) == (not change.opens, change.opens), f"seed {seed}: {old.packet}"
            assert old.packet in change.traffic
            assert old.packet.source != old.packet.destination
            seen += 1
    assert seen > 30
