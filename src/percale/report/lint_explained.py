"""What a rule finds and why it matters, from the pages of the documentation."""

from collections.abc import Sequence
from importlib.resources import files

from percale.analysis.lint.rule import LintRule


def explained(rule: LintRule) -> str:
    return files("percale.report").joinpath("lint_pages", f"{rule.id}.md").read_text(encoding="utf-8")


def listed(rules: Sequence[LintRule]) -> str:
    width = max(len(rule.name) for rule in rules)
    return "\n".join(
        f"{rule.id}  {rule.name:{width}}  {rule.severity:7}  {rule.summary}{'' if rule.by_default else ' (off)'}"
        for rule in rules
    )
