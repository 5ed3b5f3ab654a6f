"""Which of many objects a selector holds for: asked of each distinct label value, never of each object."""

from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from operator import and_

from pyroaring import FrozenBitMap

from percale.analysis.symbolic.bitmaps import NOTHING, below
from percale.selector import (
    All,
    And,
    Comparison,
    Contains,
    EndsWith,
    Equals,
    Global,
    In,
    Not,
    NotEquals,
    NotIn,
    Or,
    Selector,
    StartsWith,
    fold,
    leaves,
)

#: Stands for every value that no selector names.
ANOTHER = "\0another"

_COMPOUND = (Not, And, Or)

Labels = Mapping[str, str]
Projection = frozenset[tuple[str, str]]


class Vocabulary:
    """The keys and values that selectors mention: what else labels say makes no difference."""

    def __init__(self, selectors: Iterable[Selector]) -> None:
        #: None where every value may make a difference.
        self._values: dict[str, set[str] | None] = {}
        for selector in selectors:
            for leaf in leaves(selector):
                self._learn(leaf)

    def _learn(self, leaf: Comparison) -> None:
        match leaf:
            case All() | Global():
                return
            case Contains(key=key) | StartsWith(key=key) | EndsWith(key=key):
                self._values[key] = None
            case Equals(key=key, value=value) | NotEquals(key=key, value=value):
                self._add(key, (value,))
            case In(key=key, values=values) | NotIn(key=key, values=values):
                self._add(key, values)
            case _:
                self._add(leaf.key, ())

    def _add(self, key: str, values: Iterable[str]) -> None:
        known = self._values.setdefault(key, set())
        if known is not None:
            known.update(values)

    def mentions(self, key: str) -> bool:
        return key in self._values

    def projection(self, labels: Labels) -> Projection:
        """Objects with equal projections are alike for every selector."""
        values = self._values
        return frozenset(
            [
                (key, value if (known := values[key]) is None or value in known else ANOTHER)
                for key, value in labels.items()
                if key in values
            ]
        )


class LabelIndex:
    """Over projections; the sets are of positions in the sequence."""

    def __init__(self, projections: Sequence[Projection]) -> None:
        positions: dict[str, dict[str, list[int]]] = {}
        for position, projection in enumerate(projections):
            for key, value in projection:
                positions.setdefault(key, {}).setdefault(value, []).append(position)
        self._everything = below(len(projections))
        self._with_value = {
            key: {value: FrozenBitMap(found) for value, found in by_value.items()}
            for key, by_value in positions.items()
        }
        self._of_comparison: dict[Comparison, FrozenBitMap] = {}
        self._of_selector: dict[int, tuple[Selector, FrozenBitMap]] = {}

    def matching(self, selector: Selector) -> FrozenBitMap:
        # By identity: to compare two large selectors costs more than to evaluate one.
        known = self._of_selector.get(id(selector))
        if known is None:
            known = self._of_selector[id(selector)] = selector, self._evaluated(selector)
        return known[1]

    def _evaluated(self, selector: Selector) -> FrozenBitMap:
        if isinstance(selector, And):
            # Most selectors are comparisons joined, and to walk them as trees would take most of the time.
            flat = [term for term in selector.terms if not isinstance(term, _COMPOUND)]
            if len(flat) == len(selector.terms):
                return reduce(and_, map(self._compared, flat))
        return fold(
            selector,
            comparison=self._compared,
            negated=lambda found: self._everything - found,
            every=lambda terms: reduce(and_, terms),
            some=lambda terms: NOTHING.union(*terms),
        )

    def _compared(self, leaf: Comparison) -> FrozenBitMap:
        if isinstance(leaf, Equals):
            return self._with_value.get(leaf.key, {}).get(leaf.value, NOTHING)
        found = self._of_comparison.get(leaf)
        if found is None:
            found = self._of_comparison[leaf] = self._asked_of_values(leaf)
        return found

    def _asked_of_values(self, leaf: Comparison) -> FrozenBitMap:
        if isinstance(leaf, All | Global):
            return self._everything
        with_value = self._with_value.get(leaf.key, {})
        matched = NOTHING.union(*(held for value, held in with_value.items() if leaf.matches({leaf.key: value})))
        without = self._everything - NOTHING.union(*with_value.values()) if leaf.matches({}) else NOTHING
        return matched | without
