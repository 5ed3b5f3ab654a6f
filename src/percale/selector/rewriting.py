"""Selectors made from selectors, and what a selector speaks of."""

from collections.abc import Callable
from dataclasses import replace

from percale.selector.comparisons import All, Comparison, Global
from percale.selector.syntax import And, Or, Selector, fold, leaves, negation


def rekeyed(selector: Selector, prefix: str) -> Selector:
    """Every label key with the prefix in front, be the result longer than a text may spell or not."""

    def with_prefix(leaf: Comparison) -> Selector:
        return leaf if isinstance(leaf, All | Global) else replace(leaf, key=prefix + leaf.key)

    return _with_comparisons(selector, with_prefix)


def with_all_as(selector: Selector, replacement: Selector) -> Selector:
    return _with_comparisons(selector, lambda leaf: replacement if isinstance(leaf, All) else leaf)


def with_global_as(selector: Selector, replacement: Selector) -> Selector:
    return _with_comparisons(selector, lambda leaf: replacement if isinstance(leaf, Global) else leaf)


def conjunction(*selectors: Selector) -> Selector:
    """
    One selector for what holds where all of them do, `all()` for none.

    An `all()` among the parts says nothing and is dropped: where it means something else, replace it first.
    """
    terms: list[Selector] = []
    left = list(reversed(selectors))
    while left:
        selector = left.pop()
        if isinstance(selector, And):
            left.extend(reversed(selector.terms))
        elif not isinstance(selector, All):
            terms.append(selector)
    match terms:
        case []:
            return All()
        case [term]:
            return term
        case _:
            return And(tuple(terms))


def keys(selector: Selector) -> frozenset[str]:
    """The labels it makes a difference to know."""
    return frozenset(leaf.key for leaf in leaves(selector) if not isinstance(leaf, All | Global))


def mentions_global(selector: Selector) -> bool:
    return any(isinstance(leaf, Global) for leaf in leaves(selector))


def _with_comparisons(selector: Selector, changed: Callable[[Comparison], Selector]) -> Selector:
    return fold(selector, comparison=changed, negated=negation, every=And, some=Or)
