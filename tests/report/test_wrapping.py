"""Long lines go on below, further in; nothing of them is lost, and nothing of them moves a cursor."""

import pytest

from percale.report.wrapping import wrapped

LINE = "    KubernetesNetworkPolicy october/default-deny-all (order 1000): no ingress rule, so nothing matches"


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_lines_fit_the_width(width: int) -> None:
    parts = wrapped([LINE], width).split("\n")
    assert all(len(part) <= width for part in parts)
    assert " ".join(" ".join(parts).split()) == " ".join(LINE.split())
    assert [len(part) - len(part.lstrip()) for part in parts] == [4, *[8] * (len(parts) - 1)]


def test_a_name_that_is_too_long_stays_whole() -> None:
    name = "a" * 200
    assert name in wrapped([f"  isolated by {name} here"], 60)


def test_no_width_is_too_narrow() -> None:
    assert wrapped([LINE], 1) == wrapped([LINE], 40)


def test_empty_lines_stay() -> None:
    assert wrapped(["a", "", "b"], 80) == "a\n\nb"


def test_what_could_move_a_cursor_is_shown_escaped() -> None:
    assert wrapped(["a\x1b[2J\rb"], 80) == "a\\x1b[2J\\rb"
