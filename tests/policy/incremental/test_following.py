"""Whoever follows differences has what whoever looks at the whole world has."""

from collections import Counter
from collections.abc import Iterable
from random import Random

import pytest

from percale.policy.endpoints import Endpoint
from percale.policy.incremental.difference import Difference
from percale.policy.incremental.resolver import Resolver
from percale.policy.incremental.selector_index import SelectorIndex
from percale.policy.incremental.tracked import Tracked
from percale.policy.policies import Policy
from percale.policy.world import Node, World
from percale.selector import parse
from random_changes import ChangeGenerator, Key
from worlds_apart import document

_SEEDS = range(20)
_SELECTORS = tuple(map(parse, ("all()", "app == 'web'", "pcns.app == 'web'", "!has(tier)", "env in {'prod', 'dev'}")))


class _Follower:
    """Members of some selectors, and the policies of each endpoint."""

    def __init__(self) -> None:
        self.index = SelectorIndex()
        self.members: dict[Tracked, Counter[str]] = {self.index.track(one): Counter() for one in _SELECTORS}
        self.subjects: dict[Policy, Tracked] = {}

    def follow(self, difference: Difference) -> None:
        """Policies come before endpoints or after them: here each in its turn."""
        for change in difference.policies:
            if change.before:
                self.index.untrack(self.subjects.pop(change.before))
            if change.after:
                self.subjects[change.after] = self.index.track(change.after.subject)
        for shift in self.index.apply((*difference.workloads, *difference.host_endpoints, *difference.network_sets)):
            if shift.tracked in self.members:
                self.members[shift.tracked].update(map(_seen, shift.joined))
                self.members[shift.tracked].subtract(map(_seen, shift.left))


def _objects(world: World) -> Iterable[Endpoint]:
    return (*world.workloads, *world.host_endpoints, *world.network_sets)


def _seen(one: Endpoint) -> str:
    """As rules see it: that a member is another object with the same networks is nobody's news."""
    return f"{one.networks} {one.ports} {one.domains}"


@pytest.mark.parametrize("seed", _SEEDS)
def test_members_and_subjects_are_those_of_the_world(seed: int) -> None:
    resolver: Resolver[Key] = Resolver()
    follower = _Follower()
    for key, manifest in ChangeGenerator(Random(seed)).events(60):
        follower.follow(resolver.apply({key: document(manifest) if manifest else None}))
        world = resolver.live.world()
        for tracked, members in follower.members.items():
            matched = [one for one in _objects(world) if tracked.selector.matches(one.labels)]
            assert +members == Counter(map(_seen, matched))
            assert set(tracked.members) == set(matched)
        assert follower.subjects.keys() == set(world.policies.policies)
        for one in _objects(world):
            selecting = {policy for policy in world.policies.policies if policy.subject.matches(one.labels)}
            matching = follower.index.matching(one)
            assert {policy for policy, subject in follower.subjects.items() if subject in matching} == selecting


@pytest.mark.parametrize("seed", _SEEDS)
def test_the_parts_of_a_live_world_are_those_of_the_whole(seed: int) -> None:
    resolver: Resolver[Key] = Resolver()
    live = resolver.live
    for key, manifest in ChangeGenerator(Random(seed)).events(60):
        resolver.apply({key: document(manifest) if manifest else None})
        world = live.world()
        assert set(live.workloads) == set(world.workloads)
        assert set(live.host_endpoints) == set(world.host_endpoints)
        assert set(live.network_sets) == set(world.network_sets)
        assert set(live.host_networked) == set(world.host_networked)
        assert live.policies is world.policies
        assert live.profiles == world.profiles
        assert live.services == world.services
        assert live.nodes == {node.name: node for node in world.nodes}
        for name in ("node1", "node2", "elsewhere"):
            assert live.node(name) == world.node(name)
            assert live.settings_for(name) == world.settings_for(name)
    assert live.node("unheard-of") == Node("unheard-of")
