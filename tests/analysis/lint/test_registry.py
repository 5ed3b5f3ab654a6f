"""The table of rules, and the page that each of them has: both examples of every page are tried."""

import re
from pathlib import Path

import pytest

from analysis.lint.linting import found
from percale.analysis.lint.registry import RULES
from percale.analysis.lint.rule import LintRule

_ROOT = Path(__file__).parents[3]
_PAGES = _ROOT / "docs/reference/lint"
_SECTIONS = ("What it finds", "Why it matters", "Found", "Not found")

every_rule = pytest.mark.parametrize("rule", RULES, ids=[rule.id for rule in RULES])


def _page(rule: LintRule) -> str:
    return (_PAGES / f"{rule.id}.md").read_text(encoding="utf-8")


def _section(rule: LintRule, name: str) -> str:
    return _page(rule).partition(f"\n## {name}\n")[2].partition("\n## ")[0].strip()


def _example(rule: LintRule, name: str) -> str:
    (text,) = re.findall(r"^```yaml\n(.*?)^```$", _section(rule, name), re.DOTALL | re.MULTILINE)
    return str(text)


def test_ids_run_on_without_gaps_and_names_are_unique() -> None:
    assert [rule.id for rule in RULES] == [f"PCL{number:03}" for number in range(1, len(RULES) + 1)]
    assert len({rule.name for rule in RULES}) == len(RULES)


@every_rule
def test_names_are_kebab_case(rule: LintRule) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", rule.name)


@every_rule
def test_a_page_says_what_the_table_says(rule: LintRule) -> None:
    title, says, *_ = _page(rule).split("\n\n")
    assert title == f"# {rule.id} {rule.name}"
    off = "" if rule.by_default else f" · off by default: `--enable {rule.id}`"
    assert says == f"{rule.summary}. Severity: {rule.severity}{off}."


@every_rule
def test_a_page_says_what_is_found_and_why_it_matters(rule: LintRule) -> None:
    assert all(len(_section(rule, name).split()) >= 5 for name in _SECTIONS[:2])


@every_rule
def test_the_example_that_is_found(rule: LintRule) -> None:
    assert found(_example(rule, "Found"), rule.id)


@every_rule
def test_the_example_that_is_not_found(rule: LintRule) -> None:
    assert not found(_example(rule, "Not found"), rule.id)


def test_every_page_is_of_a_rule() -> None:
    assert {path.stem for path in _PAGES.glob("PCL*.md")} == {rule.id for rule in RULES}


def test_the_index_lists_every_rule() -> None:
    index = (_PAGES / "index.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| \[(PCL\d+)\]", index, re.MULTILINE) == [rule.id for rule in RULES]
