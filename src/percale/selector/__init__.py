"""Label selectors: which objects a policy or one of its rules speaks of."""

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
from percale.selector.errors import SelectorError
from percale.selector.parser import parse
from percale.selector.rewriting import (
    conjunction,
    keys,
    mentions_global,
    rekeyed,
    with_all_as,
    with_global_as,
)
from percale.selector.syntax import And, Not, Or, Selector, fold, leaves, negation

__all__ = [
    "All",
    "And",
    "Comparison",
    "Contains",
    "EndsWith",
    "Equals",
    "Global",
    "Has",
    "In",
    "Not",
    "NotEquals",
    "NotIn",
    "Or",
    "Selector",
    "SelectorError",
    "StartsWith",
    "conjunction",
    "fold",
    "keys",
    "leaves",
    "mentions_global",
    "negation",
    "parse",
    "rekeyed",
    "with_all_as",
    "with_global_as",
]
