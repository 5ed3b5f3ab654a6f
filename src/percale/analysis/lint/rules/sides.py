"""One side allows and the other never does: both must."""

from collections.abc import Iterator

from percale.analysis.lint.context import Context
from percale.analysis.lint.entities import path_of
from percale.analysis.lint.findings import Spot
from percale.analysis.lint.showing import shown
from percale.policy.rules import Direction


def egress_never_let_in(context: Context) -> Iterator[Spot]:
    return _one_sided(
        context,
        Direction.EGRESS,
        "the rule lets out what no one lets in: of the workloads it names, none accepts any of it",
        "allow it in the ingress policies of the destination too",
    )


def ingress_never_let_out(context: Context) -> Iterator[Spot]:
    return _one_sided(
        context,
        Direction.INGRESS,
        "the rule lets in what no one lets out: of the workloads it names, none may send any of it",
        "allow it in the egress policies of the source too",
    )


def _one_sided(context: Context, direction: Direction, says: str, remedy: str) -> Iterator[Spot]:
    found = [sides[direction] for sides in context.sides]
    met = {rule for one in found for rule in one.met}
    for policy in context.policies:
        seen: set[str] = {rule.path for rule in policy.policy.rules(direction) if id(rule) in met}
        for rule in policy.policy.rules(direction):
            instance = next((one.unmet[id(rule)] for one in found if id(rule) in one.unmet), None)
            if instance and rule.path not in seen:
                seen.add(rule.path)
                yield policy.spot(path_of(rule), says, remedy, *shown(instance))
