"""Manifests as plain data: dicts, lists and scalars, and where in the text each of them was written."""

import codecs
import gc
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from percale.resources.collected import Collected, InputAbandoned
from percale.resources.json_reading import NotClean, halves_replaced, item_spans, read_json
from percale.resources.limits import MAX_BYTES
from percale.resources.nulls import Settling
from percale.resources.places import Path, Text
from percale.resources.problems import Place
from percale.resources.yaml_reading import Root, read_yaml
from percale.selector.errors import shortened

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


PlaceOf = Callable[[Path], Place]


@dataclass(frozen=True, slots=True)
class Document:
    """One resource as it was written, whatever its kind."""

    #: The name of the input, for messages.
    source: str
    data: dict[str, Any]
    _place_of: PlaceOf = field(repr=False, compare=False)

    @property
    def line(self) -> int:
        """The first line with content."""
        return self._place_of(()).line

    def place_of(self, path: Path) -> Place:
        """Of a mapping's entry the key, of an item its beginning; of what is not there, the nearest ancestor."""
        return self._place_of(path)


@contextmanager
def no_garbage_collection() -> Iterator[None]:
    """Reading makes millions of objects and no cycles: the search for some would outlast the reading."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def documents_in(content: bytes, source: str, *, may_be_empty: bool = False) -> list[Document]:
    """The documents of one input, lists unrolled; raises InvalidInput with everything that is wrong.

    A `source` that ends in `.json` must be JSON; anything else may be YAML or JSON.
    """
    problems = Collected()
    documents: list[Document] = []
    with suppress(InputAbandoned), no_garbage_collection():
        text = _decoded(content, source, problems)
        roots = _roots(text, problems)
        if not roots and not may_be_empty and not problems:
            problems.note(Place(source), "holds no resource")
        for root in roots:
            if root.has_null:
                Settling(root.span, problems).settle(root.data)
            documents += _unrolled(root, source, problems)
    problems.refuse()
    return documents


def _decoded(content: bytes, source: str, problems: Collected) -> Text:
    if len(content) > MAX_BYTES:
        problems.note(Place(source), f"larger than {MAX_BYTES >> 20} MiB", hint="split it")
        raise InputAbandoned
    mark, encoding = next((pair for pair in _MARKS if content.startswith(pair[0])), (b"", "utf-8"))
    try:
        return Text(source, content[len(mark) :].decode(encoding))
    except UnicodeDecodeError as error:
        offset = len(mark) + error.start
        before = Text(source, content[len(mark) : offset].decode(encoding))
        name = encoding[:6].removesuffix("-").upper()
        says = f"byte 0x{content[offset]:02x} at offset {offset} is not {name}"
        problems.note(before.place(len(before.content)), says, hint="save the file as UTF-8")
        raise InputAbandoned from error


def _roots(text: Text, problems: Collected) -> list[Root]:
    must_be_json = text.source.lower().endswith(".json")
    if not must_be_json and not text.content.lstrip().startswith("{"):
        return read_yaml(text, problems)
    try:
        return list(_json_roots(text, problems))
    except json.JSONDecodeError as error:
        if must_be_json:
            problems.note(text.place(error.pos), f"not JSON: {error.msg[:1].lower()}{error.msg[1:]}")
            return []
        return read_yaml(text, problems)
    except NotClean:
        return read_yaml(Text(text.source, halves_replaced(text.content, pairs=True)), problems)


def _json_roots(text: Text, problems: Collected) -> Iterator[Root]:
    for value, span in read_json(text):
        if value is None:
            continue
        if isinstance(value, dict):
            yield Root(value, span, has_null=True, item_spans=partial(item_spans, span))
        else:
            problems.note(span.place, "a document must be a mapping", hint="a resource begins with `{`")


def _unrolled(root: Root, source: str, problems: Collected) -> Iterator[Document]:
    if not _is_list(root.data):
        yield Document(source, root.data, root.span.place_of)
        return
    for index, item in _items(root.data, root.span.place_of, problems):
        yield from _flattened(item, partial(_item_place, root, index), source, problems)


def _flattened(data: dict[str, Any], place_of: PlaceOf, source: str, problems: Collected) -> Iterator[Document]:
    """Lists within lists are rare: their places need no short cut."""
    if not _is_list(data):
        yield Document(source, data, place_of)
        return
    for index, item in _items(data, place_of, problems):
        yield from _flattened(item, partial(_place_through, place_of, index), source, problems)


def _is_list(data: dict[str, Any]) -> bool:
    kind = data.get("kind")
    return isinstance(kind, str) and (kind == "List" or (kind.endswith("List") and "items" in data))


def _items(data: dict[str, Any], place_of: PlaceOf, problems: Collected) -> Iterator[tuple[int, dict[str, Any]]]:
    items = data.get("items", [])
    if not isinstance(items, list):
        says = f"`items` of a `{shortened(data['kind'])}` must be a list"
        problems.note(place_of(("items",)), says, path=("items",))
        return
    for index, item in enumerate(items):
        path = ("items", index)
        if isinstance(item, dict):
            yield index, _typed(item, data)
        elif item is not None:
            problems.note(place_of(path), "an item must be a mapping", path=path)


def _typed(item: dict[str, Any], parent: dict[str, Any]) -> dict[str, Any]:
    """The API server leaves out what the list's own kind says of each item."""
    kind = parent["kind"].removesuffix("List")
    if not kind or "kind" in item:
        return item
    return {"apiVersion": parent.get("apiVersion"), "kind": kind} | item


def _item_place(root: Root, index: int, path: Path) -> Place:
    spans = root.item_spans()
    # Items that came by an alias or a merge have no text of their own.
    if index >= len(spans):
        return root.span.place_of(("items", index, *path))
    return spans[index].place_of(path)


def _place_through(place_of: PlaceOf, index: int, path: Path) -> Place:
    return place_of(("items", index, *path))
