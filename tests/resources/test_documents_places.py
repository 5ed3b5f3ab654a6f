"""Where in the text each value was written."""

import json

import pytest

from percale.resources.documents import documents_in
from percale.resources.problems import Place

POLICY = """\
# a comment
---
apiVersion: v1   # line 3
kind: NetworkPolicy
metadata:
  labels: {app: web, "a.b/c": "ü", x: }
spec:
  ingress:
  - from:
    - podSelector: {}
    ports:
      - port: 80
      -
        port: 443
  - {}
---
{kind: Second, list: [[1, 22], 3]}
"""


@pytest.mark.parametrize(
    ("path", "line", "column"),
    [
        ((), 3, 1),
        (("kind",), 4, 1),
        (("metadata", "labels"), 6, 3),
        (("metadata", "labels", "app"), 6, 12),
        (("metadata", "labels", "a.b/c"), 6, 22),
        (("metadata", "labels", "x"), 6, 36),
        (("metadata", "labels", "missing"), 6, 3),
        (("metadata", "name", "deeper"), 5, 1),
        (("spec", "ingress"), 8, 3),
        (("spec", "ingress", 0), 9, 5),
        (("spec", "ingress", 0, "ports"), 11, 5),
        (("spec", "ingress", 0, "ports", 0), 12, 9),
        (("spec", "ingress", 0, "ports", 0, "port"), 12, 9),
        (("spec", "ingress", 0, "ports", 1, "port"), 14, 9),
        (("spec", "ingress", 1), 15, 5),
        (("spec", "ingress", 2), 8, 3),
        (("nowhere",), 3, 1),
    ],
)
def test_place_of(path: tuple[str | int, ...], line: int, column: int) -> None:
    document = documents_in(POLICY.encode(), "f.yaml")[0]
    assert document.place_of(path) == Place("f.yaml", line, column)


@pytest.mark.parametrize(
    ("path", "line", "column"),
    [((), 17, 1), (("kind",), 17, 2), (("list", 0), 17, 23), (("list", 0, 1), 17, 27), (("list", 1), 17, 32)],
)
def test_place_in_a_later_document(path: tuple[str | int, ...], line: int, column: int) -> None:
    document = documents_in(POLICY.encode(), "f.yaml")[1]
    assert document.place_of(path) == Place("f.yaml", line, column)


@pytest.mark.parametrize(
    ("text", "path", "line", "column"),
    [
        ("--- {a: 1}", ("a",), 1, 6),
        ("  a:\n    b: 1", ("a", "b"), 2, 5),
        ("--- !!map\n\na: {b: 1}", ("a", "b"), 3, 5),
        ("b: &x\n  c: 1\nd: *x", ("d", "c"), 2, 3),
        ("b: &x {a: 1, c: 3}\nd:\n  <<: *x\n  a: 2", ("d", "a"), 4, 3),
        ("b: &x {a: 1, c: 3}\nd:\n  <<: *x\n  a: 2", ("d", "c"), 1, 14),
        ("b: &x {a: 1, c: 3}\nd:\n  a: 2\n  <<: *x", ("d", "a"), 1, 8),
        ("d:\n  <<:\n  - a: 1\n  - a: 2\n    b: 1", ("d", "a"), 3, 5),
        ("d:\n  <<:\n  - a: 1\n  - a: 2\n    b: 1", ("d", "b"), 5, 5),
        ("a: 1\r\nb:\r\n  c: 1\r\n", ("b", "c"), 3, 3),
        ("? &x a\n: b: 1", ("a", "b"), 2, 3),
        ("\ufeffa: 1", ("a",), 1, 1),
    ],
)
def test_odd_places(text: str, path: tuple[str | int, ...], line: int, column: int) -> None:
    (document,) = documents_in(text.encode(), "f.yaml")
    assert document.place_of(path) == Place("f.yaml", line, column)


LIST = """\
apiVersion: v1
items:
# the first
- kind: A
  metadata: {name: one}

- &anchored
  kind: B
  spec:
  - x
- *anchored
- {kind: D, spec: [{z: 1}]}
kind: List
"""


@pytest.mark.parametrize(
    ("item", "path", "line", "column"),
    [
        (0, (), 4, 3),
        (0, ("metadata", "name"), 5, 14),
        (1, (), 7, 3),
        (1, ("spec", 0), 10, 5),
        (2, (), 11, 3),
        (2, ("spec", 0), 11, 3),
        (3, (), 12, 3),
        (3, ("spec", 0, "z"), 12, 21),
    ],
)
def test_places_in_a_list(item: int, path: tuple[str | int, ...], line: int, column: int) -> None:
    document = documents_in(LIST.encode(), "f.yaml")[item]
    assert document.place_of(path) == Place("f.yaml", line, column)
    assert document.line == documents_in(LIST.encode(), "f.yaml")[item].place_of(()).line


@pytest.mark.parametrize("source", ["f.yaml", "f.json"])
def test_places_in_a_nested_list_of_json(source: str) -> None:
    inner = {"kind": "List", "items": [{"kind": "A"}, {"kind": "B\U0001f600", "spec": {"x": 1}}]}
    text = json.dumps({"kind": "List", "items": [{"kind": "C"}, inner]}, indent=1)
    documents = documents_in(text.encode(), source)
    lines = text.splitlines()
    line = next(number for number, line in enumerate(lines, 1) if '"x"' in line)
    assert documents[2].place_of(("spec", "x")) == Place(source, line, lines[line - 1].index('"x"') + 1)
    assert [document.line for document in documents] == [4, 10, 13]


def test_places_of_many_documents_agree_with_the_text() -> None:
    text = "".join(f"---\nname: n{i}\nspec:\n  port: {i}\n" for i in range(50))
    for i, document in enumerate(documents_in(text.encode(), "f.yaml")):
        assert document.place_of(("spec", "port")) == Place("f.yaml", 4 * i + 4, 3)
