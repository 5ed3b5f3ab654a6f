"""What selectors match, asked once for all endpoints that no selector tells apart."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property, reduce
from itertools import combinations
from operator import and_

from pyroaring import FrozenBitMap

from percale.analysis.symbolic.bitmaps import NOTHING
from percale.analysis.symbolic.labels import LabelIndex, Projection, Vocabulary
from percale.policy.endpoints import Endpoint
from percale.policy.world import World
from percale.selector import And, Selector

#: All combinations of more would take long, and a selector with as many is nobody's near miss.
_MOST_PARTS = 8


class Alike:
    """Endpoints of one sort, in groups that no selector tells apart; sets are of groups."""

    def __init__(self, endpoints: Iterable[Endpoint], vocabulary: Vocabulary) -> None:
        groups: dict[Projection, list[Endpoint]] = {}
        # Replicas have the same labels: only one of them is looked at.
        labelled: dict[tuple[tuple[str, str], ...], list[Endpoint]] = {}
        for one in endpoints:
            labels = tuple(one.labels.items())
            group = labelled.get(labels)
            if group is None:
                group = labelled[labels] = groups.setdefault(vocabulary.projection(one.labels), [])
            group.append(one)
        self.groups: Sequence[Sequence[Endpoint]] = tuple(groups.values())
        self._index = LabelIndex(tuple(groups))

    def matching(self, selector: Selector) -> FrozenBitMap:
        return self._index.matching(selector) if self.groups else NOTHING

    def members(self, held: FrozenBitMap) -> Iterator[Endpoint]:
        for number in held:
            yield from self.groups[number]

    def everyone(self) -> Iterator[Endpoint]:
        return (one for group in self.groups for one in group)

    def nearest(self, selector: Selector) -> Endpoint | None:
        """Whom most of the selector's parts hold for, if any does; of many parts, the first ones count most."""
        parts = selector.terms if isinstance(selector, And) else (selector,)
        holding = [self.matching(part) for part in parts[:_MOST_PARTS]]
        for count in range(len(holding) - 1, 0, -1):
            for some in combinations(holding, count):
                if held := reduce(and_, some):
                    return self.groups[held.min()][0]
        return None


class Inventory:
    """Of one world."""

    def __init__(self, world: World) -> None:
        self._world = world

    @cached_property
    def _vocabulary(self) -> Vocabulary:
        return Vocabulary(self._selectors())

    def _selectors(self) -> Iterator[Selector]:
        yield from (policy.subject for policy in self._world.policies.policies)
        yield from self._of_rules()

    def _of_rules(self) -> Iterator[Selector]:
        for policy in self._world.policies.policies:
            for rule in (*policy.ingress, *policy.egress):
                for entity in (rule.source, rule.destination):
                    yield from (one for one in (entity.selector, entity.not_selector) if one)

    @cached_property
    def workloads(self) -> Alike:
        return Alike(self._world.workloads, self._vocabulary)

    @cached_property
    def hosts(self) -> Alike:
        return Alike(self._world.host_endpoints, self._vocabulary)

    @cached_property
    def host_networked(self) -> Alike:
        return Alike(self._world.host_networked, self._vocabulary)

    @cached_property
    def network_sets(self) -> Alike:
        return Alike(self._world.network_sets, self._vocabulary)

    @cached_property
    def network_sets_in_use(self) -> tuple[Endpoint, ...]:
        """Those that some rule's selector matches."""
        matched = NOTHING.union(*map(self.network_sets.matching, self._of_rules()))
        return tuple(self.network_sets.members(matched))

    def is_asked(self, key: str) -> bool:
        """Whether any selector speaks of the label."""
        return self._vocabulary.mentions(key)

    def subjects(self, selector: Selector) -> bool:
        """Whether a policy's selector is about anything."""
        return bool(self.workloads.matching(selector) or self.hosts.matching(selector))

    def anything(self, selector: Selector) -> bool:
        """Whether a rule's selector is about anything."""
        return self.subjects(selector) or bool(self.network_sets.matching(selector))

    def nearest(self, selector: Selector) -> Endpoint | None:
        return self.workloads.nearest(selector) or self.hosts.nearest(selector)
