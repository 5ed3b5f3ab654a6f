"""A ruleset that follows a world is the ruleset of that world, however it came about."""

from collections.abc import Sequence
from itertools import pairwise
from random import Random

import pytest

from percale.dataplane.base_chains import WorkloadInterface
from percale.dataplane.from_policy import LiveRuleset, NodeSettings, compile_ruleset
from percale.dataplane.log_prefix import StagedLog
from percale.lab.layout import NODE
from percale.policy.endpoints import Endpoint
from percale.policy.incremental.difference import Difference
from percale.policy.incremental.resolver import Resolver
from percale.traffic.addresses import address, strict_network
from random_changes import Event, Key, State
from random_nodes import NodeGenerator
from worlds_apart import document

_SETTINGS = NodeSettings(
    NODE,
    guarded=(strict_network("10.65.0.0/24"), strict_network("fd00:65::/112")),
    interfaces=(
        WorkloadInterface("veth0", (address("10.65.0.2"),)),
        WorkloadInterface("veth1", (address("10.65.0.3"),), bridged=True),
    ),
    staged_log=StagedLog(7),
)
_SEEDS = range(12)
_EVENTS = 50


def _is_local(one: Endpoint) -> bool:
    return one.node in ("node1", "node2")


class _Node:
    """A ruleset that follows a resolver, and is compared with a fresh one."""

    def __init__(self) -> None:
        self.resolver: Resolver[Key] = Resolver()
        self.live = LiveRuleset(self.resolver.live, _is_local, _SETTINGS)

    def told(self, events: Sequence[Event]) -> None:
        self._follow(self.resolver.apply({key: document(one) if one else None for key, one in events}))

    def listed(self, state: State) -> None:
        self._follow(self.resolver.replace({key: document(one) for key, one in state.items()}))

    def _follow(self, difference: Difference) -> None:
        self.live.follow(self.resolver.live, difference)
        world = self.resolver.live.world()
        ruleset, marks = compile_ruleset(world, [one for one in world.workloads if _is_local(one)], _SETTINGS)
        assert self.live.ruleset == ruleset
        assert self.live.marks == marks


def _events(seed: int) -> list[Event]:
    return NodeGenerator(Random(seed)).events(_EVENTS)


@pytest.mark.parametrize("seed", _SEEDS)
def test_after_each_event_it_is_what_a_fresh_one_would_be(seed: int) -> None:
    node = _Node()
    for event in _events(seed):
        node.told([event])


def _after(events: Sequence[Event]) -> State:
    return {key: manifest for key, manifest in dict(events).items() if manifest}


@pytest.mark.parametrize("seed", _SEEDS)
def test_batches_of_any_size_make_the_same_ruleset(seed: int) -> None:
    events, random = _events(seed), Random(seed)
    cuts = [0, *sorted(random.sample(range(1, len(events)), 8)), len(events)]
    node = _Node()
    for first, last in pairwise(cuts):
        node.told(events[first:last])


@pytest.mark.parametrize("seed", _SEEDS)
def test_a_story_told_backwards_ends_where_it_began(seed: int) -> None:
    events = _events(seed)
    states = [_after(events[:count]) for count in range(0, len(events) + 1, 20)]
    node = _Node()
    began = node.live.ruleset
    for state in [*states, *reversed(states)]:
        node.listed(state)
    assert node.live.ruleset == began


@pytest.mark.parametrize("seed", _SEEDS)
def test_what_makes_no_difference_leaves_the_very_same_ruleset(seed: int) -> None:
    node = _Node()
    events = _events(seed)
    node.told(events)
    before = node.live.ruleset
    node.told(events)
    assert node.live.ruleset is before
    node.listed(_after(events))
    assert node.live.ruleset is before


def test_the_stories_have_all_that_rulesets_are_made_of() -> None:
    """And not only at their ends: there must be something that changes."""
    found: set[str] = set()
    for seed in _SEEDS:
        node = _Node()
        for event in _events(seed):
            key, manifest = event
            node.live.follow(node.resolver.live, node.resolver.apply({key: document(manifest) if manifest else None}))
            for table in node.live.ruleset.tables:
                named = (*table.chains, *table.sets, *table.interval_sets, *table.maps)
                found.update(name.partition("-")[0] for name in named if "-" in name)
    assert found >= {"in", "eg", "t", "l", "h", "r", "s", "m", "n", "p", "v", "w", "x", "host", "staged"}
