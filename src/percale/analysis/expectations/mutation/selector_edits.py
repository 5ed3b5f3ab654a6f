"""A selector with one of its comparisons turned round, or about another value."""

from collections.abc import Iterator, Mapping
from itertools import count

from percale.policy.labels import NAMESPACE, ORCHESTRATOR
from percale.selector import (
    And,
    Comparison,
    Contains,
    EndsWith,
    Equals,
    Has,
    In,
    Not,
    NotEquals,
    NotIn,
    Or,
    Selector,
    StartsWith,
    fold,
    leaves,
    negation,
)

#: Of each label key, the values that occur.
Values = Mapping[str, tuple[str, ...]]


def edited(selector: Selector, values: Values, namespace: str) -> Iterator[tuple[str, Selector]]:
    """What was edited, in words, and the result. What nobody wrote is left alone: the policy's own namespace."""
    for position, leaf in enumerate(leaves(selector)):
        if not _is_implied(leaf, namespace):
            for other in _others(leaf, values):
                yield f"`{leaf}` to `{other}`", _with(selector, position, other)


def _is_implied(leaf: Comparison, namespace: str) -> bool:
    match leaf:
        case Has(key) if key in (NAMESPACE, ORCHESTRATOR):
            return True
        case Equals(key, value):
            return key == ORCHESTRATOR or (key == NAMESPACE and value == namespace)
        case _:
            return False


def _others(leaf: Comparison, values: Values) -> Iterator[Selector]:
    match leaf:
        case Equals(key, value):
            yield NotEquals(key, value)
            yield Equals(key, _another(value, values.get(key, ())))
        case NotEquals(key, value):
            yield Equals(key, value)
            yield NotEquals(key, _another(value, values.get(key, ())))
        case In(key, held):
            yield NotIn(key, held)
            yield from (In(key, (*held[:n], *held[n + 1 :])) for n in range(len(held)) if len(held) > 1)
        case NotIn(key, held):
            yield In(key, held)
            yield from (NotIn(key, (*held[:n], *held[n + 1 :])) for n in range(len(held)) if len(held) > 1)
        case Has():
            yield Not(leaf)
        case Contains() | StartsWith() | EndsWith():
            yield Not(leaf)
        case _:
            return


def _another(value: str, values: tuple[str, ...]) -> str:
    return next((other for other in values if other != value), f"not-{value}")


def _with(selector: Selector, position: int, other: Selector) -> Selector:
    """With another term instead of the leaf at that position, from left to right."""
    seen = count()

    def changed(leaf: Comparison) -> Selector:
        return other if next(seen) == position else leaf

    return fold(selector, comparison=changed, negated=negation, every=And, some=Or)
