"""The table of all pairs says what each pair by itself says."""

from dataclasses import replace
from random import Random

import pytest

from agreement import world_from
from percale.analysis.connectivity import Connectivity, Group
from percale.analysis.parties import private
from percale.analysis.passing import Passing, is_itself
from percale.analysis.symbolic.engine import Engine, Scope
from percale.policy.endpoints import Endpoint, EndpointKind
from percale.policy.world import World
from random_hosts import HostGenerator
from random_worlds import Generator


def _random(seed: int) -> World:
    """Some workloads of every third world have no address yet."""
    world = world_from(Generator(Random(seed)).world())
    if seed % 3:
        return world
    return replace(world, workloads=tuple(one.at() if at % 2 else one for at, one in enumerate(world.workloads)))


def _groups(connectivity: Connectivity) -> tuple[Group, ...]:
    return (*connectivity.workloads, *connectivity.hosts, *connectivity.outside)


@pytest.mark.parametrize("seed", range(60))
def test_the_table_says_of_each_pair_what_is_said_of_it_alone(seed: int) -> None:
    world = _random(seed) if seed % 2 else world_from(HostGenerator(Random(seed)).host_world())
    for version in (4, 6):
        connectivity = Connectivity(Engine.of(world, version, Scope(pod_networks=private((version,)))))
        groups = _groups(connectivity)
        wires = connectivity.engine.cells.everything, connectivity.engine.cells.opening
        for wire in wires:
            passing = Passing.of(connectivity, groups, groups, wire)
            assert passing.masks[passing.everything] == wire
            for row, source in enumerate(groups):
                for column, destination in enumerate(groups):
                    found, alone = passing.flow(row, column), connectivity.flow(source, destination)
                    assert (found.always, found.sometimes) == (alone.always & wire, alone.sometimes & wire)


def test_a_table_without_rows_is_empty() -> None:
    connectivity = Connectivity(Engine.of(_random(1), 4))
    passing = Passing.of(connectivity, (), connectivity.outside, connectivity.engine.cells.everything)
    assert passing.sometimes.size == 0


def test_flows_are_those_of_two_parties_between_which_anything_passes() -> None:
    connectivity = Connectivity(Engine.of(_random(1), 4))
    groups = _groups(connectivity)
    passing = Passing.of(connectivity, groups, groups, connectivity.engine.cells.opening)
    pairs = [(one, other) for one in groups for other in groups if one.members or other.members]
    alone = [connectivity.flow(*pair) for pair in pairs if not is_itself(*pair)]
    expected = [(flow.source, flow.destination) for flow in alone if flow.sometimes & connectivity.engine.cells.opening]
    assert [(flow.source, flow.destination) for flow in passing.flows()] == expected


@pytest.mark.parametrize(
    ("pods_on", "hosts_on", "are_one"),
    [("n1", "n1", True), ("n1", "n2", False), ("", "n1", False)],
)
def test_a_host_is_one_party_with_the_pods_that_it_runs(pods_on: str, hosts_on: str, *, are_one: bool) -> None:
    pods = Group((0,), (Endpoint(EndpointKind.WORKLOAD, "shop", "web", {}, node=pods_on),))
    hosts = Group((1,), (Endpoint(EndpointKind.HOST, "", "eth0", {}, node=hosts_on),))
    assert is_itself(pods, hosts) == is_itself(hosts, pods) == are_one
    assert is_itself(hosts, hosts)
    assert not is_itself(hosts, Group((2,)))


def test_only_a_single_pod_sends_itself_nothing() -> None:
    connectivity = Connectivity(Engine.of(_random(1), 4))
    for group in connectivity.workloads:
        copy = Group(group.identities, group.members)
        assert is_itself(group, copy) == (len(group.members) == 1)
    assert not any(is_itself(group, group) for group in connectivity.outside)
