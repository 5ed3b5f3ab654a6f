"""Findings for people."""

from collections import Counter
from collections.abc import Sequence

from percale.analysis.lint.findings import Severity
from percale.analysis.lint.run import Finding
from percale.report.counts import counted
from percale.report.lint_words import evidence_lines
from percale.report.problems import problems_text
from percale.report.terminal import plain, plain_lines
from percale.resources.problems import Problem


def lint_text(problems: Sequence[Problem], findings: Sequence[Finding]) -> str:
    """What is invalid first; then each finding with its evidence and remedy, and how many there are."""
    parts = [problems_text(problems)] if problems else []
    parts += [_finding_text(one) for one in findings]
    return "\n".join([*parts, counts_text(findings)])


def _finding_text(one: Finding) -> str:
    spot = one.spot
    where = ": ".join(part for part in (spot.subject, spot.path_text) if part)
    lines = [plain(f"{spot.place}: {one.severity} {one.rule.id} {one.rule.name}: {where}: {spot.says}")]
    lines += [f"  {line}" for line in evidence_lines(spot.evidence)]
    lines += [f"  remedy: {spot.remedy}"] if spot.remedy else []
    return plain_lines("\n".join(lines))


def counts_text(findings: Sequence[Finding]) -> str:
    count = Counter(one.severity for one in findings)
    said = [counted(count[one], one) for one in Severity if count[one]]
    return ", ".join(said) or "no findings"
