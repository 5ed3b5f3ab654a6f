"""Findings as JUnit's XML: a test case for each finding, and one that passes for each rule that finds nothing."""

from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from percale.analysis.lint.rule import LintRule
from percale.analysis.lint.run import Finding
from percale.report.lint_words import evidence_lines
from percale.report.problems import problem_text
from percale.report.terminal import plain, plain_lines
from percale.resources.problems import Problem

_SUITE = "percale lint"


def lint_junit(problems: Sequence[Problem], findings: Sequence[Finding], asked: Sequence[LintRule]) -> str:
    found = {one.rule.id for one in findings}
    passed = [rule for rule in asked if rule.id not in found]
    tests = len(problems) + len(findings) + len(passed)
    root = Element("testsuites", name=_SUITE, tests=str(tests), errors=str(len(problems)), failures=str(len(findings)))
    suite = SubElement(root, "testsuite", {**root.attrib, "skipped": "0", "time": "0"})
    for problem in problems:
        case = _case(suite, "valid", problem.place.source)
        SubElement(case, "error", type="invalid", message=plain(problem.says)).text = problem_text(problem)
    for one in findings:
        case = _case(suite, f"{one.rule.id} {one.rule.name}: {one.spot.subject}", one.spot.place.source)
        failure = SubElement(case, "failure", type=f"{one.rule.id}", message=plain(one.spot.says))
        told = [str(one.spot.place), *evidence_lines(one.spot.evidence), f"remedy: {one.spot.remedy}"]
        failure.text = plain_lines("\n".join(told))
    for rule in passed:
        _case(suite, f"{rule.id} {rule.name}", _SUITE)
    indent(root)
    return tostring(root, encoding="unicode", xml_declaration=True)


def _case(suite: Element, name: str, where: str) -> Element:
    return SubElement(suite, "testcase", name=plain(name), classname=plain(where), time="0")
