"""Selectors that are followed, the groups of endpoints that they match, and how to find either without asking all."""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import chain

from percale.policy.endpoints import Endpoint
from percale.policy.incremental.hanging import discard, forget
from percale.policy.subjects import Label, wanted_labels
from percale.selector import Selector


class Group:
    """Endpoints that get the same answer from every selector; there is none without members."""

    __slots__ = ("labels", "matching", "members")

    def __init__(self, labels: Iterable[Label]) -> None:
        self.labels = dict(labels)
        self.members: set[Endpoint] = set()
        self.matching: set[Tracked] = set()


class Tracked:
    """A selector that an index follows; equal selectors are followed as one."""

    __slots__ = ("groups", "selector")

    def __init__(self, selector: Selector) -> None:
        self.selector = selector
        #: The index's own.
        self.groups: set[Group] = set()

    @property
    def members(self) -> Iterator[Endpoint]:
        """In no particular order."""
        return chain.from_iterable(group.members for group in self.groups)

    def introduce(self, group: Group) -> None:
        """Each knows of the other from then on, if they match."""
        if self.selector.matches(group.labels):
            self.groups.add(group)
            group.matching.add(self)


class Filed:
    """Selectors by labels of which whoever they match has one; under None those that want none in particular."""

    def __init__(self) -> None:
        self._under: dict[Label | None, set[Tracked]] = {}
        self._labels_of: dict[Tracked, tuple[Label | None, ...]] = {}
        self._wanted: Counter[Label] = Counter()

    def add(self, tracked: Tracked) -> None:
        terms = tuple(wanted_labels(tracked.selector))
        self._wanted.update(chain.from_iterable(terms))
        rarest = min(terms, key=lambda labels: sum(self._wanted[label] for label in labels), default=(None,))
        self._labels_of[tracked] = rarest
        for label in rarest:
            self._under.setdefault(label, set()).add(tracked)

    def remove(self, tracked: Tracked) -> None:
        for label in self._labels_of.pop(tracked):
            discard(self._under, label, tracked)
        forget(self._wanted, chain.from_iterable(wanted_labels(tracked.selector)))

    def perhaps_matching(self, labels: Iterable[Label]) -> Iterator[Tracked]:
        """Some of them twice."""
        return chain.from_iterable(self._under.get(label, ()) for label in (None, *labels))
