"""Policies as they were written: what their rules say of either side, and where."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from percale.analysis.lint.findings import Evidence, Spot
from percale.policy.policies import Policy
from percale.policy.rules import OWN_SIDE, Direction, Entity, Rule, Side
from percale.resources.documents import Document
from percale.resources.kinds import AnyResource
from percale.resources.places import Path
from percale.selector import Selector

_STEP = re.compile(r"\[(\d+)\]|\.?([^.\[]+)")


@dataclass(frozen=True, slots=True, eq=False)
class WrittenPolicy:
    """A policy, and where it was written."""

    policy: Policy
    resource: AnyResource
    document: Document

    def rules(self) -> Iterator[tuple[Direction, Rule]]:
        yield from ((Direction.INGRESS, rule) for rule in self.policy.ingress)
        yield from ((Direction.EGRESS, rule) for rule in self.policy.egress)

    def spot(self, path: Path, says: str, remedy: str, *evidence: Evidence) -> Spot:
        return Spot(self.document, path, says, remedy, evidence)


def path_of(rule: Rule) -> Path:
    """Where a rule stands in its document."""
    return _below_spec(rule.path)


@lru_cache(maxsize=4096)
def _below_spec(text: str) -> Path:
    """Rules of many policies stand at few different places."""
    return ("spec", *(int(number) if number else name for number, name in _STEP.findall(text)))


@dataclass(frozen=True, slots=True)
class Said:
    """One side of one rule. Several rules may come of one that was written: they share the path."""

    policy: WrittenPolicy
    direction: Direction
    rule: Rule
    side: Side
    entity: Entity

    @property
    def path(self) -> Path:
        """Kubernetes' peers have a place of their own; Calico's rules have one for each side."""
        path = self.rule.path
        return path_of(self.rule) if ".from[" in path or ".to[" in path else (*path_of(self.rule), self.side.value)

    @property
    def is_peer(self) -> bool:
        return self.side is not OWN_SIDE[self.direction]


def said_by(policy: WrittenPolicy) -> Iterator[Said]:
    seen: set[tuple[str, Side]] = set()
    for direction, rule in policy.rules():
        for side in Side:
            if (rule.path, side) not in seen:
                seen.add((rule.path, side))
                yield Said(policy, direction, rule, side, rule.entity(side))


def selectors_of(policy: WrittenPolicy) -> Iterator[tuple[WrittenPolicy, Path, Selector]]:
    """The policy's own, then those of its rules; each at its place."""
    yield policy, subject_path(policy), policy.policy.subject
    for one in said_by(policy):
        yield from ((policy, one.path, found) for found in (one.entity.selector, one.entity.not_selector) if found)


def subject_path(policy: WrittenPolicy) -> Path:
    spec = policy.document.data.get("spec")
    fields = spec if isinstance(spec, dict) else {}
    known = ("selector", "podSelector", "namespaceSelector", "serviceAccountSelector", "subject")
    return ("spec", next((name for name in known if name in fields), "selector"))
