"""Counts with their nouns."""

import pytest

from percale.report.counts import counted


@pytest.mark.parametrize(("number", "text"), [(0, "0 problems"), (1, "1 problem"), (2, "2 problems")])
def test_a_noun_agrees_with_its_number(number: int, text: str) -> None:
    assert counted(number, "problem") == text


@pytest.mark.parametrize(("number", "text"), [(0, "0 policies are"), (1, "1 policy is"), (5, "5 policies are")])
def test_a_verb_does_too(number: int, text: str) -> None:
    assert counted(number, "policy is", "policies are") == text
