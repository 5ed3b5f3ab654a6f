import pytest

from percale.errors import PercaleError
from percale.selector import SelectorError, parse

LONG = "k" * 513

TABLE = [
    ("app == 'web", "unterminated string", 7),
    ('app == "web', "unterminated string", 7),
    ("app == 'web\"", "unterminated string", 7),
    ("app == 'a' 'b", "unterminated string", 11),
    ("app in {'a', 'b}", "unterminated string", 13),
    ("app = 'web'", "expected ==", 4),
    ("app === 'web'", "expected ==", 6),
    ("= 'web'", "expected ==", 0),
    ("has(a) & has(b)", "expected &&", 7),
    ("app & b", "expected &&", 4),
    ("has(a) | has(b)", "expected ||", 7),
    ("has(a) &&& has(b)", "expected &&", 9),
    ("app web", 'expected operator after label "app"', 4),
    ("app is 'web'", 'expected operator after label "app"', 4),
    ("app not 'web'", 'expected operator after label "app"', 4),
    ("app starts 'web'", 'expected operator after label "app"', 4),
    ("app with 'web'", 'expected operator after label "app"', 4),
    ("app inside {'web'}", 'expected operator after label "app"', 4),
    ("app has(x)", 'expected operator after label "app"', 4),
    ("app > '3'", 'expected operator after label "app"', 4),
    ("app\n== 'web'", 'expected operator after label "app"', 3),
    ("app not\nin {'web'}", 'expected operator after label "app"', 4),
    ("schlüssel == 'x'", 'expected operator after label "schl"', 4),
    ("has(app", "no closing ')' after has(", 7),
    ("has(app tier)", "no closing ')' after has(", 8),
    ("has(app == 'x')", "no closing ')' after has(", 8),
    ("all(", "no closing ')' after all(", 4),
    ("all(app)", "no closing ')' after all(", 4),
    ("global( x)", "no closing ')' after global(", 8),
    (f"{LONG} == 'x'", "label too long: kkk", 0),
    (f"has( {LONG})", "label too long: kkk", 5),
    ("$app == 'x'", "expected identifier", 0),
    ("has(a) && \u00e4 == 'x'", "expected identifier", 10),
    ("has()", "expected identifier", 4),
    ("has('app')", "expected identifier", 4),
    ("\n", "expected identifier", 0),
    ("has(a)\n", "expected identifier", 6),
    ("has(a)\r\n", "expected identifier", 6),
    ("has(a) &&\n has(b)", "expected identifier", 9),
    ("has(a)\u00a0&& has(b)", "expected identifier", 6),
    ("app == \u2018web\u2019", "expected identifier", 7),
    ("app in ['a']", "expected identifier", 7),
    ("has(a) &&", "unexpected end of string looking for op", 9),
    ("has(a) || ", "unexpected end of string looking for op", 10),
    ("!", "unexpected end of string looking for op", 1),
    ("(", "unexpected end of string looking for op", 1),
    ("!(has(a) && !", "unexpected end of string looking for op", 13),
    ("(has(a)", "expected )", 7),
    ("((has(a))", "expected )", 9),
    ("(has(a) has(b))", "expected )", 8),
    ("(has(a)}", "expected )", 7),
    ("app in {'a'", "expected }", 11),
    ("app in {'a' 'b'}", "expected }", 12),
    ("app in {,}", "expected }", 8),
    ("app in {'a',,}", "expected }", 12),
    ("app in {a}", "expected }", 8),
    ("app in {'a')", "expected }", 11),
    ("app ==", "expected string", 6),
    ("app == web", "expected string", 7),
    ("app != (", "expected string", 7),
    ("app == {'a'}", "expected string", 7),
    ("app contains has(x)", "expected string", 13),
    ("app starts with", "expected string", 15),
    ("app in 'a'", "expected set literal", 7),
    ("app in ('a')", "expected set literal", 7),
    ("app not in", "expected set literal", 10),
    ("app", "expected == or != not: end of selector", 3),
    ("app && has(b)", "expected == or != not: &&", 4),
    ("(app)", "expected == or != not: )", 4),
    ("app 'web'", "expected == or != not: 'web'", 4),
    ("app !has(b)", "expected == or != not: !", 4),
    ("has (app)", "expected == or != not: (", 4),
    ("== 'x'", "unexpected token: ==", 0),
    ("'x' == app", "unexpected token: 'x'", 0),
    ("has(a) && && has(b)", "unexpected token: &&", 10),
    ("()", "unexpected token: )", 1),
    ("!= 'x'", "unexpected token: !=", 0),
    ("!!= 'x'", "unexpected token: !=", 1),
    ("{'a'}", "unexpected token: {", 0),
    ("has(a) has(b)", "unexpected content at end of selector has(", 7),
    ("has(a) and has(b)", "unexpected content at end of selector and", 7),
    ("has(a))", "unexpected content at end of selector )", 6),
    ("app == 'a' == 'b'", "unexpected content at end of selector ==", 11),
    ("all() , all()", "unexpected content at end of selector ,", 6),
]


def fault(text: str) -> SelectorError:
    with pytest.raises(SelectorError) as caught:
        parse(text)
    return caught.value


@pytest.mark.parametrize(("text", "says", "column"), TABLE)
def test_an_error_says_what_is_wrong_and_where(text: str, says: str, column: int) -> None:
    error = fault(text)
    assert says in error.says
    assert (error.text, error.column) == (text, column)
    assert "\n" not in error.says


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("app = 'web'", "`==`"),
        ("has(a) and has(b)", "`&&`"),
        ("has(a) AND has(b)", "`&&`"),
        ("has(a) & has(b)", "`&&`"),
        ("has(a) or has(b)", "`||`"),
        ("has(a) | has(b)", "`||`"),
        ("not has(a)", "`!`"),
        ("has(a)\n", "line break"),
        ("app == 'web'\n\n", "`>-`"),
        ("has(a) &&\n has(b)", "one line"),
        ("has(a)\u00a0", "spaces and tabs"),
        ("app == web", "quotes"),
        ("app in {web}", "quotes"),
        ("app == \u2018web\u2019", "straight quotes"),
        ("has('x')", "without quotes"),
        ("has (x)", "without a blank"),
        ("all", "parentheses follow `all`"),
        ("app", "`has(app)`"),
        ("!app && has(b)", "`has(app)`"),
        ("app in ('a', 'b')", "braces"),
        ("app in ['a', 'b']", "braces"),
    ],
)
def test_a_likely_slip_has_a_hint(text: str, hint: str) -> None:
    assert hint in fault(text).hint


@pytest.mark.parametrize("text", ["'x'", "app ==", "has(a) order == 'x'", "android", "()"])
def test_no_hint_is_given_for_what_may_mean_anything(text: str) -> None:
    assert "`&&`" not in fault(text).hint
    assert "`||`" not in fault(text).hint


def test_a_selector_error_is_ours() -> None:
    assert isinstance(fault("("), PercaleError)


@pytest.mark.parametrize(
    ("text", "excerpt"),
    [
        ("app = 'web'", "app = 'web'\n    ^"),
        ("app", "app\n   ^"),
        ("has(a)\n", "has(a)\\n\n      ^"),
        ("a == '\x1b[2J' $", "a == '\\x1b[2J' $\n               ^"),
        ("a == '\u202e' $", "a == '\\u202e' $\n              ^"),
    ],
)
def test_an_excerpt_has_a_caret_below_the_fault(text: str, excerpt: str) -> None:
    assert fault(text).excerpt() == excerpt


@pytest.mark.parametrize("before", [0, 1, 49, 50, 51, 99, 100, 5000])
@pytest.mark.parametrize("after", [0, 1, 49, 50, 51, 99, 100, 5000])
def test_an_excerpt_of_a_long_text_is_a_window(before: int, after: int) -> None:
    head, tail = "has(x) || " * (before // 10 + 1), "#" * after
    text, caret = fault(f"{head}${tail}").excerpt().splitlines()
    assert text[len(caret) - 1] == "$"
    assert len(text) <= 102
    assert text.startswith(("…", head))
    assert text.endswith(("…", f"${tail}"))


def test_a_message_shows_little_of_a_long_token_and_nothing_raw() -> None:
    assert len(fault(f"'{'x' * 5000}'").says) < 100
    assert fault("has(a) '\x1b[2J'").says.endswith("'\\x1b[2J'")
