import itertools

from hypothesis import given
from hypothesis import strategies as st

from percale.analysis.symbolic.bits import bits_from, bits_of, each, flags_of, indices_of, ones, runs

_SIZE = 200
sets = st.sets(st.integers(0, _SIZE - 1))


@given(sets)
def test_bits_are_the_set_in_every_form(members: set[int]) -> None:
    bits = bits_of(sorted(members), _SIZE)
    assert bits == sum(1 << member for member in members)
    assert list(each(bits)) == indices_of(bits, _SIZE).tolist() == sorted(members)
    assert bits_from(flags_of(bits, _SIZE)) == bits
    assert bits & ones(_SIZE) == bits


@given(sets)
def test_runs_are_apart_and_hold_the_set(members: set[int]) -> None:
    found = list(runs(bits_of(sorted(members), _SIZE)))
    assert {number for first, last in found for number in range(first, last + 1)} == members
    assert all(last + 1 < first for (_, last), (first, _) in itertools.pairwise(found))


def test_a_set_without_members_is_no_bits() -> None:
    assert bits_of([], 0) == 0
    assert not list(runs(0))
    assert not list(each(0))
    assert flags_of(0, 0).tolist() == []
