"""Which endpoints a selector matches, and which selectors match an endpoint, kept true while both come and go.

Endpoints that are alike in the labels that any selector asks for are one group, and selectors are put to groups: a pod
that joins its replicas costs one look-up, and a label that nobody asks for costs nothing more.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from itertools import chain
from operator import attrgetter

from percale.policy.endpoints import Endpoint
from percale.policy.incremental.difference import Change
from percale.policy.incremental.hanging import discard, forget
from percale.policy.incremental.shifts import Shift, Shifts
from percale.policy.incremental.tracked import Filed, Group, Tracked
from percale.policy.subjects import Label, wanted_labels
from percale.selector import Selector, keys

#: What rules see of an endpoint that they select.
_seen = attrgetter("networks", "ports", "domains")


class SelectorIndex:
    """Cheapest where selectors come first: one that asks for a label as nobody has before looks at every endpoint."""

    def __init__(self) -> None:
        self._tracked: dict[str, Tracked] = {}
        self._times: Counter[Tracked] = Counter()
        self._keys: Counter[str] = Counter()
        self._filed = Filed()
        self._groups: dict[frozenset[Label], Group] = {}
        self._groups_with: dict[Label, set[Group]] = {}
        self._group_of: dict[Endpoint, Group] = {}

    def track(self, selector: Selector) -> Tracked:
        """Its members are known at once. What is tracked twice is to be untracked twice."""
        text = str(selector)
        if text not in self._tracked:
            self._tracked[text] = self._put_to_groups(Tracked(selector))
        tracked = self._tracked[text]
        self._times[tracked] += 1
        return tracked

    def untrack(self, tracked: Tracked) -> None:
        self._times[tracked] -= 1
        if self._times[tracked]:
            return
        del self._times[tracked], self._tracked[str(tracked.selector)]
        for group in tracked.groups:
            group.matching.discard(tracked)
        self._filed.remove(tracked)
        # Groups stay as fine as they are; whoever joins from now on finds or founds a coarser one.
        forget(self._keys, keys(tracked.selector))

    def matching(self, endpoint: Endpoint) -> AbstractSet[Tracked]:
        """Every selector that matches an endpoint of the index; to be read and not to be kept."""
        return self._group_of[endpoint].matching

    def apply(self, changes: Iterable[Change]) -> tuple[Shift, ...]:
        """The endpoints' changes as changes of members."""
        shifts = Shifts()
        for change in changes:
            match change:
                case Change(None, Endpoint() as after):
                    shifts.join(self._join(after), after)
                case Change(Endpoint() as before, None):
                    shifts.leave(self._leave(before), before)
                case Change(Endpoint() as before, Endpoint() as after):
                    self._alter(before, after, shifts)
        return shifts.told()

    def _alter(self, before: Endpoint, after: Endpoint, shifts: Shifts) -> None:
        now, was = self._join(after), self._leave(before)
        if _seen(before) != _seen(after):
            shifts.leave(was, before)
            shifts.join(now, after)
        elif now is not was:
            shifts.leave(was - now, before)
            shifts.join(now - was, after)

    def _join(self, endpoint: Endpoint) -> AbstractSet[Tracked]:
        group = self._group_of[endpoint] = self._group_for(endpoint.labels)
        group.members.add(endpoint)
        return group.matching

    def _leave(self, endpoint: Endpoint) -> AbstractSet[Tracked]:
        group = self._group_of.pop(endpoint)
        group.members.remove(endpoint)
        if not group.members:
            self._dissolve(group)
        return group.matching

    def _group_for(self, labels: Mapping[str, str]) -> Group:
        asked_for = self._keys
        asked = frozenset([label for label in labels.items() if label[0] in asked_for])
        return self._groups.get(asked) or self._found(asked)

    def _found(self, asked: frozenset[Label]) -> Group:
        group = self._groups[asked] = Group(asked)
        for label in asked:
            self._groups_with.setdefault(label, set()).add(group)
        for tracked in self._filed.perhaps_matching(asked):
            tracked.introduce(group)
        return group

    def _dissolve(self, group: Group) -> None:
        asked = frozenset(group.labels.items())
        del self._groups[asked]
        for label in asked:
            discard(self._groups_with, label, group)
        for tracked in group.matching:
            tracked.groups.remove(group)

    def _put_to_groups(self, tracked: Tracked) -> Tracked:
        self._ask_for(keys(tracked.selector))
        for group in self._candidates(tracked.selector):
            tracked.introduce(group)
        self._filed.add(tracked)
        return tracked

    def _candidates(self, selector: Selector) -> Iterable[Group]:
        """Some of them twice."""
        there = self._groups_with
        rarest = min(
            wanted_labels(selector), key=lambda some: sum(len(there.get(one, ())) for one in some), default=None
        )
        if rarest is None:
            return self._groups.values()
        return chain.from_iterable(there.get(one, ()) for one in rarest)

    def _ask_for(self, asked: frozenset[str]) -> None:
        """Nobody is told: those who are told apart from now on have all matched the same so far."""
        unheard = asked - self._keys.keys()
        self._keys.update(asked)
        for key in unheard:
            for one in [one for one in self._group_of if key in one.labels]:
                self._leave(one)
                self._join(one)
