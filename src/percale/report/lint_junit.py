"""Findings as JUnit's XML: a test case for each finding, and one that passes for each rule that finds nothing."""

from collections.abc import Sequence

from percale.analysis.lint.rule import LintRule
from percale.analysis.lint.run import Finding
from percale.report.junit import Case, Fault, Suite, junit_text
from percale.report.lint_words import evidence_lines
from percale.report.problems import problem_text
from percale.resources.problems import Problem

_SUITE = "percale lint"


def lint_junit(problems: Sequence[Problem], findings: Sequence[Finding], asked: Sequence[LintRule]) -> str:
    found = {one.rule.id for one in findings}
    passed = (Case(f"{rule.id} {rule.name}", _SUITE) for rule in asked if rule.id not in found)
    return junit_text(_SUITE, [Suite(_SUITE, (*map(_invalid, problems), *map(_found, findings), *passed))])


def _invalid(problem: Problem) -> Case:
    return Case("valid", problem.place.source, Fault("error", "invalid", problem.says, problem_text(problem)))


def _found(one: Finding) -> Case:
    told = [str(one.spot.place), *evidence_lines(one.spot.evidence), f"remedy: {one.spot.remedy}"]
    fault = Fault("failure", one.rule.id, one.spot.says, "\n".join(told))
    return Case(f"{one.rule.id} {one.rule.name}: {one.spot.subject}", one.spot.place.source, fault)
