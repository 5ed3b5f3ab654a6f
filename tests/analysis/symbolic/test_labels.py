from hypothesis import given
from hypothesis import strategies as st

from percale.analysis.symbolic.labels import LabelIndex, Vocabulary
from percale.selector import Selector
from selector_strategies import labels, selectors


@given(st.lists(selectors, min_size=1, max_size=4), st.lists(labels, max_size=8))
def test_the_index_finds_what_a_scan_finds(asked: list[Selector], objects: list[dict[str, str]]) -> None:
    vocabulary = Vocabulary(asked)
    index = LabelIndex([vocabulary.projection(one) for one in objects])
    for selector in asked:
        scanned = {position for position, one in enumerate(objects) if selector.matches(one)}
        assert set(index.matching(selector)) == scanned


@given(selectors, labels, labels)
def test_objects_with_equal_projections_are_alike_for_the_selector(
    selector: Selector, one: dict[str, str], other: dict[str, str]
) -> None:
    vocabulary = Vocabulary([selector])
    if vocabulary.projection(one) == vocabulary.projection(other):
        assert selector.matches(one) == selector.matches(other)


def test_values_that_no_selector_names_are_projected_on_one() -> None:
    vocabulary = Vocabulary([])
    assert vocabulary.projection({"pod-template-hash": "1"}) == vocabulary.projection({}) == frozenset()
