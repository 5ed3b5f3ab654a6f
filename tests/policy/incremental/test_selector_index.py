"""Who is told to have joined and left is who joined and left: the index against asking everybody each time."""

from collections.abc import Iterable
from random import Random

import pytest

from percale.policy.endpoints import Endpoint, EndpointKind, EndpointPort
from percale.policy.incremental.difference import Change
from percale.policy.incremental.selector_index import SelectorIndex
from percale.policy.incremental.tracked import Tracked
from percale.selector import parse
from percale.traffic.addresses import address, single
from random_worlds import Generator


def _endpoint(labels: dict[str, str], *at: str, ports: Iterable[int] = ()) -> Endpoint:
    networks = tuple(single(address(one)) for one in at)
    found = tuple(EndpointPort(6, port, "http") for port in ports)
    return Endpoint(EndpointKind.WORKLOAD, "red", "web", labels, networks, found)


class _Story:
    """An index, and what is to be in it."""

    def __init__(self, seed: int) -> None:
        self.generator = Generator(Random(seed))
        self.random = self.generator.random
        self.index = SelectorIndex()
        self.here: list[Endpoint] = []
        self.tracked: list[Tracked] = []

    def endpoint(self) -> Endpoint:
        rollout = {"rollout": str(self.random.randrange(3))}
        at = self.random.choice(("10.65.0.2", "10.65.0.3"))
        return _endpoint(self.generator.labels() | rollout, at, ports=self.random.choice(((), (80,))))

    def changes(self) -> list[Change]:
        """Of anybody at most one."""
        going = self.random.sample(self.here, min(len(self.here), self.random.randrange(4)))
        return [
            *(Change(one, None if self.random.randrange(3) == 0 else self.endpoint()) for one in going),
            *(Change(None, self.endpoint()) for _ in range(self.random.randrange(4))),
        ]

    def select(self) -> None:
        if self.tracked and self.random.randrange(3) == 0:
            self.index.untrack(self.tracked.pop(self.random.randrange(len(self.tracked))))
        else:
            key = self.random.choice(("", f"rollout == '{self.random.randrange(3)}' && "))
            self.tracked.append(self.index.track(parse(key + self.generator.selector())))

    def matched(self, one: Tracked) -> set[Endpoint]:
        return {each for each in self.here if one.selector.matches(each.labels)}

    def take(self, changes: list[Change]) -> None:
        """Whoever looks the same before and after may stay without a word."""
        members = {one: self.matched(one) for one in self.tracked}
        shifts = {one.tracked: one for one in self.index.apply(changes)}
        assert shifts.keys() <= members.keys()
        gone = {change.before for change in changes}
        self.here = [one for one in self.here if one not in gone] + [one.after for one in changes if one.after]
        stays = {one.before: one.after for one in changes if one.before and one.after and _alike(one.before, one.after)}
        for one, were in members.items():
            are, told = self.matched(one), shifts.get(one)
            kept = {before for before, after in stays.items() if before in were and after in are}
            assert set(told.left if told else ()) == were - are - kept
            assert set(told.joined if told else ()) == are - were - {stays[before] for before in kept}

    def check(self) -> None:
        for one in self.tracked:
            assert sorted(map(id, one.members)) == sorted(map(id, self.matched(one)))
        for each in self.here:
            assert self.index.matching(each) == {one for one in self.tracked if one.selector.matches(each.labels)}


def _alike(one: Endpoint, other: Endpoint) -> bool:
    return (one.networks, one.ports, one.domains) == (other.networks, other.ports, other.domains)


@pytest.mark.parametrize("seed", range(60))
def test_members_follow_endpoints_and_selectors(seed: int) -> None:
    story = _Story(seed)
    for _ in range(25):
        for _ in range(story.random.randrange(3)):
            story.select()
        story.take(story.changes())
        story.check()


def test_nothing_is_left_of_what_is_gone() -> None:
    index = SelectorIndex()
    web, db = (_endpoint({"app": app, "tier": "x"}) for app in ("web", "db"))
    tracked = [index.track(parse(text)) for text in ("app == 'web'", "app in {'web', 'db'}", "has(tier)", "all()")]
    index.apply([Change(None, web), Change(None, db)])
    index.apply([Change(web, None), Change(db, None)])
    for one in tracked:
        index.untrack(one)
    empty = SelectorIndex()
    assert _held(index) == _held(empty)


def _held(index: SelectorIndex) -> list[object]:
    """Everything that grows."""
    filed = index._filed
    return [*vars(filed).values(), *(value for name, value in vars(index).items() if name != "_filed")]


def test_a_selector_tracked_twice_is_tracked_until_it_is_untracked_twice() -> None:
    index = SelectorIndex()
    first, second = index.track(parse("app == 'web'")), index.track(parse("app=='web'"))
    assert first is second
    index.untrack(first)
    web = _endpoint({"app": "web"})
    (shift,) = index.apply([Change(None, web)])
    assert (shift.tracked, shift.joined, shift.left) == (first, (web,), ())
    index.untrack(first)
    assert not index.apply([Change(web, None)])


def test_a_label_that_nobody_asks_for_tells_nothing() -> None:
    index = SelectorIndex()
    index.track(parse("app == 'web'"))
    before, after = (_endpoint({"app": "web", "pod-template-hash": text}) for text in "ab")
    index.apply([Change(None, before)])
    assert index.apply([Change(before, after)]) == ()


def test_a_member_that_moves_leaves_as_it_was_and_joins_as_it_is() -> None:
    index = SelectorIndex()
    web = index.track(parse("app == 'web'"))
    before, after = (_endpoint({"app": "web"}, at) for at in ("10.0.0.1", "10.0.0.2"))
    index.apply([Change(None, before)])
    (shift,) = index.apply([Change(before, after)])
    assert (shift.tracked, shift.joined, shift.left) == (web, (after,), (before,))
