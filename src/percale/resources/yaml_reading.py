"""YAML into plain data from libyaml's event stream, document by document."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from yaml import YAMLError
from yaml.cyaml import CParser  # type: ignore[attr-defined]  # the stubs forget to export it
from yaml.events import DocumentStartEvent, StreamEndEvent

from percale.resources.collected import Collected, DocumentAbandoned
from percale.resources.limits import MOST_BROKEN
from percale.resources.places import Event, Events, Span, Text
from percale.resources.problems import Place
from percale.resources.syntax_errors import syntax_problem
from percale.resources.yaml_values import Data, Values
from percale.selector.errors import shortened

_NEXT_DOCUMENT = re.compile(r"^---(?=\s|\Z)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Root:
    """One document as it was written: nulls are still in it."""

    data: Data
    span: Span
    has_null: bool
    #: The spans of its `items`, should it be a list.
    item_spans: Callable[[], Sequence[Span]]


def read_yaml(text: Text, problems: Collected) -> list[Root]:
    """Every document that is not empty; a broken one does not keep those after it from being read."""
    roots: list[Root] = []
    start: int | None = 0
    broken = 0
    while start is not None and broken < MOST_BROKEN:
        run = _Run(text, start, problems)
        start = run.documents(roots)
        broken += 1
    return roots


class _Run:
    """The parser from `start` to the end of the text, or to the first document that breaks off."""

    def __init__(self, text: Text, start: int, problems: Collected) -> None:
        self._text, self._start, self._problems = text, start, problems
        self._first_line = text.content.count("\n", 0, start) + 1
        self._get: Events = CParser(text.content[start:] if start else text.content).get_event
        self._values = Values(self._get, self._place, problems)
        #: Where the document being read begins, with its markers, and where its value does.
        self._begun = start
        self._root = Span(text, start, start, text.place(start))

    def documents(self, roots: list[Root]) -> int | None:
        """Add what can be read; the index of the document to go on with, if this one breaks off."""
        try:
            self._each(roots)
        except YAMLError as error:
            problem, index = syntax_problem(error, self._text, self._start)
            self._problems.add(problem)
        except DocumentAbandoned as abandoned:
            index = self._start + abandoned.index
        else:
            return None
        self._note_duplicates(end=index)
        match = _NEXT_DOCUMENT.search(self._text.content, max(index, self._begun + 1))
        return match.start() if match else None

    def _each(self, roots: list[Root]) -> None:
        while (event := self._get()).__class__ is not StreamEndEvent:
            if event.__class__ is DocumentStartEvent:
                self._begun = self._index(event)
                self._document(self._get(), roots)

    def _document(self, event: Event, roots: list[Root]) -> None:
        begin = self._index(event)
        self._root = Span(self._text, begin, begin, self._place(event))
        self._values.begin_document()
        data = self._values.value(event)
        end = self._start + self._get().end_mark.index
        self._note_duplicates(end)
        if data.__class__ is dict:
            span = Span(self._text, begin, end, self._root.place)
            items = self._item_spans(self._values.items)
            roots.append(Root(data, span, self._values.met_null, lambda: items))
        elif data is not None:
            what = "a list" if data.__class__ is list else f"`{shortened(str(data))}`"
            says = f"a document must be a mapping, found {what}"
            self._problems.note(self._place(event), says, hint="a resource begins with `apiVersion:`")

    def _item_spans(self, events: list[Event]) -> list[Span]:
        # Up to where the next one begins: a mark of the list itself at the end does no harm.
        return [
            Span(self._text, self._index(event), self._index(following), self._place(event))
            for event, following in pairwise(events)
        ]

    def _note_duplicates(self, end: int) -> None:
        if not self._values.duplicates:
            return
        span = Span(self._text, self._root.start, end, self._root.place)
        for path, event in self._values.duplicates:
            first, second = span.place_of(path).line, self._place(event).line
            where = f"twice in line {first}" if first == second else f"in lines {first} and {second}"
            says = f"the key `{shortened(str(path[-1]))}` is written {where}"
            self._problems.note(self._place(event), says, path=path, hint="keep one of them")
        self._values.duplicates.clear()

    def _index(self, event: Event) -> int:
        return self._start + int(event.start_mark.index)

    def _place(self, event: Event) -> Place:
        mark = event.start_mark
        return Place(self._text.source, self._first_line + mark.line, mark.column + 1)
