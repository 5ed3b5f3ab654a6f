import pytest

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
    StartsWith,
    parse,
)

A, B, C = Has("a"), Has("b"), Has("c")

TABLE: list[tuple[str, str, Selector]] = [
    ("", "all()", All()),
    (" \t", "all()", All()),
    ("all( )", "all()", All()),
    ("global()", "global()", Global()),
    ("has( a )", "has(a)", A),
    ("a=='v'", 'a == "v"', Equals("a", "v")),
    ("a == 'say \"v\"'", "a == 'say \"v\"'", Equals("a", 'say "v"')),
    ('a == "it\'s"', 'a == "it\'s"', Equals("a", "it's")),
    ("a!=''", 'a != ""', NotEquals("a", "")),
    ("a contains 'v'", 'a contains "v"', Contains("a", "v")),
    ("a startswith 'v'", 'a starts with "v"', StartsWith("a", "v")),
    ("a ends\t with 'v'", 'a ends with "v"', EndsWith("a", "v")),
    ("a in {}", "a in {}", In("a", ())),
    ("a in {'y', 'x', 'y',}", 'a in {"x", "y"}', In("a", ("x", "y"))),
    ("a in {'b', 'B', '10', '9'}", 'a in {"10", "9", "B", "b"}', In("a", ("10", "9", "B", "b"))),
    ("a in {'\"', \"'\"}", "a in {'\"', \"'\"}", In("a", ('"', "'"))),
    ("a notin {'x'}", 'a not in {"x"}', NotIn("a", ("x",))),
    ("!has(a)", "!has(a)", Not(A)),
    ("!!has(a)", "has(a)", A),
    ("! ! ! has(a)", "!has(a)", Not(A)),
    ("!(!has(a))", "has(a)", A),
    ("!(!!(!has(a)))", "has(a)", A),
    ("!a == 'v'", '!a == "v"', Not(Equals("a", "v"))),
    ("((has(a)))", "has(a)", A),
    ("has(a)&&has(b)&&has(c)", "(has(a) && has(b) && has(c))", And((A, B, C))),
    ("has(a)||has(b)||has(c)", "(has(a) || has(b) || has(c))", Or((A, B, C))),
    ("has(a) && has(b) || has(c)", "((has(a) && has(b)) || has(c))", Or((And((A, B)), C))),
    ("has(a) && (has(b) || has(c))", "(has(a) && (has(b) || has(c)))", And((A, Or((B, C))))),
    ("(has(a) && has(b)) && has(c)", "((has(a) && has(b)) && has(c))", And((And((A, B)), C))),
    ("!(has(a) || has(b))", "!(has(a) || has(b))", Not(Or((A, B)))),
    ("!has(a) && has(b)", "(!has(a) && has(b))", And((Not(A), B))),
    ("all() && has(a)", "(all() && has(a))", And((All(), A))),
]


@pytest.mark.parametrize(("text", "canonical", "selector"), TABLE)
def test_a_text_has_one_canonical_form(text: str, canonical: str, selector: Selector) -> None:
    assert parse(text) == selector
    assert str(selector) == canonical
    assert parse(canonical) == selector


def test_set_members_are_kept_sorted_and_once() -> None:
    assert In("a", ("y", "x", "y")) == In("a", ("x", "y"))
    assert NotIn("a", ("y", "x", "y")).values == ("x", "y")


def test_equal_selectors_are_one_in_a_set() -> None:
    texts = ("has(a)&&has(b)", "has(a)  && has(b)", "(has(a) && has(b))")
    assert {parse(text) for text in texts} == {And((A, B))}


def test_the_kind_and_order_of_terms_make_a_difference() -> None:
    assert len({And((A, B)), And((B, A)), Or((A, B)), Not(A), Not(B), A}) == 6
    assert And((A, B)) != "(has(a) && has(b))"


def test_a_compound_shows_itself_as_what_would_make_it() -> None:
    assert repr(Not(A)) == "parse('!has(a)')"


@pytest.mark.parametrize("key", ["", "a b", "a'", "a\n", "ä", 'a == "x" || b'])
def test_no_comparison_has_a_key_that_texts_cannot_spell(key: str) -> None:
    with pytest.raises(ValueError, match="is no label key"):
        Has(key)


def test_no_comparison_has_a_value_with_both_quotes() -> None:
    with pytest.raises(ValueError, match="both kinds of quotes"):
        Equals("a", "'\"")
    with pytest.raises(ValueError, match="both kinds of quotes"):
        In("a", ("x", "'\""))


@pytest.mark.parametrize("terms", [(), (A,)])
def test_fewer_than_two_terms_are_not_joined(terms: tuple[Selector, ...]) -> None:
    with pytest.raises(ValueError, match="where two or more are joined"):
        And(terms)
    with pytest.raises(ValueError, match="where two or more are joined"):
        Or(terms)


def test_a_negation_is_not_negated_again() -> None:
    with pytest.raises(ValueError, match="double negation"):
        Not(Not(A))
