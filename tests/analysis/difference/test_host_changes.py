"""Differences of what hosts send and take, held against the judge at the same crossing in both worlds."""

from random import Random

import pytest

from agreement import world_from
from mutated_worlds import mutated_hosts
from percale.analysis.difference.changes import Change, Parties
from percale.analysis.difference.comparing import Difference, difference
from percale.lab.layout import NODE
from percale.policy.conntrack import opens_a_flow
from percale.policy.host_path import Crossing
from percale.policy.verdict import judge
from percale.policy.world import World
from percale.traffic.addresses import Address, address
from percale.traffic.packet import Packet
from random_hosts import HostGenerator

_OWN = (address("192.0.2.1"), address("2001:db8::1"))
_BATCH = 5
_PACKETS = 100


def _worlds(seed: int) -> tuple[World, World]:
    manifests = HostGenerator(Random(seed)).host_world()
    return world_from(manifests), world_from(mutated_hosts(manifests, seed))


@pytest.mark.parametrize("batch", range(8))
def test_the_judge_changes_its_mind_at_a_crossing_where_it_is_said_to(batch: int) -> None:
    for seed in range(batch * _BATCH, (batch + 1) * _BATCH):
        found = difference(*_worlds(seed))
        generator = HostGenerator(Random(seed))
        for _ in range(_PACKETS):
            _, packet = generator.host_packet(_OWN)
            if (packet.source in _OWN) != (packet.destination in _OWN) and opens_a_flow(packet):
                _check(found, packet, f"seed {seed}: {packet}")


def _check(found: Difference, packet: Packet, says: str) -> None:
    other = packet.destination if packet.source in _OWN else packet.source
    if not _is_common(found, other):
        return
    for interface in {one.interface for world in found.worlds for one in world.host_endpoints}:
        name = "of-no-other" if interface == "*" else interface
        crossing = Crossing(NODE, *((None, name) if packet.source in _OWN else (name, None)))
        old, new = (judge(world, packet, crossing=crossing).allowed for world in found.worlds)
        said = [one for one in found.changes if _is_about(one, packet, interface, found.worlds)]
        for one in said:
            if one.everywhere:
                assert (old, new) == (not one.opens, one.opens), f"{says} at {interface}: {one.traffic}"
        assert old == new or any(one.opens == new for one in said), f"{says} at {interface} is passed over"


def _is_about(change: Change, packet: Packet, interface: str, worlds: tuple[World, World]) -> bool:
    host, other = change.sources, change.destinations
    at = packet.destination
    if packet.destination in _OWN:
        host, other, at = other, host, packet.source
    return (
        packet.version in change.versions
        and packet in change.traffic
        and any(pair.is_host and pair.new.interface == interface for pair in host.pairs)
        and _holds(other, at, worlds)
    )


def _holds(parties: Parties, at: Address, worlds: tuple[World, World]) -> bool:
    here = tuple(world.workload_at(at) for world in worlds)
    if here == (None, None):
        return int(at) in parties.addresses
    return any((one.old, one.new) == here for one in parties.pairs)


def _is_common(found: Difference, at: Address) -> bool:
    here = tuple(world.workload_at(at) for world in found.worlds)
    return here == (None, None) or any((one.old, one.new) == here for one in found.pairing.common)


def test_every_example_at_a_host_changes_its_fate_as_it_is_said_to() -> None:
    seen = 0
    for seed in range(30):
        for change in difference(*_worlds(seed)).changes:
            if change.sources.are_hosts or change.destinations.are_hosts:
                old, new = change.example.old.verdict, change.example.new.verdict
                assert (old.allowed, new.allowed) == (not change.opens, change.opens), f"seed {seed}: {change}"
                assert old.packet in change.traffic
                seen += 1
    assert seen > 60
