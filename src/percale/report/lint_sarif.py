"""Findings as SARIF 2.1.0, which code scanning of GitHub and others reads."""

import json
from collections.abc import Iterator, Sequence
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from percale import __version__
from percale.analysis.lint.findings import Elsewhere
from percale.analysis.lint.rule import LintRule
from percale.analysis.lint.run import Finding
from percale.report.lint_explained import explained
from percale.report.lint_words import evidence_lines
from percale.report.problems import problem_text
from percale.report.terminal import plain, plain_lines
from percale.resources.problems import Place, Problem

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def lint_sarif(problems: Sequence[Problem], findings: Sequence[Finding], asked: Sequence[LintRule]) -> str:
    """What is invalid stands among the notifications: no rule has found it."""
    rules = sorted({one.rule for one in findings} | set(asked), key=lambda rule: rule.id)
    index = {rule.id: number for number, rule in enumerate(rules)}
    run = {
        "tool": {
            "driver": {
                "name": "percale lint",
                "version": __version__,
                "semanticVersion": __version__,
                "rules": [_rule(rule) for rule in rules],
            }
        },
        "invocations": [
            {
                "executionSuccessful": not problems,
                "toolExecutionNotifications": [_notification(problem) for problem in problems],
            }
        ],
        "columnKind": "unicodeCodePoints",
        "results": [_result(one, index[one.rule.id]) for one in findings],
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2)


def _rule(rule: LintRule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "name": rule.name,
        "shortDescription": {"text": rule.summary},
        "help": {"text": rule.summary, "markdown": explained(rule)},
        "defaultConfiguration": {"level": str(rule.severity), "enabled": rule.by_default},
    }


def _result(one: Finding, index: int) -> dict[str, Any]:
    spot = one.spot
    text = "\n".join([f"{spot.subject}: {spot.says}", *evidence_lines(spot.evidence), f"Remedy: {spot.remedy}"])
    return {
        "ruleId": one.rule.id,
        "ruleIndex": index,
        "level": str(one.severity),
        "message": {"text": plain_lines(text)},
        "locations": [_location(spot.place, spot.path_text, spot.subject)],
        "relatedLocations": list(_related(one)),
        "partialFingerprints": {"percaleLint/v1": one.fingerprint},
    }


def _related(one: Finding) -> Iterator[dict[str, Any]]:
    for number, other in enumerate(one for one in one.spot.evidence if isinstance(one, Elsewhere)):
        message = {"message": {"text": plain(f"{other.what}: {other.subject}")}}
        yield {"id": number + 1, "physicalLocation": _physical(other.place), **message}


def _location(place: Place, path: str, subject: str) -> dict[str, Any]:
    logical = {"fullyQualifiedName": plain(f"{subject} {path}".strip()), "kind": "resource"}
    return {"physicalLocation": _physical(place), "logicalLocations": [logical]}


def _physical(place: Place) -> dict[str, Any]:
    region = {"startLine": max(place.line, 1), **({"startColumn": place.column} if place.column else {})}
    return {"artifactLocation": {"uri": quote(PurePath(place.source).as_posix())}, "region": region}


def _notification(problem: Problem) -> dict[str, Any]:
    return {
        "level": "error",
        "message": {"text": problem_text(problem)},
        "locations": [{"physicalLocation": _physical(problem.place)}],
    }
