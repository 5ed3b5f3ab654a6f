"""Findings in the forms that other programs read, held against the schemas of those."""

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema
import pytest
import xmlschema

from analysis.lint.linting import outcome
from percale.analysis.lint.run import Outcome
from percale.report.lint_github import lint_github
from percale.report.lint_json import lint_json
from percale.report.lint_junit import lint_junit
from percale.report.lint_sarif import lint_sarif
from percale.report.lint_text import lint_text
from percale.resources.problems import Place, Problem

_HERE = Path(__file__).parent
_SARIF = json.loads((_HERE / "schemas/sarif-2.1.0.json").read_text(encoding="utf-8"))
_JUNIT = xmlschema.XMLSchema(_HERE / "junit-10.xsd")

_ORDINARY = """
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: {name: a-allow, namespace: shop}
spec: {order: 1, selector: app == 'db', ingress: [{action: Allow, source: {selector: app == 'web'}}]}
---
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: {name: b-deny, namespace: shop}
spec: {order: 1, selector: app == 'db', ingress: [{action: Deny, source: {selector: app == 'web'}}]}
---
{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}}}
---
{apiVersion: v1, kind: Pod, metadata: {name: db, namespace: shop, labels: {app: db}}}
"""
#: Names are not believed to be names.
_HOSTILE = """
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: "a\\e[31m<&]]>%0A::error::\\n\\u202e\\u0001"}
rules: [{apiGroups: [""], resources: ["a, b\\n::error::owned"], verbs: [get]}]
"""
_PROBLEMS = (
    Problem(Place("k8s/a b.yaml", 3, 4), "wrong\x1b[0m <&>", "spec.x", "Pod a/b", "right"),
    Problem(Place("x"), "y"),
)

_OUTCOMES = {"ordinary": _ORDINARY, "hostile": _HOSTILE}
every_outcome = pytest.mark.parametrize("found", [outcome(text) for text in _OUTCOMES.values()], ids=_OUTCOMES)
with_problems = pytest.mark.parametrize("problems", [(), _PROBLEMS], ids=["valid", "invalid"])


@every_outcome
@with_problems
def test_sarif_is_valid(found: Outcome, problems: tuple[Problem, ...]) -> None:
    jsonschema.validate(json.loads(lint_sarif(problems, found.findings, found.asked)), _SARIF)


def test_sarif_that_is_invalid_is_refused() -> None:
    found = outcome(_ORDINARY)
    text = lint_sarif((), found.findings, found.asked).replace('"ruleIndex": ', '"ruleIndex": -')
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(json.loads(text), _SARIF)


def _run(found: Outcome) -> dict[str, Any]:
    (run,) = json.loads(lint_sarif((), found.findings, found.asked))["runs"]
    assert isinstance(run, dict)
    return run


def test_sarif_says_of_each_result_its_rule_and_place() -> None:
    run = _run(outcome(_ORDINARY))
    (tie,) = [one for one in run["results"] if one["ruleId"] == "PCL030"]
    assert run["tool"]["driver"]["rules"][tie["ruleIndex"]]["id"] == "PCL030"
    (location,) = tie["locations"]
    assert location["physicalLocation"] == {
        "artifactLocation": {"uri": "test.yaml"},
        "region": {"startLine": 10, "startColumn": 8},
    }
    assert location["logicalLocations"][0]["fullyQualifiedName"] == "NetworkPolicy shop/b-deny spec.order"
    assert tie["relatedLocations"][0]["physicalLocation"]["region"]["startLine"] == 5


@every_outcome
@with_problems
def test_junit_is_valid(found: Outcome, problems: tuple[Problem, ...]) -> None:
    _JUNIT.validate(lint_junit(problems, found.findings, found.asked))


def test_junit_counts_what_it_holds() -> None:
    found = outcome(_ORDINARY)
    suite = ET.fromstring(lint_junit(_PROBLEMS, found.findings, found.asked))[0]  # noqa: S314  our own
    cases = suite.findall("testcase")
    assert [len(suite.findall(f"testcase/{kind}")) for kind in ("error", "failure")] == [2, len(found.findings)]
    assert suite.get("tests") == str(len(cases))
    rules = {one.rule.id for one in found.findings}
    assert len(cases) == 2 + len(found.findings) + len([rule for rule in found.asked if rule.id not in rules])


@pytest.mark.parametrize("write", [lint_text, lint_json, lint_github])
def test_nothing_reaches_a_terminal_as_it_is(write: Any) -> None:
    shown = write(_PROBLEMS, outcome(_HOSTILE).findings)
    assert not [letter for letter in shown.replace("\n", "") if not letter.isprintable()]


def test_an_annotation_is_one_line() -> None:
    found = outcome(_HOSTILE).findings
    assert len(lint_github((), found).splitlines()) == len(found)
