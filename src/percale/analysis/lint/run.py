"""One run over a context: every rule asked, what is ignored set aside, the rest in the order of the files."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256

from percale.analysis.lint.context import Context
from percale.analysis.lint.findings import Severity, Spot
from percale.analysis.lint.registry import RULES, SUPPRESSION_UNUSED, SUPPRESSION_WITHOUT_REASON, UNKNOWN_RULE
from percale.analysis.lint.rule import Asks, LintRule
from percale.analysis.lint.settings import Ignored, Settings
from percale.analysis.lint.suppression import annotated, unknown_rules, unused, without_reason

KNOWN = frozenset(name for rule in RULES for name in (rule.id, rule.name))


@dataclass(frozen=True, slots=True)
class Finding:
    rule: LintRule
    severity: Severity
    spot: Spot

    @property
    def fingerprint(self) -> str:
        """The same as long as it is the same rule about the same part of the same resource, wherever that stands."""
        steps = ".".join(step for step in self.spot.path if isinstance(step, str))
        return sha256(f"{self.rule.id} {self.spot.subject} {steps}".encode()).hexdigest()[:20]


@dataclass(frozen=True, slots=True)
class Outcome:
    """`asked` are the rules that could be asked; the others need endpoints, and the input holds none."""

    findings: tuple[Finding, ...]
    ignored: tuple[Finding, ...]
    asked: tuple[LintRule, ...]
    not_asked: tuple[LintRule, ...]


def lint(context: Context, settings: Settings) -> Outcome:
    wanted = [rule for rule in RULES if settings.wants(rule)]
    asked = tuple(rule for rule in wanted if rule.asks is Asks.DOCUMENTS or context.holds_endpoints)
    found = [Finding(rule, settings.severity(rule), spot) for rule in asked for spot in rule.find(context)]
    suppressions = (*annotated(context.documents), *settings.ignored)
    covering = [_covering(one, suppressions) for one in found]
    kept = [one for one, number in zip(found, covering, strict=True) if number is None]
    complaints = _complaints(suppressions, covering, asked, settings)
    return Outcome(
        findings=tuple(sorted((*kept, *complaints), key=_in_order)),
        ignored=tuple(one for one, number in zip(found, covering, strict=True) if number is not None),
        asked=asked,
        not_asked=tuple(rule for rule in wanted if rule not in asked),
    )


def _covering(finding: Finding, suppressions: Iterable[Ignored]) -> int | None:
    return next((number for number, one in enumerate(suppressions) if one.covers(finding.rule, finding.spot)), None)


def _complaints(
    suppressions: tuple[Ignored, ...], covering: list[int | None], asked: tuple[LintRule, ...], settings: Settings
) -> Iterator[Finding]:
    """A suppression of a rule that was not asked may be of use another time."""
    names = frozenset(name for rule in asked for name in (rule.id, rule.name))
    used = frozenset(number for number in covering if number is not None)
    spots: Mapping[LintRule, Iterable[Spot]] = {
        SUPPRESSION_WITHOUT_REASON: without_reason(suppressions),
        SUPPRESSION_UNUSED: unused(suppressions, used, names),
        UNKNOWN_RULE: unknown_rules(suppressions, KNOWN),
    }
    for rule, found in spots.items():
        if rule in asked:
            yield from (Finding(rule, settings.severity(rule), spot) for spot in found)


def _in_order(finding: Finding) -> tuple[str, int, list[str], str]:
    spot = finding.spot
    steps = [f"{step:09}" if isinstance(step, int) else step for step in spot.path]
    return spot.document.source, spot.document.line, steps, finding.rule.id


def beyond(findings: Iterable[Finding], known: Mapping[str, int]) -> tuple[list[Finding], Counter[str]]:
    """Those that a baseline does not hold, and what it holds that is found no more; by fingerprint and number."""
    left, fresh = Counter(known), []
    for one in findings:
        if left[one.fingerprint] > 0:
            left[one.fingerprint] -= 1
        else:
            fresh.append(one)
    return fresh, +left
