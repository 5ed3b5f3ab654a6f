"""Texts made to hurt: each ends soon, in a selector that can be used or in an error that can be shown."""

import time

import pytest

from percale.selector import Has, Selector, SelectorError, keys, parse, rekeyed, with_all_as
from percale.selector.parser import DEEPEST_NESTING, MOST_COMPARISONS

MEGABYTE = 1_000_000

TEXTS = {
    "opening parentheses": "(" * 100_000,
    "balanced parentheses": "(" * 100_000 + "all()" + ")" * 100_000,
    "negated parentheses": "!(" * 100_000,
    "negations": "!" * 100_000 + "all()",
    "negations alone": "!" * MEGABYTE,
    "negations and blanks": "! " * 500_000 + "= 'x'",
    "blanks": " " * MEGABYTE,
    "blanks between": "a" + " " * MEGABYTE + "== 'x'",
    "a blank operator": "a not" + " " * MEGABYTE + "x",
    "a long label": "a" * MEGABYTE,
    "a long has": f"has({'a' * MEGABYTE})",
    "a long value": f"a == '{'x' * MEGABYTE}'",
    "an open string": f"a == '{'x' * MEGABYTE}",
    "a large set": "a in {" + ",".join(f"'{n}'" for n in range(100_000)) + "}",
    "a set of nothing": f"a in {{{',' * MEGABYTE}}}",
    "many terms": " && ".join(["a == 'x'"] * 80_000),
    "many alternatives": "||".join(["has(a)"] * 120_000),
    "as many terms as may be": " && ".join(["!has(a)"] * MOST_COMPARISONS),
    "line breaks": "\n" * MEGABYTE,
    "nothing a text should hold": "\x00\x1b\u202e" * 300_000,
    "deep and wide": "!(a == '' || b != '' && " * 1000 + "||".join(["c in {}"] * 30_000) + ")" * 1000,
}


def use(selector: Selector) -> None:
    selector.matches({"a": "x"})
    assert str(selector)


def show(error: SelectorError) -> None:
    assert error.says.isprintable()
    assert len(error.says) < 200
    assert len(error.excerpt()) < 1500


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_an_answer_comes_soon(text: str) -> None:
    begin = time.process_time()
    try:
        use(parse(text))
    except SelectorError as error:
        show(error)
    assert time.process_time() - begin < 1


SHAPES = {
    "parentheses": ("(", "has(a)", ")"),
    "not": ("!(", "has(a)", ")"),
    "and": ("(has(a) && ", "has(a)", ")"),
    "not and": ("!(has(a) && ", "has(a)", ")"),
    "all of them": ("!(has(b) || has(a) && ", "has(a)", ")"),
    "on the left": ("!(", "has(a)", " && has(a) || has(b))"),
}


@pytest.mark.parametrize(("opening", "inmost", "closing"), SHAPES.values(), ids=SHAPES.keys())
def test_four_hundred_levels_are_a_selector_like_any_other(opening: str, inmost: str, closing: str) -> None:
    text = opening * 400 + inmost + closing * 400
    selector = parse(text)
    again = parse(str(selector))
    assert again == selector
    assert hash(again) == hash(selector)
    assert repr(again) == repr(selector)
    assert selector.matches({"a": ""}) is True
    assert "a" in keys(selector)
    assert str(rekeyed(selector, "x.")).startswith(str(selector)[:3])
    assert with_all_as(selector, Has("x")) == selector


def test_parentheses_nest_to_the_limit_and_no_deeper() -> None:
    assert parse("(" * DEEPEST_NESTING + "has(a)" + ")" * DEEPEST_NESTING) == Has("a")
    with pytest.raises(SelectorError, match="nested too deeply") as caught:
        parse("(" * (DEEPEST_NESTING + 1) + "has(a)" + ")" * (DEEPEST_NESTING + 1))
    assert caught.value.column == DEEPEST_NESTING


def test_what_is_accepted_has_a_canonical_form_that_is_accepted() -> None:
    levels = DEEPEST_NESTING // 2
    opening, closing = "(has(b) || has(a) && ", ")"
    selector = parse(opening * levels + "has(a)" + closing * levels)
    assert str(selector).startswith("(" + "has(b) || (has(a) && (")
    assert parse(str(selector)) == selector
    with pytest.raises(SelectorError, match="nested too deeply"):
        parse(opening * (levels + 1) + "has(a)" + closing * (levels + 1))


def test_comparisons_are_counted() -> None:
    assert keys(parse("||".join(["has(a)"] * MOST_COMPARISONS))) == {"a"}
    with pytest.raises(SelectorError, match="too many comparisons"):
        parse("||".join(["has(a)"] * (MOST_COMPARISONS + 1)))


def test_long_texts_are_not_kept() -> None:
    short, long = "has(a)", f"a == '{'x' * 2000}'"
    assert parse(short) is parse(short)
    assert parse(long) is not parse(long)
    assert parse(long) == parse(long)
