"""Differences of random worlds held against the judge, and against the same found without any shortcut."""

from itertools import product
from random import Random

import pytest

from agreement import world_from
from mutated_worlds import mutated
from percale.analysis.difference.changes import Change, Parties
from percale.analysis.difference.comparing import Difference, difference, plain_difference
from percale.policy.conntrack import opens_a_flow
from percale.policy.verdict import judge
from percale.policy.world import World
from percale.traffic.addresses import Address
from percale.traffic.intervals import EMPTY, Intervals
from percale.traffic.packet import Packet
from random_worlds import ELSEWHERE, Generator, Manifest

_BATCH = 10
_PACKETS = 250


def _worlds(seed: int) -> tuple[list[Manifest], list[Manifest]]:
    manifests = Generator(Random(seed)).world()
    return manifests, mutated(manifests, seed, policies_only=seed % 2 == 0)


def _lists(found: Difference, packet: Packet) -> bool:
    return any(_is_about(one, packet, found.worlds) for one in found.changes)


def _is_about(change: Change, packet: Packet, worlds: tuple[World, World]) -> bool:
    return (
        packet.version in change.versions
        and packet in change.traffic
        and _holds(change.sources, packet.source, worlds)
        and _holds(change.destinations, packet.destination, worlds)
    )


def _holds(parties: Parties, address: Address, worlds: tuple[World, World]) -> bool:
    here = tuple(world.workload_at(address) for world in worlds)
    return (
        int(address) in parties.addresses
        if here == (None, None)
        else any((one.old, one.new) == here for one in parties.pairs)
    )


def _is_common(found: Difference, address: Address) -> bool:
    here = tuple(world.workload_at(address) for world in found.worlds)
    return here == (None, None) or any((one.old, one.new) == here for one in found.pairing.common)


@pytest.mark.parametrize("batch", range(15))
def test_the_judge_changes_its_mind_about_the_packets_that_are_listed_and_no_other(batch: int) -> None:
    for seed in range(batch * _BATCH, (batch + 1) * _BATCH):
        before, after = _worlds(seed)
        old, new = world_from(before), world_from(after)
        found = difference(old, new)
        generator = Generator(Random(seed))
        for _ in range(_PACKETS):
            packet = generator.packet(ELSEWHERE)
            if _is_common(found, packet.source) and _is_common(found, packet.destination):
                changed = judge(old, packet).allowed != judge(new, packet).allowed
                assert (_lists(found, packet) and opens_a_flow(packet)) == changed, f"seed {seed}: {packet}"


@pytest.mark.parametrize("batch", range(6))
def test_every_example_changes_its_fate_as_it_is_said_to(batch: int) -> None:
    for seed in range(batch * _BATCH, (batch + 1) * _BATCH):
        before, after = _worlds(seed)
        for change in difference(world_from(before), world_from(after)).changes:
            old, new = change.example.old.verdict, change.example.new.verdict
            assert (old.allowed, new.allowed) == (not change.opens, change.opens), f"seed {seed}: {change}"
            assert old.packet in change.traffic


def test_rows_that_are_left_out_have_nothing_to_say() -> None:
    told = 0
    for seed in range(0, 200, 2):
        before, after = _worlds(seed)
        old, new = world_from(before), world_from(after)
        found = _said(difference(old, new))
        assert found == _said(plain_difference(old, new)), f"seed {seed}"
        told += len(found)
    assert told > 250


def _said(found: Difference) -> dict[str, Intervals]:
    """Who changes to whom about what, with the addresses outside that it is so for."""
    said: dict[str, Intervals] = {}
    for one in found.changes:
        outside = one.sources.addresses | one.destinations.addresses
        for version, source, destination in product(one.versions, _each(one.sources), _each(one.destinations)):
            key = f"{version} {one.opens} {source} {destination} {one.traffic}"
            said[key] = said.get(key, EMPTY) | outside
    return said


def _each(parties: Parties) -> list[str]:
    return [str(pair.old) for pair in parties.pairs] or [f"outside {parties.name}"]
