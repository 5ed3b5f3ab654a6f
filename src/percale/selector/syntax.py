"""
Selectors as values.

A selector may nest deeper than Python calls do, so nothing here recurses: `fold` walks a tree from its leaves
up, and `matches` follows a flat list of decisions.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from percale.selector.comparisons import Comparison, Labels

_T = TypeVar("_T")

#: A question, and where to go on a yes and on a no: the index of another decision, or one of the ends.
_Decision = tuple[Callable[[Labels], bool], int, int]
_YES, _NO = -1, -2
#: Stands for the decision that was put down last, which is the one to be asked next.
_ONWARD = -3


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class _Compound:
    """Equal if the canonical texts are: comparing field by field would recurse."""

    # Worked out at the first match and kept: it depends on nothing but the frozen terms.
    _decisions: tuple[_Decision, ...] = field(init=False, default_factory=tuple)

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self is other or str(self) == str(other)

    def __hash__(self) -> int:
        return hash(str(self))

    def __repr__(self) -> str:
        return f"parse({str(self)!r})"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Not(_Compound):
    term: "Selector"

    def __post_init__(self) -> None:
        if isinstance(self.term, Not):
            raise ValueError("a double negation has no canonical form: build it by negation()")  # noqa: TRY004  the type is right

    def matches(self, labels: Labels) -> bool:
        return _decide(self._decisions or _prepared(self), labels)

    def __str__(self) -> str:
        return _text(self)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class And(_Compound):
    terms: "tuple[Selector, ...]"

    def __post_init__(self) -> None:
        _check_terms(self.terms)

    def matches(self, labels: Labels) -> bool:
        return _decide(self._decisions or _prepared(self), labels)

    def __str__(self) -> str:
        return _text(self)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Or(_Compound):
    terms: "tuple[Selector, ...]"

    def __post_init__(self) -> None:
        _check_terms(self.terms)

    def matches(self, labels: Labels) -> bool:
        return _decide(self._decisions or _prepared(self), labels)

    def __str__(self) -> str:
        return _text(self)


Selector = Comparison | Not | And | Or


def negation(term: Selector) -> Selector:
    """`!term`, where a negated term loses its `!` instead."""
    return term.term if isinstance(term, Not) else Not(term)


def fold(
    root: Selector,
    *,
    comparison: Callable[[Comparison], _T],
    negated: Callable[[_T], _T],
    every: Callable[[tuple[_T, ...]], _T],
    some: Callable[[tuple[_T, ...]], _T],
) -> _T:
    """One value for the whole selector, made from the values of its parts, leaves first."""
    results: list[_T] = []
    for node in reversed(_parents_first(root)):
        match node:
            case Not():
                results.append(negated(results.pop()))
            case And(terms=terms):
                results[-len(terms) :] = [every(tuple(results[-len(terms) :]))]
            case Or(terms=terms):
                results[-len(terms) :] = [some(tuple(results[-len(terms) :]))]
            case _:
                results.append(comparison(node))
    return results.pop()


def leaves(root: Selector) -> Iterator[Comparison]:
    """Every leaf, from left to right."""
    left = [root]
    while left:
        match left.pop():
            case Not(term=term):
                left.append(term)
            case And(terms=terms) | Or(terms=terms):
                left.extend(reversed(terms))
            case leaf:
                yield leaf


def _parents_first(root: Selector) -> list[Selector]:
    """Every node before its terms, terms from right to left."""
    nodes: list[Selector] = []
    left = [root]
    while left:
        node = left.pop()
        nodes.append(node)
        match node:
            case Not(term=term):
                left.append(term)
            case And(terms=terms) | Or(terms=terms):
                left.extend(terms)
            case _:
                pass
    return nodes


def _check_terms(terms: tuple[Selector, ...]) -> None:
    if len(terms) < 2:
        raise ValueError(f"{len(terms)} term(s) where two or more are joined")


def _text(root: Selector) -> str:
    return fold(
        root,
        comparison=str,
        negated=lambda term: f"!{term}",
        every=lambda terms: f"({' && '.join(terms)})",
        some=lambda terms: f"({' || '.join(terms)})",
    )


def _decide(decisions: tuple[_Decision, ...], labels: Labels) -> bool:
    at = len(decisions) - 1
    while at >= 0:
        asks, on_yes, on_no = decisions[at]
        at = on_yes if asks(labels) else on_no
    return at == _YES


def _prepared(root: Not | And | Or) -> tuple[_Decision, ...]:
    decisions = tuple(_decisions_of(root))
    object.__setattr__(root, "_decisions", decisions)
    return decisions


def _decisions_of(root: Selector) -> list[_Decision]:
    """The leaves from right to left, so that whatever an answer leads on to is already in the list."""
    decisions: list[_Decision] = []
    left = [(root, _YES, _NO)]
    while left:
        node, on_yes, on_no = left.pop()
        last = len(decisions) - 1
        yes = last if on_yes == _ONWARD else on_yes
        no = last if on_no == _ONWARD else on_no
        match node:
            case Not(term=term):
                left.append((term, no, yes))
            case And(terms=terms):
                left.extend((term, _ONWARD, no) for term in terms[:-1])
                left.append((terms[-1], yes, no))
            case Or(terms=terms):
                left.extend((term, yes, _ONWARD) for term in terms[:-1])
                left.append((terms[-1], yes, no))
            case _:
                decisions.append((node.matches, yes, no))
    return decisions
