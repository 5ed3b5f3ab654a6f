"""What the rules of a policy say of either side, each once, and where that is written."""

from collections.abc import Iterator
from dataclasses import dataclass

from percale.analysis.lint.context import Context, WrittenPolicy, path_of
from percale.policy.rules import OWN_SIDE, Direction, Entity, Rule, Side
from percale.resources.places import Path
from percale.selector import Selector


@dataclass(frozen=True, slots=True)
class Said:
    """One side of one rule. Several rules may come of one that was written: they share the path."""

    policy: WrittenPolicy
    direction: Direction
    rule: Rule
    side: Side
    entity: Entity
    path: Path

    @property
    def is_peer(self) -> bool:
        return self.side is not OWN_SIDE[self.direction]


def said(context: Context) -> Iterator[Said]:
    for policy in context.policies:
        yield from said_by(policy)


def said_by(policy: WrittenPolicy) -> Iterator[Said]:
    seen: set[tuple[str, Side]] = set()
    for direction, rule in policy.rules():
        for side in Side:
            if (rule.path, side) not in seen:
                seen.add((rule.path, side))
                yield Said(policy, direction, rule, side, rule.entity(side), _path(rule, side))


def _path(rule: Rule, side: Side) -> Path:
    """Kubernetes' peers have a place of their own; Calico's rules have one for each side."""
    return path_of(rule) if ".from[" in rule.path or ".to[" in rule.path else (*path_of(rule), side.value)


def selectors(context: Context) -> Iterator[tuple[WrittenPolicy, Path, Selector]]:
    """Those of policies, then those of their rules; each at its place."""
    for policy in context.policies:
        yield policy, subject_path(policy), policy.policy.subject
        for one in said_by(policy):
            yield from ((policy, one.path, found) for found in (one.entity.selector, one.entity.not_selector) if found)


def subject_path(policy: WrittenPolicy) -> Path:
    spec = policy.document.data.get("spec")
    fields = spec if isinstance(spec, dict) else {}
    known = ("selector", "podSelector", "namespaceSelector", "serviceAccountSelector", "subject")
    return ("spec", next((name for name in known if name in fields), "selector"))
