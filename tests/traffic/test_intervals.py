import pytest

from percale.traffic.intervals import EMPTY, Intervals

Spans = list[tuple[int, int]]


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        ([], []),
        ([(1, 1)], [(1, 1)]),
        ([(5, 9), (1, 3)], [(1, 3), (5, 9)]),
        ([(1, 3), (4, 9)], [(1, 9)]),
        ([(1, 5), (3, 9)], [(1, 9)]),
        ([(1, 9), (3, 5)], [(1, 9)]),
        ([(1, 9), (1, 9)], [(1, 9)]),
        ([(1, 9), (1, 3), (9, 12)], [(1, 12)]),
        ([(1, 3), (5, 5)], [(1, 3), (5, 5)]),
        ([(0, 65535), (80, 80)], [(0, 65535)]),
        ([(2**127, 2**128 - 1), (0, 2**127 - 1)], [(0, 2**128 - 1)]),
    ],
)
def test_overlapping_and_touching_intervals_become_one(spans: Spans, expected: Spans) -> None:
    assert [*Intervals.of(spans).spans] == expected


@pytest.mark.parametrize("span", [(2, 1), (65535, 0)])
def test_an_interval_runs_upwards(span: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="does not run upwards"):
        Intervals.of([span])


@pytest.mark.parametrize(
    ("spans", "text", "size"),
    [([], "", 0), ([(80, 80)], "80", 1), ([(80, 90)], "80-90", 11), ([(443, 443), (80, 81)], "80-81,443", 3)],
)
def test_text_and_size(spans: Spans, text: str, size: int) -> None:
    found = Intervals.of(spans)
    assert (str(found), found.count, bool(found)) == (text, size, bool(size))


@pytest.mark.parametrize(("number", "expected"), [(0, False), (1, True), (3, True), (4, False), (5, True), (6, False)])
def test_membership_at_the_edges(number: int, *, expected: bool) -> None:
    assert (number in Intervals.of([(1, 3), (5, 5)])) is expected


def test_one_number() -> None:
    assert Intervals.single(7) == Intervals.of([(7, 7)])
    assert Intervals.of([]) == EMPTY


def test_the_difference_of_the_largest_sets_is_quick_and_exact() -> None:
    everything, one = Intervals(((0, 2**128 - 1),)), Intervals.single(2**127)
    assert [*(everything - one).spans] == [(0, 2**127 - 1), (2**127 + 1, 2**128 - 1)]
