"""Whatever way resources come and go, the world is that of a fresh start, and each difference is exact."""

from collections.abc import Sequence
from itertools import pairwise
from random import Random
from typing import Any

import pytest

from percale.policy.endpoints import Endpoint
from percale.policy.incremental.difference import Change, Difference, PolicyChange
from percale.policy.incremental.resolver import Resolver
from percale.policy.incremental.stages import Stages
from percale.policy.world import World
from percale.resources.decode import decoded
from percale.resources.ip_pool import IpPool
from percale.resources.kinds import KINDS
from random_changes import ChangeGenerator, Event, Key, State
from worlds_apart import document, fresh, names_apart, only_in, plain, services_apart, told_at_once

_SEEDS = range(20)
_EVENTS = 60


def _events(seed: int) -> list[Event]:
    return ChangeGenerator(Random(seed)).events(_EVENTS)


def _after(events: Sequence[Event], state: State | None = None) -> State:
    found = dict(state or {})
    for key, manifest in events:
        if manifest is None:
            found.pop(key, None)
        else:
            found[key] = manifest
    return found


def _told(resolver: Resolver[Key], events: Sequence[Event]) -> Difference:
    """In one batch: the last word on each key counts."""
    return resolver.apply({key: document(manifest) if manifest else None for key, manifest in events})


def _assert_exact(difference: Difference, before: World, after: World) -> None:
    for name in ("workloads", "host_endpoints", "network_sets", "host_networked"):
        _assert_changes(getattr(difference, name), getattr(before, name), getattr(after, name))
    _assert_changes(difference.policies, before.policies.policies, after.policies.policies)
    assert difference.tiers == (before.policies.tiers != after.policies.tiers)
    assert difference.profiles == names_apart(before.profiles, after.profiles)
    assert difference.services == services_apart(before, after)
    assert difference.nodes == names_apart(
        {one.name: one for one in before.nodes}, {one.name: one for one in after.nodes}
    )
    settings = [(one.settings, one.settings_of_node) for one in (before, after)]
    assert difference.settings == (settings[0] != settings[1])


def _assert_changes(changes: Sequence[Change | PolicyChange], before: Sequence[Any], after: Sequence[Any]) -> None:
    gone, come = (
        ([one for one in side if one] for side in zip(*((c.before, c.after) for c in changes), strict=True))
        if changes
        else ([], [])
    )
    assert sorted(map(id, gone)) == sorted(map(id, only_in(before, after)))
    assert sorted(map(id, come)) == sorted(map(id, only_in(after, before)))
    assert all(plain(one.before) != plain(one.after) for one in changes)


@pytest.mark.parametrize("seed", _SEEDS)
def test_each_event_makes_the_world_of_a_fresh_start_by_an_exact_difference(seed: int) -> None:
    resolver: Resolver[Key] = Resolver()
    state: State = {}
    before = resolver.live.world()
    for event in _events(seed):
        difference = _told(resolver, [event])
        state = _after([event], state)
        after = resolver.live.world()
        assert plain(after) == plain(fresh(state)), event
        _assert_exact(difference, before, after)
        before = after


@pytest.mark.parametrize("seed", _SEEDS)
def test_batches_of_any_size_make_the_same_world(seed: int) -> None:
    events, random = _events(seed), Random(seed)
    cuts = [0, *sorted(random.sample(range(1, len(events)), 6)), len(events)]
    resolver: Resolver[Key] = Resolver()
    before = resolver.live.world()
    for first, last in pairwise(cuts):
        difference = _told(resolver, events[first:last])
        after = resolver.live.world()
        assert plain(after) == plain(fresh(_after(events[:last])))
        _assert_exact(difference, before, after)
        before = after


@pytest.mark.parametrize("seed", _SEEDS)
def test_a_story_told_backwards_ends_where_it_began(seed: int) -> None:
    events = _events(seed)
    states = [_after(events[:count]) for count in range(0, len(events) + 1, 7)]
    resolver: Resolver[Key] = Resolver()
    for state in [*states, *reversed(states)]:
        resolver.replace({key: document(manifest) for key, manifest in state.items()})
        assert plain(resolver.live.world()) == plain(fresh(state))
    assert plain(resolver.live.world()) == plain(Resolver[Key]().live.world())


@pytest.mark.parametrize("seed", _SEEDS)
def test_what_is_told_twice_makes_no_difference(seed: int) -> None:
    events = _events(seed)
    resolver: Resolver[Key] = Resolver()
    for event in events:
        _told(resolver, [event])
        assert not _told(resolver, [event])


@pytest.mark.parametrize("seed", _SEEDS)
def test_a_stale_listing_is_made_good_by_what_followed_it(seed: int) -> None:
    events = _events(seed)
    resolver: Resolver[Key] = Resolver()
    _told(resolver, events)
    stale = _after(events[: _EVENTS // 2])
    resolver.replace({key: document(manifest) for key, manifest in stale.items()})
    for event in events[_EVENTS // 2 :]:
        _told(resolver, [event])
    assert plain(resolver.live.world()) == plain(told_at_once(_after(events)).live.world())


@pytest.mark.parametrize("seed", _SEEDS)
def test_nothing_is_left_of_what_is_gone(seed: int) -> None:
    state = _after(_events(seed))
    resolver = told_at_once(state)
    resolver.live.world()
    difference = resolver.apply(dict.fromkeys(state))
    assert all(change.after is None for change in difference.workloads)
    assert all(change.after is None for change in difference.policies)
    resolver.live.world()
    empty = told_at_once({})
    empty.live.world()
    assert _held(resolver) == _held(empty)
    assert not resolver.problems


def _held(one: Any) -> Any:
    """Everything that grows, down to the last mapping."""
    if type(one).__module__.startswith("percale.policy.incremental"):
        return {name: _held(value) for name, value in vars(one).items() if name != "_doors"}
    return one if isinstance(one, dict | set | list) else type(one)


def test_every_kind_is_among_the_events() -> None:
    resources = [decoded(document(manifest))[0] for seed in _SEEDS for _, manifest in _events(seed) if manifest]
    assert {type(one.resource) for one in resources if one} == {kind.type for kind in KINDS}


def test_every_kind_goes_somewhere() -> None:
    assert Stages[Key]().kinds == {kind.type for kind in KINDS} - {IpPool}


def test_what_is_invalid_is_absent_until_it_is_mended() -> None:
    good = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web", "namespace": "shop"}}
    bad = good | {"spec": {"containers": [{"ports": [{"containerPort": "many"}]}]}}
    key = ("Pod", "v1", "shop", "web")
    resolver = told_at_once({key: good})
    (change,) = resolver.apply({key: document(bad)}).workloads
    assert isinstance(change.before, Endpoint)
    assert change.after is None
    assert [problem.path for problem in resolver.problems[key]] == ["spec.containers[0].ports[0].containerPort"]
    (change,) = resolver.apply({key: document(good)}).workloads
    assert change.before is None
    assert not resolver.problems


def test_what_is_put_is_returned_where_it_is_valid() -> None:
    pool = {"apiVersion": "projectcalico.org/v3", "kind": "IPPool", "metadata": {"name": "pool"}}
    resolver: Resolver[Key] = Resolver()
    key = ("IPPool", "projectcalico.org/v3", "", "pool")
    found = resolver.put(key, document(pool | {"spec": {"cidr": "10.65.0.0/16"}}))
    assert found
    assert isinstance(found.resource, IpPool)
    assert resolver.put(key, document(pool | {"spec": {"cidr": "all"}})) is None
    assert resolver.put(key, None) is None
    assert not resolver.settle()


def test_a_listing_forgets_what_is_invalid_too() -> None:
    key = ("Pod", "v1", "shop", "web")
    resolver = told_at_once({key: {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"}, "spec": 1}})
    assert resolver.problems
    resolver.replace({})
    assert not resolver.problems
