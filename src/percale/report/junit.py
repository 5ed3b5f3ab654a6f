"""Test cases as JUnit's XML, in the form that GitLab, Jenkins and GitHub's actions read."""

from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from percale.report.terminal import plain, plain_lines


@dataclass(frozen=True, slots=True)
class Fault:
    """`kind` is `failure` where a claim does not hold, `error` where it could not be checked."""

    kind: str
    type: str
    message: str
    text: str


@dataclass(frozen=True, slots=True)
class Case:
    name: str
    #: Groups cases as a class groups methods.
    group: str
    fault: Fault | None = None


@dataclass(frozen=True, slots=True)
class Suite:
    name: str
    cases: tuple[Case, ...]

    def count(self, kind: str) -> int:
        return sum(case.fault is not None and case.fault.kind == kind for case in self.cases)


def junit_text(name: str, suites: Sequence[Suite]) -> str:
    root = Element("testsuites", {"name": plain(name), **_counts(suites)})
    for suite in suites:
        element = SubElement(
            root, "testsuite", {"name": plain(suite.name), **_counts([suite]), "skipped": "0", "time": "0"}
        )
        for case in suite.cases:
            _add(element, case)
    indent(root)
    return tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _counts(suites: Sequence[Suite]) -> dict[str, str]:
    return {
        "tests": str(sum(len(suite.cases) for suite in suites)),
        "failures": str(sum(suite.count("failure") for suite in suites)),
        "errors": str(sum(suite.count("error") for suite in suites)),
    }


def _add(suite: Element, case: Case) -> None:
    element = SubElement(suite, "testcase", name=plain(case.name), classname=plain(case.group), time="0")
    if case.fault:
        told = {"type": plain(case.fault.type), "message": plain(case.fault.message)}
        SubElement(element, case.fault.kind, told).text = plain_lines(case.fault.text)
