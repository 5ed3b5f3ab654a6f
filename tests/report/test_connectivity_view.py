"""What is shown passes and what is not shown does not, by the word of the judge."""

from dataclasses import replace
from random import Random

import pytest

from agreement import world_from
from builders import allow, pod, policy, resource, world
from examples.example_worlds import EXAMPLES, manifests
from percale.analysis.witness import witness
from percale.policy.from_resources import world_of
from percale.policy.world import World
from percale.report.connectivity_blocks import by_source
from percale.report.connectivity_view import View
from percale.traffic.intervals import Intervals
from random_hosts import HostGenerator, scattered
from random_worlds import Generator
from report.connectivity_views import view_of

SHOWN = ("october", "picocluster", "customer-isolation", "gardener-demo")


def _random(seed: int) -> World:
    made = world_from(Generator(Random(seed)).world())
    return replace(made, workloads=tuple(one.at() if seed % 2 else one for one in made.workloads))


def _judged(view: View) -> int:
    """Puts packets of all pairs to the judge, of what passes and of what does not; how many."""
    packets, whole = 0, view.passing.masks[view.passing.everything]
    for row, source in enumerate(view.sources):
        for column, destination in enumerate(view.destinations):
            flow = view.passing.flow(row, column)
            told = (row, column) in view.pairs()
            if view.is_itself(row, column) or (source.is_outside and destination.is_outside):
                assert not told
                continue
            if not destination.name:
                assert told == bool(flow.sometimes)
            for wire, passes in (
                (flow.always, True),
                (flow.sometimes & ~flow.always, True),
                (whole & ~flow.sometimes, False),
            ):
                if wire:
                    found = witness(view.connectivity.engine, source, destination, wire, passes=passes)
                    assert found.verdict().allowed == passes, found.packet
                    packets += 1
    return packets


def test_every_example_is_shown() -> None:
    assert {path.name for path in EXAMPLES.iterdir() if path.is_dir()} >= set(SHOWN)


@pytest.mark.parametrize("name", SHOWN)
def test_the_judge_confirms_what_is_shown_of_an_example(name: str) -> None:
    view = view_of(world_of(manifests(name)))
    assert _judged(view) >= len(view.pairs())
    assert _judged(view.simplified()) >= len(view.simplified().pairs())


@pytest.mark.parametrize("seed", range(30))
def test_the_judge_confirms_what_is_shown_of_a_random_world(seed: int) -> None:
    for version in (4, 6):
        view = view_of(_random(seed), version)
        if view.sources:
            _judged(view)


@pytest.mark.parametrize("seed", range(20))
def test_the_judge_confirms_what_is_shown_of_hosts(seed: int) -> None:
    for version in (4, 6):
        view = view_of(_with_hosts(seed), version)
        assert view.has_hosts
        assert _judged(view)
        assert _judged(view.simplified())


def _with_hosts(seed: int) -> World:
    return scattered(world_from(HostGenerator(Random(seed)).host_world()))


@pytest.mark.parametrize(("node", "shown"), [("n1", False), ("n2", True)])
def test_a_host_and_its_own_pods_are_not_shown(node: str, *, shown: bool) -> None:
    eth0 = resource(
        "projectcalico.org/v3",
        "HostEndpoint",
        "eth0",
        spec={"node": "n1", "interfaceName": "eth0", "expectedIPs": ["192.0.2.1"]},
    )
    view = view_of(world(pod("shop/web", nodeName=node), eth0))
    named = {group: view.names.name(group) for group in (*view.sources, *view.destinations)}
    ends = [(named[view.sources[row]], named[view.destinations[column]]) for row, column in view.pairs()]
    assert (("host:n1", "shop/web") in ends) == shown
    assert ("host:n1", "everything outside") in ends


@pytest.mark.parametrize("seed", range(30))
def test_taking_groups_together_changes_no_answer(seed: int) -> None:
    view = view_of(_random(seed))
    assert _flat(view.simplified()) == _flat(view)


def _flat(view: View) -> set[tuple[str, str, str, str]]:
    """By single members and by networks."""
    ends = {}
    for group in (*view.sources, *view.destinations):
        whole = view.names.outside.whole(group.addresses)
        ends[group] = view.names.members(group) or [f"{group.name} {span}" for span in _atoms(view, whole)]
    return {
        (source, destination, *view.words(int(view.answers[row, column])))
        for row, column in view.pairs()
        for source in ends[view.sources[row]]
        for destination in ends[view.destinations[column]]
        if source != destination
    }


def _atoms(view: View, addresses: Intervals) -> list[int]:
    atoms = view.connectivity.engine.identities.atoms
    return [start for start in atoms.starts if start in addresses]


@pytest.mark.parametrize("seed", range(30))
def test_blocks_tell_of_each_shown_pair_once(seed: int) -> None:
    view = view_of(_random(seed))
    told = [
        (source, destination)
        for block in by_source(view) or ()
        for entry in block.entries
        for source in block.groups
        for destination in entry.peers
    ]
    pairs = [(view.sources[row], view.destinations[column]) for row, column in view.pairs()]
    # A group taken together with others may be named as its own peer.
    assert {pair for pair in told if pair[0] is not pair[1]} == {pair for pair in pairs if pair[0] is not pair[1]}
    assert len(told) == len(set(told))


def test_a_name_is_told_only_where_it_makes_a_difference() -> None:
    by_name = allow(protocol="TCP", destination={"domains": ["*.example.com"], "ports": [443]})
    here = world(
        pod("shop/web", {"app": "web"}),
        pod("shop/open", {"app": "open"}),
        policy("shop/web", selector="app == 'web'", types=["Egress"], egress=[by_name]),
    )
    view = view_of(here)
    told = {
        (view.names.name(view.sources[row]), view.names.name(view.destinations[column])): view.words(
            int(view.answers[row, column])
        )
        for row, column in view.pairs()
        if view.destinations[column].is_outside
    }
    assert told == {
        ("shop/web", "*.example.com"): ("TCP to 443", ""),
        ("shop/open", "everything outside"): ("everything", ""),
    }
