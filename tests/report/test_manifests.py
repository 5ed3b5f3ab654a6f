"""What is written is read again as what it was, and nothing of it can move a terminal's cursor."""

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from percale.report.manifests import json_text, yaml_text
from percale.resources.documents import documents_in

_TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
_VALUES = st.recursive(
    st.booleans() | st.integers(-(2**53), 2**53) | _TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXTS, inner, max_size=3),
    max_leaves=8,
)


def read(text: str, name: str) -> object:
    (document,) = documents_in(text.encode(), name)
    return document.data["spec"]


@given(_VALUES)
@example("y")
@example("no")
@example("1:20")
@example("0777")
@example("1e3")
@example("2024-01-01")
@example("~")
@example("a\nb\n")
@example(" a")
@example("- a")
@example("#")
@example("\x1b[31m")
@example("\u202e\U000e0041")
@example({"on": "off", "null": "null", "\x85": ["\ufeff"]})
def test_what_is_written_is_read_again(value: object) -> None:
    manifest = {"kind": "X", "apiVersion": "v1", "spec": value}
    assert read(yaml_text(manifest), "x.yaml") == value
    assert read(json_text(manifest), "x.json") == value


@given(_TEXTS)
def test_nothing_reaches_a_terminal_unescaped(text: str) -> None:
    for written in (yaml_text({text: [text]}), json_text({text: [text]}), json_text({text: text}, indent=None)):
        assert all(letter.isprintable() or letter == "\n" for letter in written), ascii(written)


@pytest.mark.parametrize(("value", "text"), [(10.0, "10"), (1e6, "1000000"), (0.5, "0.5")])
def test_whole_numbers_have_no_point(value: float, text: str) -> None:
    assert yaml_text({"order": value}) == f"order: {text}\n"
    assert json.loads(json_text({"order": value}))["order"] == value
    assert json_text({"order": value}, indent=None) == f'{{"order": {text}}}'


def test_long_lines_and_lists_are_as_go_writes_them() -> None:
    selector = " || ".join(f"app == 'web{number}'" for number in range(20))
    assert yaml_text({"b": [{"y": "1", "x": selector}], "a": "l\nm\n"}) == (
        f'a: |\n  l\n  m\nb:\n- x: {selector}\n  "y": "1"\n'
    )
