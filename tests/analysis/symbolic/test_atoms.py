from hypothesis import given
from hypothesis import strategies as st

from percale.analysis.symbolic.atoms import Atoms
from percale.analysis.symbolic.bits import each
from percale.traffic.addresses import LAST_ADDRESS
from percale.traffic.intervals import Intervals

_numbers = st.integers(0, 40) | st.sampled_from([LAST_ADDRESS[4] - 1, LAST_ADDRESS[4]])
_spans = st.tuples(_numbers, _numbers).map(lambda pair: (min(pair), max(pair)))
families = st.lists(st.lists(_spans, max_size=3).map(Intervals.of), max_size=5)


@given(families, st.lists(_numbers, max_size=20))
def test_addresses_are_in_one_atom_exactly_if_no_set_tells_them_apart(
    family: list[Intervals], numbers: list[int]
) -> None:
    atoms = Atoms.of(4, family)
    for one in numbers:
        for other in numbers:
            alike = all((one in held) == (other in held) for held in family)
            assert (atoms.at(one) == atoms.at(other)) == alike


@given(families)
def test_a_set_is_the_atoms_inside(family: list[Intervals]) -> None:
    atoms = Atoms.of(4, family)
    addresses = atoms.addresses()
    for held in family:
        inside = each(atoms.inside(held))
        assert Intervals.of(span for atom in inside for span in addresses[atom]) == held


@given(families)
def test_atoms_are_all_addresses_and_do_not_overlap(family: list[Intervals]) -> None:
    addresses = Atoms.of(4, family).addresses()
    assert sum(one.count for one in addresses) == LAST_ADDRESS[4] + 1
    assert Intervals.of(span for one in addresses for span in one).spans == ((0, LAST_ADDRESS[4]),)
