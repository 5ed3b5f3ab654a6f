"""Selectors and labels for hypothesis: few keys and values, so that the two meet often."""

from hypothesis import strategies as st

from percale.selector import (
    All,
    And,
    Contains,
    EndsWith,
    Equals,
    Global,
    Has,
    In,
    NotEquals,
    NotIn,
    Or,
    Selector,
    StartsWith,
    negation,
)

_COMMON_KEYS = ("app", "tier", "in", "has", "not", "all", "projectcalico.org/namespace", "0", "-")
_COMMON_VALUES = ("", "a", "b", "ab", "aba", "it's", 'say "b"', " ", "ä", "a && b")

keys = st.sampled_from(_COMMON_KEYS) | st.from_regex(r"[A-Za-z0-9_./-]{1,20}", fullmatch=True)
values = st.sampled_from(_COMMON_VALUES) | st.text(max_size=8).filter(lambda v: not ("'" in v and '"' in v))
labels = st.dictionaries(keys, values, max_size=6)

comparisons: st.SearchStrategy[Selector] = st.one_of(
    st.builds(All),
    st.builds(Global),
    st.builds(Has, keys),
    *(st.builds(kind, keys, values) for kind in (Equals, NotEquals, Contains, StartsWith, EndsWith)),
    *(st.builds(kind, keys, st.lists(values, max_size=4).map(tuple)) for kind in (In, NotIn)),
)


def _compounds(terms: st.SearchStrategy[Selector]) -> st.SearchStrategy[Selector]:
    several = st.lists(terms, min_size=2, max_size=4).map(tuple)
    return st.one_of(terms.map(negation), several.map(And), several.map(Or))


selectors = st.recursive(comparisons, _compounds, max_leaves=12)
