"""JSON, the fast way: what the standard parser takes without a doubt. YAML's reader explains the rest."""

import json
import re
from collections.abc import Iterator
from functools import lru_cache, partial
from typing import Any, NoReturn

from percale.resources.places import Span, Text
from percale.resources.problems import Place

_BLANK = re.compile(r"[ \t\r\n]*")
# Go reads half of a surrogate pair as the replacement character; Python would keep what no output can encode.
_ESCAPE = re.compile(
    r"\\(?:(?P<pair>u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})|(?P<half>u[dD][89a-fA-F][0-9a-fA-F]{2})|.)"
)
_REPLACEMENT = r"\ufffd"
_CONSTANT = re.compile(r"[:,\[\s](-?Infinity|NaN)\b")


_SEPARATORS = re.compile(r"[ \t\r\n,:]*")


class NotClean(Exception):
    """JSON, perhaps, but with keys twice, numbers out of range, or nesting without end."""


def read_json(text: Text) -> list[tuple[Any, Span]]:
    """The values of the text, one after the other; raises json.JSONDecodeError or NotClean."""
    content = halves_replaced(text.content, pairs=False)
    decoder = json.JSONDecoder(object_pairs_hook=_object, parse_constant=partial(_no_constant, content))
    values: list[tuple[Any, Span]] = []
    index = _after(_BLANK, content, 0)
    while index < len(content):
        try:
            value, end = decoder.raw_decode(content, index)
        except RecursionError as error:
            raise NotClean from error
        except json.JSONDecodeError:
            raise
        except ValueError as error:
            # An integer with thousands of digits.
            raise NotClean from error
        values.append((value, Span(text, index, end, text.place(index))))
        index = _after(_BLANK, content, end)
    return values


@lru_cache(maxsize=4)
def item_spans(span: Span) -> list[Span]:
    """One for each of the `items` of an object that has been read without fault."""
    content, decode = span.text.content, json.JSONDecoder().raw_decode
    index = span.start + 1
    while content[index := _after(_SEPARATORS, content, index)] != "}":
        key, index = decode(content, index)
        index = _after(_SEPARATORS, content, index)
        if key == "items" and content[index] == "[":
            return list(_elements(span, index + 1))
        _, index = decode(content, index)
    return []


def _elements(span: Span, index: int) -> Iterator[Span]:
    content, decode = span.text.content, json.JSONDecoder().raw_decode
    line, line_start = span.place.line, span.start - (span.place.column - 1)
    counted = line_start
    while content[index := _after(_SEPARATORS, content, index)] != "]":
        if breaks := content.count("\n", counted, index):
            line, line_start = line + breaks, content.rindex("\n", counted, index) + 1
        counted = index
        _, end = decode(content, index)
        yield Span(span.text, index, end, Place(span.text.source, line, index - line_start + 1))
        index = end


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    data = dict(pairs)
    if len(data) != len(pairs):
        raise NotClean
    return data


def _no_constant(content: str, name: str) -> NoReturn:
    match = _CONSTANT.search(content)
    raise json.JSONDecodeError(f"`{name}` is no number", content, match.start(1) if match else 0)


def _after(blank: re.Pattern[str], content: str, index: int) -> int:
    match = blank.match(content, index)
    return match.end() if match else index


def halves_replaced(content: str, *, pairs: bool) -> str:
    """The same text, as long as before, without escapes of half characters; `pairs` go too if asked."""
    if "\\ud" not in content and "\\uD" not in content:
        return content
    return _ESCAPE.sub(partial(_replaced, pairs=pairs), content)


def _replaced(match: re.Match[str], *, pairs: bool) -> str:
    escape = match.group()
    if match["pair"]:
        return _REPLACEMENT * 2 if pairs else escape
    return _REPLACEMENT if match["half"] else escape
