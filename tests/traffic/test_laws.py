"""What holds for every kind of set on the wire."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from percale.traffic.intervals import Intervals
from percale.traffic.regions import Region
from traffic.sets import KINDS, LAST, Kind, intervals, regions

every_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)


@every_kind
@given(data=st.data())
def test_operators_agree_with_membership(kind: Kind, data: st.DataObject) -> None:
    a, b, x = data.draw(kind.sets), data.draw(kind.sets), data.draw(kind.members)
    assert (x in (a | b)) is (x in a or x in b)
    assert (x in (a & b)) is (x in a and x in b)
    assert (x in (a - b)) is (x in a and x not in b)
    assert x in kind.everything
    assert x not in kind.nothing


@every_kind
@given(data=st.data())
def test_nothing_and_everything_are_neutral(kind: Kind, data: st.DataObject) -> None:
    a, nothing, everything = data.draw(kind.sets), kind.nothing, kind.everything
    assert a | nothing == a - nothing == a & everything == a
    assert a & nothing == nothing - a == a - a == a - everything == nothing
    assert a | everything == everything


@every_kind
@given(data=st.data())
def test_a_set_with_itself_is_itself(kind: Kind, data: st.DataObject) -> None:
    a, b = data.draw(kind.sets), data.draw(kind.sets)
    assert a | a == a & a == a
    assert a | (a & b) == a & (a | b) == a


@every_kind
@given(data=st.data())
def test_order_makes_no_difference(kind: Kind, data: st.DataObject) -> None:
    a, b, c = (data.draw(kind.sets) for _ in range(3))
    assert a | b == b | a
    assert a & b == b & a
    assert (a | b) | c == a | (b | c)
    assert (a & b) & c == a & (b & c)
    assert (a - b) - c == a - (b | c) == (a - c) - b


@every_kind
@given(data=st.data())
def test_each_operator_distributes_over_the_other(kind: Kind, data: st.DataObject) -> None:
    a, b, c = (data.draw(kind.sets) for _ in range(3))
    assert a & (b | c) == (a & b) | (a & c)
    assert a | (b & c) == (a | b) & (a | c)
    assert (a | b) - c == (a - c) | (b - c)


@every_kind
@given(data=st.data())
def test_de_morgan(kind: Kind, data: st.DataObject) -> None:
    a, b, everything = data.draw(kind.sets), data.draw(kind.sets), kind.everything
    assert everything - (a | b) == (everything - a) & (everything - b)
    assert everything - (a & b) == (everything - a) | (everything - b)
    assert everything - (everything - a) == a


@every_kind
@given(data=st.data())
def test_a_difference_and_what_it_leaves_out_make_up_the_set(kind: Kind, data: st.DataObject) -> None:
    a, b = data.draw(kind.sets), data.draw(kind.sets)
    assert (a - b) | (a & b) == a
    assert (a - b) & b == kind.nothing
    assert a - b == a & (kind.everything - b)


@every_kind
@given(data=st.data())
def test_subsets(kind: Kind, data: st.DataObject) -> None:
    a, b = data.draw(kind.sets), data.draw(kind.sets)
    assert (a <= b) is (a | b == b) is (a & b == a) is (a - b == kind.nothing)
    assert kind.nothing <= a <= kind.everything
    assert a & b <= a <= a | b
    assert a - b <= a
    assert (a <= b <= a) is (a == b)


@every_kind
@given(data=st.data())
def test_only_nothing_is_false(kind: Kind, data: st.DataObject) -> None:
    a = data.draw(kind.sets)
    assert bool(a) is (a != kind.nothing)


@every_kind
@given(data=st.data())
def test_equal_sets_are_equal_values(kind: Kind, data: st.DataObject) -> None:
    """However a set came about: equal, of one hash, and of one text."""
    a, b = data.draw(kind.sets), data.draw(kind.sets)
    again = kind.everything - ((kind.everything - a) - b) - (b - a)
    assert again == a
    assert hash(again) == hash(a)
    assert str(again) == str(a)
    assert repr(again) == repr(a)


@given(intervals)
def test_intervals_are_sorted_and_do_not_touch(a: Intervals) -> None:
    assert all(first <= last for first, last in a)
    assert all(one[1] + 1 < other[0] for one, other in zip(a.spans, a.spans[1:], strict=False))


@given(intervals)
def test_intervals_are_what_their_numbers_make(a: Intervals) -> None:
    listed = [number for number in range(-1, LAST + 2) if number in a]
    assert Intervals.of((number, number) for number in reversed(listed)) == a
    assert a.count == len(listed)
    assert [number for first, last in a for number in range(first, last + 1)] == listed


@given(intervals, st.integers(-2, LAST + 2), st.integers(-2, LAST + 2))
def test_a_complement_is_the_rest(a: Intervals, first: int, last: int) -> None:
    outside = Intervals.of((number, number) for number in range(first, last + 1) if number not in a)
    assert a.complement(first, last) == outside


@given(regions)
def test_regions_are_what_their_points_make(a: Region) -> None:
    listed = [(x, y) for x in range(LAST + 1) for y in range(LAST + 1) if (x, y) in a]
    rebuilt = Region()
    for x, y in reversed(listed):
        rebuilt |= Region.product(Intervals.single(x), Intervals.single(y))
    assert rebuilt == a


@given(regions)
def test_bands_of_a_region_are_canonical(a: Region) -> None:
    assert all(x and y for x, y in a.bands)
    assert len({y for _, y in a.bands}) == len(a.bands)
    assert [x.spans for x, _ in a.bands] == sorted(x.spans for x, _ in a.bands)
    for at, (x, _) in enumerate(a.bands):
        assert not any(x & other for other, _ in a.bands[at + 1 :])
