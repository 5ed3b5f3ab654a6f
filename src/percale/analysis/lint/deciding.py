"""Who decides about what, by the classes of one engine."""

from collections.abc import Iterable

from percale.analysis.symbolic.engine import Engine
from percale.analysis.symbolic.one_way import OneWay
from percale.policy.endpoints import Endpoint
from percale.policy.policies import Policy
from percale.policy.rules import Action, Direction


def one_way(engine: Engine, direction: Direction) -> OneWay:
    return engine.ingress if direction is Direction.INGRESS else engine.egress


def isolating(way: OneWay, subject: int) -> tuple[Policy, ...]:
    """The policies of the first tier that ends in a denial; none where profiles decide in the end."""
    for stage in way.stages(subject):
        if stage.tier and not stage.tier.passes:
            return stage.policies
    return ()


def lets_anything_out(way: OneWay, subject: int) -> bool:
    """Whether a policy isolates the subject and yet some rule of a policy allows something."""
    return bool(isolating(way, subject)) and any(
        clause.rule.action is Action.ALLOW and clause.peer and clause.wire
        for stage in way.stages(subject)
        if stage.tier
        for clause in stage.clauses
    )


def members_of(engine: Engine, direction: Direction, subjects: Iterable[int]) -> tuple[Endpoint, ...]:
    """Workloads of these subject classes, in the order of the world."""
    classes = one_way(engine, direction).subjects
    wanted = set(subjects)
    return tuple(
        one
        for one, identities in engine.identities.of_endpoint.items()
        if any(int(classes.class_of[number]) in wanted for number in identities)
    )
