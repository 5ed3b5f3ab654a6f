"""Where in a text a value was written, found out when asked for: no reader keeps the places of all values."""

import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from yaml import YAMLError
from yaml.cyaml import CParser  # type: ignore[attr-defined]  # the stubs forget to export it
from yaml.events import (
    AliasEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from percale.resources.limits import MAX_DEPTH
from percale.resources.problems import Place
from percale.selector.errors import printable

Path = Sequence[str | int]

#: What `get_event` of libyaml's binding returns: attributes differ by class, and the stubs name none.
Event = Any
Events = Callable[[], Event]

MERGE = "<<"

# JSON writes characters above U+FFFF as two escapes, which YAML refuses; what they mean is of no matter here.
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F][0-9a-fA-F]{2}")


@dataclass(frozen=True, slots=True, eq=False)
class Text:
    """The whole of one input, and its name for messages."""

    source: str
    content: str

    def place(self, index: int) -> Place:
        line_start = self.content.rfind("\n", 0, index) + 1
        return Place(self.source, self.content.count("\n", 0, index) + 1, index - line_start + 1)


@dataclass(frozen=True, slots=True, eq=False)
class Span:
    """A document, or an item of a list, within its text."""

    text: Text
    start: int
    end: int
    place: Place

    def place_of(self, path: Path) -> Place:
        """The key or list item at the path, or of its nearest ancestor that was written down."""
        if not path:
            return self.place
        place, below = self.place, _spots(self)
        for step in path:
            spot = below.get(step)
            if spot is None:
                break
            place, below = Place(self.text.source, spot.line, spot.column), spot.below
        return place


@dataclass(slots=True)
class _Spot:
    line: int
    column: int
    below: dict[str | int, "_Spot"] = field(default_factory=dict)


_Spots = dict[str | int, _Spot]


def path_text(path: Path) -> str:
    """`spec.ingress[2].ports[0]`, fit for a terminal."""
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return printable("".join(steps).removeprefix("."))


def _events(span: Span) -> Events:
    """The events of the span's root, with the columns they have in the whole text."""
    content = " " * (span.place.column - 1) + span.text.content[span.start : span.end]
    get = CParser(_SURROGATE.sub(r"\\ufffd", content)).get_event
    get()  # the stream starts
    get()  # the document starts
    return get


@lru_cache(maxsize=4)
def _spots(span: Span) -> _Spots:
    filling = _Filling(_events(span), span.place.line)
    spots: _Spots = {}
    # A document that breaks off: what stands before the break has been filled in.
    with suppress(YAMLError):
        filling.fill(spots, filling.get())
    return spots


class _Filling:
    """One walk over the events of a span, which writes down where each key and list item begins."""

    def __init__(self, get: Events, first_line: int) -> None:
        self.get = get
        self._first_line = first_line
        self._anchors: dict[str, _Spots] = {}
        self._depth = 0

    def fill(self, spots: _Spots, event: Event) -> None:
        kind = event.__class__
        if kind is AliasEvent:
            spots.update(self._anchors.get(event.anchor, {}))
        elif kind is not ScalarEvent and self._depth == MAX_DEPTH:
            _skipped(self.get, event)
        elif kind is not ScalarEvent:
            if event.anchor:
                self._anchors[event.anchor] = spots
            self._depth += 1
            fill = self._fill_sequence if kind is SequenceStartEvent else self._fill_mapping
            fill(spots)
            self._depth -= 1

    def _fill_sequence(self, spots: _Spots) -> None:
        while (item := self.get()).__class__ is not SequenceEndEvent:
            spot = spots[len(spots)] = self._spot(item)
            self.fill(spot.below, item)

    def _fill_mapping(self, spots: _Spots) -> None:
        explicit = set()
        while (key := self.get()).__class__ is not MappingEndEvent:
            spot = self._spot(key)
            if key.__class__ is not ScalarEvent:
                _skipped(self.get, key)
                self.fill(spot.below, self.get())
            elif key.value == MERGE and not key.style:
                self.fill(spot.below, self.get())
                _merge(spots, spot.below)
            else:
                if key.value not in explicit:
                    spots[key.value] = spot
                explicit.add(key.value)
                self.fill(spot.below, self.get())

    def _spot(self, event: Event) -> _Spot:
        return _Spot(self._first_line + event.start_mark.line, event.start_mark.column + 1)


def _merge(spots: _Spots, merged: _Spots) -> None:
    """A mapping, or a list of mappings of which earlier ones count first."""
    if 0 in merged:
        for index in reversed(range(len(merged))):
            spots.update(merged[index].below)
    else:
        spots.update(merged)


def _skipped(get: Events, event: Event) -> Event:
    """The last event of the value that begins with `event`."""
    depth = 0
    while True:
        kind = event.__class__
        if kind is MappingStartEvent or kind is SequenceStartEvent:
            depth += 1
        elif kind is MappingEndEvent or kind is SequenceEndEvent:
            depth -= 1
        if not depth:
            return event
        event = get()
