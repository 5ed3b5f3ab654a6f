"""What manifests mean as data."""

import gc
import json
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from percale.resources.documents import documents_in
from percale.resources.scalars import plain


def data(text: str, source: str = "f.yaml") -> list[dict[str, Any]]:
    return [document.data for document in documents_in(text.encode(), source)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 1", [{"a": 1}]),
        ("a: 1\n---\nb: 2\n", [{"a": 1}, {"b": 2}]),
        ("---\n# nothing\n---\na: 1\n---\n", [{"a": 1}]),
        ("---\nnull\n---\n~\n---\na: 1\n", [{"a": 1}]),
        ("a: 1\n...\n---\nb: 2\n...\n", [{"a": 1}, {"b": 2}]),
        ("%YAML 1.1\n---\na: 1\n", [{"a": 1}]),
        ("{a: [1, two], b: {}}", [{"a": [1, "two"], "b": {}}]),
        ('{"a": 1,}', [{"a": 1}]),
        ('{"a": 1}\n{"b": 2}\n', [{"a": 1}, {"b": 2}]),
        ('{"a": 1}\n---\n{"b": 2}\n', [{"a": 1}, {"b": 2}]),
        ("a: 1\r\nb:\r\n  - c\r\n", [{"a": 1, "b": ["c"]}]),
        ("a: |\n  x\n  y\nb: >-\n  p\n  q\n", [{"a": "x\ny\n", "b": "p q"}]),
        ("a: '1'\nb: \"true\"\nc: 1:52\nd: 2001-01-01", [{"a": "1", "b": "true", "c": "1:52", "d": "2001-01-01"}]),
        (
            "a: !!str 1\nb: !!int '1'\nc: ! 1\nd: !!map {}\ne: !!seq []",
            [{"a": "1", "b": 1, "c": "1", "d": {}, "e": []}],
        ),
        ("'1': a\n'<<': {b: c}\n!!str 2: d", [{"1": "a", "<<": {"b": "c"}, "2": "d"}]),
        ("? |\n  long\n: x", [{"long\n": "x"}]),
    ],
)
def test_documents(text: str, expected: list[dict[str, Any]]) -> None:
    assert data(text) == expected


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_byte_order_marks_name_the_encoding(encoding: str) -> None:
    (document,) = documents_in("ä: ü€😀\n".encode(encoding), "f.yaml")
    assert document.data == {"ä": "ü€😀"}


@pytest.mark.parametrize("source", ["f.yaml", "f.json"])
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"a": null, "b": {"c": null}}', {"b": {}}),
        ('{"labels": {"a": null, "b": "c"}}', {"labels": {"a": "", "b": "c"}}),
        ('{"annotations": {"a": null}}', {"annotations": {"a": ""}}),
        ('{"matchLabels": {"a": null}}', {"matchLabels": {"a": ""}}),
        ('{"labelsToApply": {"a": null}}', {"labelsToApply": {"a": ""}}),
        ('{"labels": null}', {}),
        ('{"x": [{"y": null}, [{"z": null}]]}', {"x": [{}, [{}]]}),
    ],
)
def test_nulls_are_what_go_makes_of_them(source: str, text: str, expected: dict[str, Any]) -> None:
    assert data(text, source) == [expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("b: &x {a: 1}\nd: *x", {"b": {"a": 1}, "d": {"a": 1}}),
        ("b: &x [1, *y]\n".replace(", *y", "") + "d: *x", {"b": [1], "d": [1]}),
        ("a: &x 1\nb: &x 2\nc: *x", {"a": 1, "b": 2, "c": 2}),
        ("a: &x\nlabels: {b: *x}", {"labels": {"b": ""}}),
        ("&k a: 1\nb: *k", {"a": 1, "b": "a"}),
        ("a: &k b\n*k : 1", {"a": "b", "b": 1}),
        ("b: &x {a: 1, c: 3}\nd: {<<: *x, a: 2}", {"b": {"a": 1, "c": 3}, "d": {"a": 2, "c": 3}}),
        ("b: &x {a: 1, c: 3}\nd: {a: 2, <<: *x}", {"b": {"a": 1, "c": 3}, "d": {"a": 1, "c": 3}}),
        ("d: {<<: [{a: 1}, {a: 2, f: 1}]}", {"d": {"a": 1, "f": 1}}),
        ("d: {<<: {a: 1}, <<: {a: 2}}", {"d": {"a": 2}}),
        ("d: {<<: {<<: {z: 1}, a: 1}, b: 2}", {"d": {"z": 1, "a": 1, "b": 2}}),
        ("d: {<<: {a: 1}, a: null}", {"d": {}}),
    ],
)
def test_aliases_and_merge_keys(text: str, expected: dict[str, Any]) -> None:
    assert data(text) == [expected]


def test_what_an_alias_stands_for_is_nobody_elses() -> None:
    (document,) = data("a: &x {b: []}\nc: *x")
    document["a"]["b"].append(1)
    assert document["c"] == {"b": []}


def test_anchors_end_with_their_document() -> None:
    assert data("a: &x 1\n---\na: &x 2\nb: *x") == [{"a": 1}, {"a": 2, "b": 2}]


@pytest.mark.parametrize("source", ["f.yaml", "f.json"])
@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({"kind": "List", "items": [{"a": 1}, {"b": 2}]}, [{"a": 1}, {"b": 2}]),
        ({"kind": "List", "items": []}, []),
        ({"kind": "List"}, []),
        ({"kind": "List", "items": [{"kind": "List", "items": [{"a": 1}]}, {"b": 2}]}, [{"a": 1}, {"b": 2}]),
        (
            {"kind": "PodList", "apiVersion": "v1", "items": [{"a": 1}]},
            [{"apiVersion": "v1", "kind": "Pod", "a": 1}],
        ),
        ({"kind": "PodList", "items": [{"kind": "Pod", "a": 1}]}, [{"kind": "Pod", "a": 1}]),
        ({"kind": "AllowList", "spec": {}}, [{"kind": "AllowList", "spec": {}}]),
        ({"kind": "Pod", "items": [1]}, [{"kind": "Pod", "items": [1]}]),
    ],
)
def test_lists_are_unrolled(source: str, document: dict[str, Any], expected: list[dict[str, Any]]) -> None:
    assert data(json.dumps(document), source) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r'{"a": "\ud83d\ude00"}', "😀"),
        (r'{"a": "\ud83d"}', "\ufffd"),
        (r'{"a": "\ude00\ud83d"}', "\ufffd\ufffd"),
        (r'{"a": "\\ud83d"}', r"\ud83d"),
    ],
)
def test_escaped_characters_of_json(text: str, expected: str) -> None:
    assert data(text, "f.json") == [{"a": expected}]


def test_garbage_collection_is_on_again() -> None:
    documents_in(b"a: 1", "f.yaml")
    assert gc.isenabled()


def test_documents_are_values() -> None:
    first, second = documents_in(b"a: 1\n---\na: 1\n", "f.yaml")
    assert first == second
    assert (first.source, first.line, second.line) == ("f.yaml", 1, 3)


def test_a_long_scalar_is_read() -> None:
    (document,) = data(f"a: {'x' * 1_000_000}\nb: '{'y' * 1_000_000}'\n")
    assert (len(document["a"]), len(document["b"])) == (1_000_000, 1_000_000)


_TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufeff"), max_size=20)
# What only Go takes for something else, `y` or `0o17`, PyYAML does not put in quotes.
_TEXT = _TEXT.filter(lambda text: plain(text) == text)
_SCALARS = st.booleans() | st.integers(-(1 << 63), (1 << 63) - 1) | st.floats(allow_nan=False) | _TEXT
_VALUES = st.recursive(
    _SCALARS,
    lambda below: st.lists(below, max_size=4) | st.dictionaries(_TEXT, below, max_size=4),
    max_leaves=20,
)
_DOCUMENTS = st.lists(st.dictionaries(_TEXT, _VALUES, max_size=4), min_size=1, max_size=3).filter(
    lambda documents: not any("kind" in document for document in documents)
)


@given(_DOCUMENTS)
def test_yaml_comes_back(documents: list[dict[str, Any]]) -> None:
    assert data(yaml.safe_dump_all(documents)) == documents


@given(_DOCUMENTS)
def test_yaml_in_quotes_and_with_tags_comes_back(documents: list[dict[str, Any]]) -> None:
    assert data(yaml.safe_dump_all(documents, default_style='"', allow_unicode=True)) == documents


@given(_DOCUMENTS, st.booleans(), st.sampled_from([None, 1]))
def test_json_comes_back(documents: list[dict[str, Any]], ensure_ascii: bool, indent: int | None) -> None:  # noqa: FBT001  hypothesis
    finite = json.loads(json.dumps(documents), parse_constant=str)
    text = "\n".join(json.dumps(one, ensure_ascii=ensure_ascii, indent=indent) for one in finite)
    assert data(text, "f.json") == finite
