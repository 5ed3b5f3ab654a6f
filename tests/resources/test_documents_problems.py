"""What is said of inputs that cannot be read, word for word, and at what cost."""

import time

import pytest

from percale.resources.documents import documents_in
from percale.resources.limits import ALIAS_BUDGET, MAX_BYTES, MAX_DEPTH, MOST_BROKEN, MOST_PROBLEMS
from percale.resources.problems import InvalidInput, Place, Problem

UNCLOSED = "the quoted text that begins at line 1, column 4 does not end"
NO_KEY_HERE = "`:` cannot stand here: this is not the place for a key"
CHECK_INDENTATION = "put the text in quotes if `: ` is part of it, else check the indentation"
EMPTY_ITEM = "write `{}` for an item without fields"


def problems(content: str | bytes, source: str = "f.yaml") -> list[Problem]:
    with pytest.raises(InvalidInput) as invalid:
        documents_in(content.encode() if isinstance(content, str) else content, source)
    return list(invalid.value.problems)


@pytest.mark.parametrize(
    ("text", "line", "column", "says", "hint"),
    [
        ("a: b: c", 1, 5, NO_KEY_HERE, CHECK_INDENTATION),
        ("a:\n\tb: 1", 2, 1, "a tab is used for indentation", "indent with spaces"),
        ("a:\n  b: 1\n\tc: 2", 3, 1, "a tab is used for indentation", "indent with spaces"),
        ("a: 1\n   \tb: 2", 2, 4, "a tab is used for indentation", "indent with spaces"),
        ("a: |\n\tb", 2, 1, "a tab is used for indentation", "indent with spaces"),
        ("a: [1, 2", 1, 4, "the `[` is not closed before the end of the file", ""),
        ("a:\n  {b: 1\n", 2, 3, "the `{` is not closed before the end of the file", ""),
        ("a: 'x", 1, 6, UNCLOSED, "close the quote"),
        ('a: "x\n---\nb: 1', 2, 1, UNCLOSED + " before the next document", "close the quote"),
        (
            "a: [1\n---\nb: 1",
            2,
            1,
            "found `---` where `,` or `]` is expected",
            "the list begins at line 1, column 4",
        ),
        (
            "a: {b: 'c' d}",
            1,
            12,
            "found `d` where `,` or `}` is expected",
            "the mapping begins at line 1, column 4",
        ),
        (
            "a:\n    b: 1\n  c: 2",
            3,
            3,
            "found `c` where a key, or the end of the mapping from line 1, column 1, is expected",
            "check indentation and quotes",
        ),
        (
            "a:\n  - b: 1\n   c: 2\n",
            3,
            4,
            "found `c` where `- `, or the end of the list from line 2, column 3, is expected",
            "check the indentation",
        ),
        ("a: - b", 1, 4, "`- ` cannot stand here", "begin the list on a line of its own"),
        ("a: ? b", 1, 4, "`? ` cannot stand here", ""),
        ("a: @x", 1, 4, "a value cannot begin with `@x`", "put it in quotes"),
        ("a: }", 1, 4, "found `}` where a value is expected", ""),
        (
            "{a: 1}}",
            1,
            7,
            "found `}` after the end of the document",
            "separate documents by a line `---`",
        ),
        ("a: 1\nb\nc: 2", 3, 1, "the key at line 2, column 1 has no `:`", "write `key: value`"),
        (
            'a: "\\q"',
            1,
            5,
            "unknown escape `\\q` in double quotes",
            "write `\\\\` for a backslash, or use single quotes",
        ),
        ('a: "\\xZZ"', 1, 7, 'found `ZZ"` where a hexadecimal digit is expected', ""),
        ('a: "\\ud800"', 1, 7, "the escape is not a Unicode character", ""),
        (
            "a: *",
            1,
            5,
            "found the end of the file where the name of an anchor is expected",
            "put the text in quotes if `*` or `&` is part of it",
        ),
        ("a: |x\n b", 1, 5, "found `x` after a block scalar's `|` or `>`", "begin the text on the next line"),
        ("a: |0\n b", 1, 5, "a block scalar cannot have indentation 0", "write 1 to 9"),
        ("a: !e!x b", 1, 4, "the tag `!e!x` is not supported", "leave the tag out"),
        ("%YAML 3.0\n---\na: 1", 1, 1, "YAML of this version is not supported", "leave `%YAML` out"),
        ("%x\n---\na: 1", 1, 3, "unknown directive", "put text that begins with `%` in quotes"),
        ("a: !<x", 1, 7, "this is not YAML: did not find the expected '>'", ""),
        ("a: \x1b[1m", 1, 4, "the control character U+001B cannot stand in YAML", "remove it"),
        (
            "a\0:\0 \0",
            1,
            2,
            "the control character U+0000 cannot stand in YAML",
            "is the file UTF-16 without a byte order mark?",
        ),
        ("- a", 1, 1, "a document must be a mapping, found a list", "a resource begins with `apiVersion:`"),
        (
            "hello\n",
            1,
            1,
            "a document must be a mapping, found `hello`",
            "a resource begins with `apiVersion:`",
        ),
        (
            '"\\e[31mred"',
            1,
            1,
            "a document must be a mapping, found `\\x1b[31mred`",
            "a resource begins with `apiVersion:`",
        ),
        ("1: a", 1, 1, "the key `1` is a number, a key must be a string", 'write `"1"`'),
        ("on: a", 1, 1, "the key `on` is a boolean, a key must be a string", 'write `"on"`'),
        ("~: a", 1, 1, "the key is empty", 'write `""` if the empty text is meant'),
        ("? [a]\n: b", 1, 3, "a list cannot be a key", ""),
        ("{a: b}: c", 1, 1, "a mapping cannot be a key", ""),
        ("kind: List\nitems: 3", 2, 1, "`items` of a `List` must be a list", ""),
        ("kind: List\nitems:\n- 3", 3, 3, "an item must be a mapping", ""),
    ],
)
def test_one_problem(text: str, line: int, column: int, says: str, hint: str) -> None:
    (problem,) = problems(text)
    assert (problem.place, problem.says, problem.hint) == (Place("f.yaml", line, column), says, hint)


@pytest.mark.parametrize(
    ("text", "place", "path", "says", "hint"),
    [
        (
            "a:\n  b: 1\n  c: 2\n  b: 3",
            (4, 3),
            "a.b",
            "the key `b` is written in lines 2 and 4",
            "keep one of them",
        ),
        ("a: [{b: 1, b: 2}]", (1, 12), "a[0].b", "the key `b` is written twice in line 1", "keep one of them"),
        (
            "a: {b: 1, <<: {b: 2}, b: 3, b: 4}",
            (1, 29),
            "a.b",
            "the key `b` is written twice in line 1",
            "keep one of them",
        ),
        ("a: [{}, null]", (1, 9), "a[1]", "empty list item", EMPTY_ITEM),
        ("a:\n- b:\n  -\n  - x", (3, 4), "a[0].b[0]", "empty list item", EMPTY_ITEM),
        ("a: !mine b", (1, 4), "a", "the tag `!mine` is not supported", "leave the tag out"),
        ("a: !!set {b}", (1, 4), "a", "the tag `!!set` is not supported", "leave the tag out"),
        ("a: !!int x", (1, 4), "a", "`x` does not fit the tag `!!int`", ""),
        ("a: *u", (1, 4), "a", "no anchor `&u` stands before this alias", ""),
        ("a: &x [*x]", (1, 8), "a[0]", "the anchor `&x` contains itself", ""),
        ("d: {<<: 3}", (1, 9), "d", "`<<` takes a mapping or a list of mappings", ""),
        ("d: {<<: [3]}", (1, 9), "d", "`<<` takes a mapping or a list of mappings", ""),
        (
            'a: {"\\e": 1, "\\e": 2}',
            (1, 14),
            "a.\\x1b",
            "the key `\\x1b` is written twice in line 1",
            "keep one of them",
        ),
    ],
)
def test_a_problem_has_a_path(text: str, place: tuple[int, int], path: str, says: str, hint: str) -> None:
    (problem,) = problems(text)
    assert problem == Problem(Place("f.yaml", *place), says, path, hint=hint)


@pytest.mark.parametrize(
    ("text", "line", "column", "says"),
    [
        ('{"a": 1,}', 1, 9, "not JSON: expecting property name enclosed in double quotes"),
        ('{"a": 1\n "b": 2}', 2, 2, "not JSON: expecting ',' delimiter"),
        ('{"a"', 1, 5, "not JSON: expecting ':' delimiter"),
        ('{"a": "x', 1, 7, "not JSON: unterminated string starting at"),
        ('{"a": "\x1b"}', 1, 8, "not JSON: invalid control character at"),
        ("a: 1", 1, 1, "not JSON: expecting value"),
        ('{"a": NaN}', 1, 7, "not JSON: `NaN` is no number"),
        ('{"a": [1, -Infinity]}', 1, 11, "not JSON: `-Infinity` is no number"),
        ("[1]", 1, 1, "a document must be a mapping"),
        ('{"a": 1,\n "a": 2}', 2, 2, "the key `a` is written in lines 1 and 2"),
        ('{"a": [1,\n null]}', 2, 2, "empty list item"),
        ('{"a": ' * 2000 + "1" + "}" * 2000, 1, 601, f"nested more than {MAX_DEPTH} levels deep"),
        ('{"a": ' * 150 + "1" + "}" * 150, 1, 596, f"nested more than {MAX_DEPTH} levels deep"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_json(text: str, line: int, column: int, says: str) -> None:
    (problem,) = problems(text, "f.json")
    assert (problem.place, problem.says) == (Place("f.json", line, column), says)


@pytest.mark.parametrize(
    ("content", "line", "column", "says"),
    [
        (b"a: 1\nb: \xc3\xa4\xff", 2, 5, "byte 0xff at offset 10 is not UTF-8"),
        (b"\xff\xfea\0:\0 \0\0\xd8", 1, 4, "byte 0x00 at offset 8 is not UTF-16"),
    ],
)
def test_encodings(content: bytes, line: int, column: int, says: str) -> None:
    expected = Problem(Place("f.yaml", line, column), says, hint="save the file as UTF-8")
    assert problems(content) == [expected]


@pytest.mark.parametrize("text", ["", "\n\n", "# nothing\n", "---\n---\n", "null"])
def test_nothing_to_read(text: str) -> None:
    assert problems(text) == [Problem(Place("f.yaml"), "holds no resource")]


def test_all_problems_at_once_and_across_broken_documents() -> None:
    text = "a: 'x\n---\nb: [\n---\nc: 1\nc: 2\n---\n- x\n---\nd: [null, ~]\n---\nok: 1\n---\ne: 1\ne: 2\nf: :: g: 1\n"
    assert [(p.place.line, p.says[:24]) for p in problems(text)] == [
        (2, "the quoted text that beg"),
        (4, "found `---` where a valu"),
        (6, "the key `c` is written i"),
        (8, "a document must be a map"),
        (10, "empty list item"),
        (10, "empty list item"),
        (15, "the key `e` is written i"),
        (16, "`:` cannot stand here: t"),
    ]


def test_problems_have_an_end() -> None:
    found = problems("a: [" + "~," * 50_000 + "]")
    assert len(found) == MOST_PROBLEMS + 1
    assert found[-1].says == f"{MOST_PROBLEMS} problems so far; the rest of the input is not read"


def test_broken_documents_have_an_end() -> None:
    assert len(problems("a: [\n---\n" * 100_000)) == MOST_BROKEN


BOMB = "a: &a [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{name}: &{name} [{','.join([f'*{before}'] * 10)}]\n" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
MERGE_BOMB = "a: &a {k0: v}\n" + "".join(
    f"b{i}: &b{i} {{z: *{f'b{i - 1}' if i else 'a'}, w: *{f'b{i - 1}' if i else 'a'}, <<: *a}}\n" for i in range(60)
)
CHAIN = "k0: &k0 [x]\n" + "".join(f"k{i}: &k{i} [*k{i - 1}]\n" for i in range(1, 500))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (BOMB, f"aliases stand for more than {ALIAS_BUDGET:,} values"),
        (MERGE_BOMB, f"aliases stand for more than {ALIAS_BUDGET:,} values"),
        (CHAIN, f"nested more than {MAX_DEPTH} levels deep"),
        ("a: " + "[" * 100_000, f"nested more than {MAX_DEPTH} levels deep"),
        ("{" * 100_000, f"nested more than {MAX_DEPTH} levels deep"),
        ("a: " + "{b: " * 100_000, f"nested more than {MAX_DEPTH} levels deep"),
        ("\n".join(" " * i + "a:" for i in range(2000)), f"nested more than {MAX_DEPTH} levels deep"),
        ("a: " + "- " * 100_000, "`- ` cannot stand here"),
        ("a: '" + "x" * 1_000_000, UNCLOSED),
        ("? " * 100_000, f"nested more than {MAX_DEPTH} levels deep"),
    ],
    ids=lambda text: text[:12],
)
def test_hostile_input_costs_little(text: str, says: str) -> None:
    start = time.process_time()
    (problem,) = problems(text)
    assert problem.says == says
    assert time.process_time() - start < 1


def test_depth_that_is_allowed() -> None:
    text = "{a: " * MAX_DEPTH + "1" + "}" * MAX_DEPTH
    assert documents_in(text.encode(), "f.yaml")


def test_too_large() -> None:
    expected = Problem(Place("f.yaml"), "larger than 64 MiB", hint="split it")
    assert problems(b" " * (MAX_BYTES + 1)) == [expected]
