import pytest

from percale.selector import (
    All,
    And,
    Global,
    Has,
    Not,
    Or,
    Selector,
    conjunction,
    keys,
    mentions_global,
    negation,
    parse,
    rekeyed,
    with_all_as,
    with_global_as,
)

A, B, C = Has("a"), Has("b"), Has("c")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "all()"),
        ("global()", "global()"),
        ("has(a)", "has(pcns.a)"),
        ("a == 'a'", "pcns.a == 'a'"),
        ("a != 'a'", "pcns.a != 'a'"),
        ("a in {'a', 'b'}", "pcns.a in {'a', 'b'}"),
        ("a not in {'a'}", "pcns.a not in {'a'}"),
        ("a contains 'a'", "pcns.a contains 'a'"),
        ("a starts with 'a'", "pcns.a starts with 'a'"),
        ("a ends with 'a'", "pcns.a ends with 'a'"),
        ("!(has(a) || has(b) && all())", "!(has(pcns.a) || has(pcns.b) && all())"),
    ],
)
def test_every_key_gets_the_prefix_and_no_value_does(text: str, expected: str) -> None:
    assert rekeyed(parse(text), "pcns.") == parse(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "has(ns)"),
        ("all()", "has(ns)"),
        ("!all()", "!has(ns)"),
        ("all() && has(a) || !all()", "has(ns) && has(a) || !has(ns)"),
        ("global()", "global()"),
        ("a == 'all()'", "a == 'all()'"),
    ],
)
def test_all_is_replaced_wherever_it_stands(text: str, expected: str) -> None:
    assert with_all_as(parse(text), Has("ns")) == parse(expected)


def test_a_negated_replacement_below_a_negation_is_no_double_negation() -> None:
    assert with_global_as(parse("!global()"), Not(Has("ns"))) == Has("ns")
    assert with_global_as(parse("global() && all()"), Not(Has("ns"))) == And((Not(Has("ns")), All()))


def test_keys_are_those_of_every_comparison() -> None:
    assert keys(parse("a == 'x' || !(has(b) && c in {}) && all() && a != 'y'")) == {"a", "b", "c"}
    assert keys(All()) == keys(Global()) == frozenset()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("global()", True),
        ("has(a) || !(all() && !global())", True),
        ("all()", False),
        ("a == 'global()'", False),
    ],
)
def test_global_is_found_wherever_it_stands(text: str, *, expected: bool) -> None:
    assert mentions_global(parse(text)) is expected


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ((), All()),
        ((All(),), All()),
        ((All(), All()), All()),
        ((A,), A),
        ((A, All()), A),
        ((All(), A, B), And((A, B))),
        ((And((A, B)), C), And((A, B, C))),
        ((A, And((B, And((All(), C))))), And((A, B, C))),
        ((And((All(), All())),), All()),
        ((Or((A, All())), B), And((Or((A, All())), B))),
        ((Not(All()), B), And((Not(All()), B))),
        ((Not(And((A, All()))),), Not(And((A, All())))),
        ((Global(), A), And((Global(), A))),
    ],
)
def test_a_conjunction_is_flat_and_drops_only_what_is_true(parts: tuple[Selector, ...], expected: Selector) -> None:
    assert conjunction(*parts) == expected


def test_negation_undoes_itself() -> None:
    assert negation(A) == Not(A)
    assert negation(negation(A)) == A
