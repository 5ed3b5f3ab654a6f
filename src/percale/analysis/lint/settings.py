"""What a user wants of a run: which rules, how grave, and what is known already."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from percale.analysis.lint.findings import Severity, Spot
from percale.analysis.lint.rule import LintRule
from percale.resources.documents import Document
from percale.resources.places import Path


@dataclass(frozen=True, slots=True)
class Ignored:
    """A suppression: of which rules, in which resource (a pattern as in a shell), and why."""

    rules: frozenset[str]
    resource: str
    reason: str
    document: Document
    path: Path

    def covers(self, rule: LintRule, spot: Spot) -> bool:
        return bool(self.rules & {rule.id, rule.name}) and fnmatchcase(spot.subject, self.resource)


@dataclass(frozen=True, slots=True)
class Settings:
    """Rules by id; a rule that is enabled and disabled is disabled."""

    enabled: frozenset[str] = frozenset()
    disabled: frozenset[str] = frozenset()
    severities: Mapping[str, Severity] = field(default_factory=dict)
    ignored: tuple[Ignored, ...] = ()

    def wants(self, rule: LintRule) -> bool:
        return rule.id not in self.disabled and (rule.by_default or rule.id in self.enabled)

    def severity(self, rule: LintRule) -> Severity:
        return self.severities.get(rule.id, rule.severity)
