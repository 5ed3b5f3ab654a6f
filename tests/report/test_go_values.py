"""Values as Go prints them."""

import pytest

from percale.report.go_values import go_float, go_text, joined


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "<nil>"),
        (0, "0"),
        (1000, "1000"),
        (100000, "100000"),
        (999999, "999999"),
        (1000000, "1e+06"),
        (1000000.0, "1e+06"),
        (1234567, "1.234567e+06"),
        (10.5, "10.5"),
        (-3, "-3"),
        (-0.25, "-0.25"),
        (0.0001, "0.0001"),
        (0.00001, "1e-05"),
        (-1e100, "-1e+100"),
    ],
)
def test_floats(value: float | None, text: str) -> None:
    assert go_float(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "<nil>"),
        (True, "true"),
        ("a", "a"),
        ({}, "map[]"),
        ({"b": 1, "a": "x"}, "map[a:x b:1]"),
        ([], "[]"),
        (["a", ["b"]], "[a [b]]"),
    ],
)
def test_what_json_holds(value: object, text: str) -> None:
    assert go_text(value) == text


def test_what_is_joined_is_cut_with_three_dots() -> None:
    assert joined(None) == ""
    assert joined(["a", "b"]) == "a,b"
    assert joined({"b": "2", "a": "1"}) == "a=1,b=2"
    assert joined(["1234", "6789"], longest=9) == "1234,6789"
    assert joined(["1234", "67890"], longest=9) == "1234,6..."
