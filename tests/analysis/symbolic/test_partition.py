from collections.abc import Iterable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyroaring import FrozenBitMap

from percale.analysis.symbolic.bits import each, ones
from percale.analysis.symbolic.partition import Partition, partition

_SIZE = 40
families = st.lists(st.frozensets(st.integers(0, _SIZE - 1)), max_size=8)


def _of(family: Iterable[Iterable[int]]) -> Partition:
    return partition(map(FrozenBitMap, family), _SIZE)


@given(families)
def test_numbers_share_a_class_exactly_if_no_set_tells_them_apart(family: list[frozenset[int]]) -> None:
    found = _of(family)
    signatures = [tuple(number in one for one in family) for number in range(_SIZE)]
    for one in range(_SIZE):
        for other in range(_SIZE):
            assert (found.class_of[one] == found.class_of[other]) == (signatures[one] == signatures[other])


@given(families)
def test_a_column_is_its_set_over_classes(family: list[frozenset[int]]) -> None:
    found = _of(family)
    for numbers in map(FrozenBitMap, family):
        classes = found.classes(numbers).tolist()
        assert classes == sorted({int(found.class_of[number]) for number in numbers})
        assert classes == list(each(found.column(numbers)))
    assert found.column(FrozenBitMap()) == 0
    assert found.column(FrozenBitMap(range(_SIZE))) == ones(found.count)


@given(families)
def test_classes_are_numbered_by_their_least_members(family: list[frozenset[int]]) -> None:
    found = _of(family)
    assert found.members.tolist() == sorted(found.members.tolist())
    assert [int(found.class_of[member]) for member in found.members] == list(range(found.count))
    assert [found.class_of.tolist().index(number) for number in range(found.count)] == found.members.tolist()


@given(families)
def test_the_order_of_the_sets_does_not_matter(family: list[frozenset[int]]) -> None:
    assert _of(family).class_of.tolist() == _of(family[::-1]).class_of.tolist()


def test_more_numbers_than_are_looked_at_together_make_the_same_classes() -> None:
    size, width = 4000, 1900
    family = [FrozenBitMap(range(first, first + width)) for first in range(0, size - width, 3)]
    found = partition(family, size)
    edges = {edge for one in family for edge in (one.min(), one.max() + 1)}
    assert found.members.tolist() == sorted(edges - {size} | {0})
    assert all(len(found.classes(one)) == len(set(found.class_of[list(one)])) for one in family)


@pytest.mark.parametrize("split", [{0, 1}, {1, 2}, {0, 2}, {0}, {2}, {0, 1, 2}], ids=str)
def test_a_collision_of_signatures_is_no_answer(monkeypatch: pytest.MonkeyPatch, split: set[int]) -> None:
    """All words alike: every set that has a member in common looks like every other."""

    class NotRandom:
        def integers(self, *given: int, dtype: type) -> object:
            return np.zeros(given[-1], dtype)

    monkeypatch.setattr(np.random, "default_rng", lambda _: NotRandom())
    if split == {0, 1, 2}:
        assert partition([FrozenBitMap(split)], 3).count == 1
    else:
        with pytest.raises(AssertionError, match="one signature"):
            partition([FrozenBitMap(split)], 3)
