"""Problems for people, for programs, and for GitHub."""

import json

import pytest

from percale.errors import PercaleError
from percale.report.problems import error_text, passed_over_text, problem_text, problems_github, problems_text
from percale.report.problems import problems_json as as_json
from percale.report.terminal import plain, plain_lines
from percale.resources.problems import InvalidInput, Place, Problem

FULL = Problem(Place("k8s/a.yaml", 12, 5), "found a list", "spec.order", "NetworkPolicy shop/web", "write a number")


@pytest.mark.parametrize(
    ("problem", "text"),
    [
        (FULL, "k8s/a.yaml:12:5: NetworkPolicy shop/web: spec.order: found a list\n  hint: write a number"),
        (Problem(Place("a.yaml"), "no resources"), "a.yaml: no resources"),
        (Problem(Place("a.yaml", 3), "no resources"), "a.yaml:3: no resources"),
        (
            Problem(Place("a\n.yaml", 1, 1), "found `\x1b[2J`", hint="\x07"),
            "a\\n.yaml:1:1: found `\\x1b[2J`\n  hint: \\x07",
        ),
    ],
)
def test_one_problem(problem: Problem, text: str) -> None:
    assert problem_text(problem) == text


@pytest.mark.parametrize(("count", "last"), [(1, "1 problem"), (2, "2 problems"), (200, "200 problems")])
def test_how_many_is_said_last(count: int, last: str) -> None:
    lines = problems_text([Problem(Place("a"), "bad")] * count).splitlines()
    assert (len(lines), lines[-1]) == (count + 1, last)


def test_a_screenful_is_enough() -> None:
    lines = problems_text([Problem(Place("a"), "bad")] * 201).splitlines()
    assert lines[-2:] == ["and 1 more", "201 problems"]


@pytest.mark.parametrize(
    ("problem", "text"),
    [
        (
            FULL,
            (
                "::error file=k8s/a.yaml,line=12,col=5,title=NetworkPolicy shop/web::"
                "spec.order: found a list: write a number"
            ),
        ),
        (Problem(Place("a.yaml"), "bad"), "::error file=a.yaml,line=1,col=1,title=manifest::bad"),
        (
            Problem(Place("a,b:c%.yaml", 1, 1), "100% bad: a, b"),
            "::error file=a%2Cb%3Ac%25.yaml,line=1,col=1,title=manifest::100%25 bad: a, b",
        ),
        (
            Problem(Place("a\n::error file=b", 1, 1), "one\r\n::set-env::x", subject="a\nb"),
            "::error file=a%0A%3A%3Aerror file=b,line=1,col=1,title=a%0Ab::one%0D%0A::set-env::x",
        ),
        (
            Problem(Place("a", 1, 1), "\x1b[31m\u202e"),
            "::error file=a,line=1,col=1,title=manifest::\\x1b[31m\\u202e",
        ),
    ],
)
def test_an_annotation_is_one_line_that_nobody_can_forge(problem: Problem, text: str) -> None:
    assert problems_github([problem]) == text


def test_json_carries_what_was_written() -> None:
    evil = Problem(Place("a\n", 1, 2), "\x1b[31m", excerpt="a ==\n    ^")
    said = as_json([FULL, evil])
    assert said.isascii()
    assert said.replace("\n", "").isprintable()
    assert [one["message"] for one in json.loads(said)["problems"]] == ["found a list", "\x1b[31m"]
    assert [one["excerpt"] for one in json.loads(said)["problems"]] == ["", "a ==\n    ^"]
    assert json.loads(said)["valid"] is False
    assert json.loads(as_json([])) == {"schemaVersion": 1, "valid": True, "problems": []}


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (PercaleError("no"), "error: no"),
        (PercaleError("no", hint="yes"), "error: no\n  hint: yes"),
        (PercaleError("\x1b", hint="\n"), "error: \\x1b\n  hint: \\n"),
        (InvalidInput([Problem(Place("a"), "bad")]), "a: bad\n1 problem"),
    ],
)
def test_an_error(error: PercaleError, text: str) -> None:
    assert error_text(error) == text


def test_what_is_passed_over() -> None:
    assert passed_over_text({}) == ""
    assert passed_over_text({"Secret (v1)": 2, "C\x07 (v1)": 1}) == (
        "passed over, as no policy depends on them: 1 C\\x07 (v1), 2 Secret (v1)"
    )


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("shop/web", "shop/web"),
        ("Ärger 日本 ✓", "Ärger 日本 ✓"),
        ("a\tb\nc", "a\\tb\\nc"),
        ("\x1b[31m\x9b\x7f", "\\x1b[31m\\x9b\\x7f"),
        ("\u202eevil\u2066\u200f", "\\u202eevil\\u2066\\u200f"),
        ("\ud800", "\\ud800"),
    ],
)
def test_plain_text(text: str, shown: str) -> None:
    assert plain(text) == shown
    assert plain_lines(f"{text}\n{text}").count(shown.partition("\\n")[0]) == 2
