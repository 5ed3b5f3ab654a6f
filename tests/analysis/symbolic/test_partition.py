from hypothesis import given
from hypothesis import strategies as st

from percale.analysis.symbolic.bits import each, ones
from percale.analysis.symbolic.partition import partition

_SIZE = 40
families = st.lists(st.integers(0, ones(_SIZE)), max_size=8)


@given(families)
def test_numbers_share_a_class_exactly_if_no_set_tells_them_apart(family: list[int]) -> None:
    found = partition(family, _SIZE)
    signatures = [tuple(bits >> number & 1 for bits in family) for number in range(_SIZE)]
    for one in range(_SIZE):
        for other in range(_SIZE):
            assert (found.class_of[one] == found.class_of[other]) == (signatures[one] == signatures[other])


@given(families)
def test_a_column_is_its_set_over_classes(family: list[int]) -> None:
    found = partition(family, _SIZE)
    for bits, column in zip(family, found.columns, strict=True):
        assert column == found.column(bits)
        assert {int(found.class_of[number]) for number in each(bits)} == set(each(column))
    assert found.column(0) == 0
    assert found.column(ones(_SIZE)) == ones(found.count)


@given(families)
def test_classes_are_numbered_by_their_least_members(family: list[int]) -> None:
    found = partition(family, _SIZE)
    assert found.members.tolist() == sorted(found.members.tolist())
    assert [int(found.class_of[member]) for member in found.members] == list(range(found.count))
    assert [found.class_of.tolist().index(number) for number in range(found.count)] == found.members.tolist()


@given(families)
def test_the_order_of_the_sets_does_not_matter(family: list[int]) -> None:
    assert partition(family, _SIZE).class_of.tolist() == partition(family[::-1], _SIZE).class_of.tolist()
