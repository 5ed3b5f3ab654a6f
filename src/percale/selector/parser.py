"""From text to selector: a reading of the grammar that keeps its own stack of open parentheses."""

from functools import lru_cache

from percale.selector.comparisons import (
    All,
    Comparison,
    Contains,
    EndsWith,
    Equals,
    Global,
    Has,
    In,
    NotEquals,
    NotIn,
    StartsWith,
)
from percale.selector.errors import SelectorError, shortened
from percale.selector.syntax import And, Or, Selector, negation
from percale.selector.tokens import (
    CALL,
    CLOSING,
    COMMA,
    COMPARATOR,
    JUNCTION,
    LABEL,
    NEGATIONS,
    OPENING,
    PUNCTUATION,
    SET_CLOSING,
    SET_OPENING,
    STRING,
    Tokens,
)

#: Of open parentheses, and of `&&` and `||` within each other: the canonical form turns these into those.
DEEPEST_NESTING = 1000
#: Far more than any store holds; reading as many takes a fraction of a second.
MOST_COMPARISONS = 2**15
#: Policies cannot hold longer texts; not remembering those bounds the memory for what is remembered.
_LONGEST_REMEMBERED = 1024

_WithValue = type[Equals | NotEquals | Contains | StartsWith | EndsWith]
_WithSet = type[In | NotIn]

_WITH_VALUE: dict[str, _WithValue] = {
    "==": Equals,
    "!=": NotEquals,
    "contains": Contains,
    "startswith": StartsWith,
    "endswith": EndsWith,
}
_WITH_SET: dict[str, _WithSet] = {"in": In, "notin": NotIn}
_CALLED = frozenset({"has", "all", "global"})


def parse(text: str) -> Selector:
    """Read the selector a text stands for, `all()` if it is empty; raises SelectorError."""
    return _remembered(text) if len(text) <= _LONGEST_REMEMBERED else _read(text)


def _read(text: str) -> Selector:
    """`text = "" | selector`"""
    tokens = Tokens(text)
    if tokens.at_end():
        return All()
    selector = _selector(tokens)
    if not tokens.at_end():
        raise tokens.error(f"unexpected content at end of selector {tokens.found()}")
    return selector


_remembered = lru_cache(maxsize=4096)(_read)


class _Group:
    """What has been read since a parenthesis was opened: alternatives, each of one or more terms."""

    __slots__ = ("_alternatives", "_deepest_term", "_has_and", "_terms", "inverted")

    def __init__(self, *, inverted: bool) -> None:
        self.inverted = inverted
        self._alternatives: list[Selector] = []
        self._terms: list[Selector] = []
        self._has_and = False
        self._deepest_term = 0

    @property
    def depth(self) -> int:
        """How many `&&` and `||` are within each other, at most."""
        return self._deepest_term + self._has_and + (len(self._alternatives) > 1)

    def add(self, term: Selector, *, inverted: bool) -> None:
        self._terms.append(negation(term) if inverted else term)

    def add_group(self, group: "_Group") -> None:
        self.add(group.selector(), inverted=group.inverted)
        self._deepest_term = max(self._deepest_term, group.depth)

    def end_alternative(self) -> None:
        terms = self._terms
        self._has_and |= len(terms) > 1
        self._alternatives.append(terms[0] if len(terms) == 1 else And(tuple(terms)))
        self._terms = []

    def selector(self) -> Selector:
        self.end_alternative()
        alternatives = self._alternatives
        return alternatives[0] if len(alternatives) == 1 else Or(tuple(alternatives))


def _selector(tokens: Tokens) -> Selector:
    """
    Read all of it without calling itself, since texts may nest deeper than calls do.

    `selector = and { "||" and }`
    `and = operation { "&&" operation }`
    `operation = { "!" } ( primary | "(" selector ")" )`
    """
    outermost = _Group(inverted=False)
    groups = [outermost]
    for _ in range(MOST_COMPARISONS):
        inverted = _opened(tokens, groups)
        groups[-1].add(_primary(tokens), inverted=inverted)
        while len(groups) > 1 and tokens.take(CLOSING):
            closed = groups.pop()
            groups[-1].add_group(closed)
        junction = tokens.take(JUNCTION)
        if not junction:
            break
        if junction == "||":
            groups[-1].end_alternative()
    else:
        raise tokens.error(f"too many comparisons: {MOST_COMPARISONS} is the limit")
    if len(groups) > 1:
        raise tokens.error(f"expected ), found {tokens.found()}")
    selector = outermost.selector()
    _check_depth(tokens, outermost.depth)
    return selector


def _opened(tokens: Tokens, groups: list[_Group]) -> bool:
    """Open a group for each `(` before the next primary, and tell whether that primary is inverted."""
    while True:
        inverted = tokens.take(NEGATIONS).count("!") % 2 == 1
        if not tokens.stands(OPENING):
            return inverted
        _check_depth(tokens, len(groups))
        tokens.take(OPENING)
        groups.append(_Group(inverted=inverted))


def _check_depth(tokens: Tokens, depth: int) -> None:
    if depth > DEEPEST_NESTING:
        raise tokens.error(f"nested too deeply: {DEEPEST_NESTING} levels are the limit")


def _primary(tokens: Tokens) -> Comparison:
    """`primary = call | comparison`"""
    if call := tokens.take(CALL):
        return _call(tokens, call)
    if label := tokens.take_label():
        return _comparison(tokens, label)
    if tokens.at_end():
        raise tokens.error("unexpected end of string looking for op")
    raise tokens.error(f"unexpected token: {tokens.found()}")


def _call(tokens: Tokens, call: str) -> Comparison:
    """`call = "has(" label ")" | "all(" ")" | "global(" ")"`"""
    result = _has(tokens) if call == "has(" else All() if call == "all(" else Global()
    if not tokens.take(CLOSING):
        raise tokens.error(f"no closing ')' after {call}")
    return result


def _has(tokens: Tokens) -> Has:
    if label := tokens.take_label():
        return Has(label)
    hint = "the label in has() stands without quotes" if tokens.stands(STRING) else ""
    raise tokens.error("expected identifier: has() asks for a label", hint=hint)


def _comparison(tokens: Tokens, label: str) -> Comparison:
    """`comparison = label ( comparator string | comparator set )`"""
    comparator = tokens.take(COMPARATOR)
    if not comparator:
        raise _no_comparator(tokens, label)
    comparator = comparator.replace(" ", "").replace("\t", "")
    if with_set := _WITH_SET.get(comparator):
        return with_set(label, _set(tokens))
    return _WITH_VALUE[comparator](label, _string(tokens))


def _no_comparator(tokens: Tokens, label: str) -> SelectorError:
    if tokens.at_end() or tokens.stands(PUNCTUATION):
        return tokens.error(f"expected == or != not: {tokens.found()}", hint=_meant_by(label, tokens))
    return tokens.error(f'expected operator after label "{shortened(label)}"', hint=_meant_by(label, tokens))


def _meant_by(label: str, tokens: Tokens) -> str:
    if label.lower() == "not":
        return "write `!` for `not`"
    if label in _CALLED:
        return f"parentheses follow `{label}` at once, without a blank"
    if tokens.at_end() or tokens.stands(JUNCTION) or tokens.stands(CLOSING):
        return f"write `has({shortened(label)})` to ask whether the label is there"
    return ""


def _string(tokens: Tokens) -> str:
    if literal := tokens.take(STRING):
        return literal[1:-1]
    hint = "put the value in quotes" if tokens.stands(LABEL) else ""
    raise tokens.error(f"expected string, found {tokens.found()}", hint=hint)


def _set(tokens: Tokens) -> tuple[str, ...]:
    """`set = "{" [ string { "," string } [ "," ] ] "}"`"""
    if not tokens.take(SET_OPENING):
        hint = "a set stands in braces: {'a', 'b'}"
        raise tokens.error(f"expected set literal, found {tokens.found()}", hint=hint)
    values = []
    while literal := tokens.take(STRING):
        values.append(literal[1:-1])
        if not tokens.take(COMMA):
            break
    if not tokens.take(SET_CLOSING):
        hint = "put the values in quotes" if tokens.stands(LABEL) else ""
        raise tokens.error(f"expected }}, found {tokens.found()}", hint=hint)
    return tuple(values)
