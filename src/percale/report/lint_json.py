"""Findings for programs."""

import json
from collections.abc import Sequence
from typing import Any

from percale.analysis.lint.run import Finding
from percale.report.lint_words import evidence_lines
from percale.report.problems import problem_json
from percale.resources.problems import Problem

#: The form of the JSON below; a field may be added, none is taken away or changed within one number.
SCHEMA_VERSION = 1


def lint_json(problems: Sequence[Problem], findings: Sequence[Finding]) -> str:
    found = {
        "schemaVersion": SCHEMA_VERSION,
        "clean": not problems and not findings,
        "problems": [problem_json(one) for one in problems],
        "findings": [_finding(one) for one in findings],
    }
    return json.dumps(found, indent=2)


def _finding(one: Finding) -> dict[str, Any]:
    place = one.spot.place
    return {
        "rule": one.rule.id,
        "name": one.rule.name,
        "severity": str(one.severity),
        "file": place.source,
        "line": place.line,
        "column": place.column,
        "resource": one.spot.subject,
        "path": one.spot.path_text,
        "message": one.spot.says,
        "evidence": list(evidence_lines(one.spot.evidence)),
        "remedy": one.spot.remedy,
        "fingerprint": one.fingerprint,
    }
