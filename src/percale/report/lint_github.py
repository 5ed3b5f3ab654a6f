"""Findings as annotations of a GitHub workflow."""

from collections.abc import Sequence

from percale.analysis.lint.findings import Severity
from percale.analysis.lint.run import Finding
from percale.report.lint_words import evidence_lines
from percale.report.problems import problems_github, workflow_command
from percale.resources.problems import Problem

_COMMAND = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


def lint_github(problems: Sequence[Problem], findings: Sequence[Finding]) -> str:
    lines = [problems_github(problems)] if problems else []
    return "\n".join([*lines, *map(_annotation, findings)])


def _annotation(one: Finding) -> str:
    spot = one.spot
    told = [f"{spot.subject}: {spot.says}", *evidence_lines(spot.evidence), f"remedy: {spot.remedy}"]
    return workflow_command(_COMMAND[one.severity], spot.place, f"{one.rule.id} {one.rule.name}", "\n".join(told))
