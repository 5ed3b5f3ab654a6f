"""What holds for every selector."""

import re
from typing import assert_never

from hypothesis import given
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
    Not,
    NotEquals,
    NotIn,
    Or,
    Selector,
    SelectorError,
    StartsWith,
    conjunction,
    keys,
    leaves,
    mentions_global,
    negation,
    parse,
    rekeyed,
    with_all_as,
    with_global_as,
)
from selector_strategies import keys as label_keys
from selector_strategies import labels, selectors


def holds(selector: Selector, of: dict[str, str]) -> bool:  # noqa: C901, PLR0911, PLR0912  one case a node
    """The truth table word by word."""
    match selector:
        case All() | Global():
            return True
        case Not(term=term):
            return not holds(term, of)
        case And(terms=terms):
            return all(holds(term, of) for term in terms)
        case Or(terms=terms):
            return any(holds(term, of) for term in terms)
        case Has(key):
            return key in of
        case Equals(key, value):
            return key in of and of[key] == value
        case NotEquals(key, value):
            return key not in of or of[key] != value
        case In(key, values):
            return key in of and of[key] in values
        case NotIn(key, values):
            return key not in of or of[key] not in values
        case Contains(key, value):
            return key in of and value in of[key]
        case StartsWith(key, value):
            return key in of and of[key].startswith(value)
        case EndsWith(key, value):
            return key in of and of[key].endswith(value)
        case _:
            assert_never(selector)


@given(selectors, labels)
def test_matching_agrees_with_the_truth_table(selector: Selector, of: dict[str, str]) -> None:
    assert selector.matches(of) is holds(selector, of)


@given(selectors)
def test_the_canonical_form_parses_to_the_same_selector(selector: Selector) -> None:
    again = parse(str(selector))
    assert again == selector
    assert hash(again) == hash(selector)
    assert str(again) == str(selector)
    assert [*leaves(again)] == [*leaves(selector)]


#: Mostly wrong texts made of right words.
words = ["has(", "all()", "global()", "a", "in", "not", "contains", "starts", "with", "'x'", '"y"', "'", "\n"]
marks = ["{", "}", ",", "(", ")", "!", "&&", "||", "==", "!=", "=", "&", "|"]
soups = st.lists(st.sampled_from(words + marks), max_size=12).map(" ".join)


def check_place(error: SelectorError) -> None:
    assert 0 <= error.column <= len(error.text)
    assert error.says.isprintable()
    excerpt, caret = error.excerpt().split("\n")
    assert excerpt.isprintable()
    assert re.fullmatch(r" *\^", caret)


@given(soups | st.text(max_size=30))
def test_a_text_has_a_stable_form_or_an_error_inside_it(text: str) -> None:
    try:
        selector = parse(text)
    except SelectorError as error:
        check_place(error)
    else:
        assert str(parse(str(selector))) == str(selector)


@given(selectors, labels, label_keys)
def test_prefixed_keys_ask_for_prefixed_labels(selector: Selector, of: dict[str, str], prefix: str) -> None:
    prefixed = rekeyed(selector, prefix)
    assert prefixed.matches({prefix + key: value for key, value in of.items()}) is selector.matches(of)
    assert keys(prefixed) == {prefix + key for key in keys(selector)}


@given(selectors, selectors, labels)
def test_a_replacement_counts_as_what_it_replaces_where_both_agree(
    selector: Selector, other: Selector, of: dict[str, str]
) -> None:
    same_here = other if other.matches(of) else negation(other)
    assert with_all_as(selector, same_here).matches(of) is selector.matches(of)
    assert with_global_as(selector, same_here).matches(of) is selector.matches(of)


@given(selectors)
def test_replacing_leaves_none_behind(selector: Selector) -> None:
    assert All() not in {*leaves(with_all_as(selector, Has("x")))}
    assert not mentions_global(with_global_as(selector, Has("x")))
    assert with_all_as(with_global_as(selector, Global()), All()) == selector


@given(st.lists(selectors, max_size=4), labels)
def test_a_conjunction_holds_where_all_parts_do(parts: list[Selector], of: dict[str, str]) -> None:
    assert conjunction(*parts).matches(of) is all(part.matches(of) for part in parts)


@given(selectors, selectors, labels)
def test_de_morgan(one: Selector, other: Selector, of: dict[str, str]) -> None:
    assert Not(And((one, other))).matches(of) is Or((negation(one), negation(other))).matches(of)
    assert Not(Or((one, other))).matches(of) is And((negation(one), negation(other))).matches(of)


@given(selectors, labels)
def test_only_the_keys_make_a_difference(selector: Selector, of: dict[str, str]) -> None:
    known = keys(selector)
    assert selector.matches({k: v for k, v in of.items() if k in known}) is selector.matches(of)
