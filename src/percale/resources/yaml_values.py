"""One YAML value from its events: bounded in depth and expansion, strict about keys, merging as Go does."""

from collections.abc import Callable
from typing import Any, NoReturn

from yaml.events import (
    AliasEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from percale.resources.collected import Collected, DocumentAbandoned, InputAbandoned
from percale.resources.limits import ALIAS_BUDGET, MAX_DEPTH, MOST_PROBLEMS
from percale.resources.places import MERGE, Event, Events
from percale.resources.problems import Place
from percale.resources.scalars import Scalar, is_known, plain, tag_name, tagged
from percale.selector.errors import shortened

#: What JSON can hold.
Data = Any

_COLLECTION_TAGS = {
    MappingStartEvent: (None, "!", "tag:yaml.org,2002:map"),
    SequenceStartEvent: (None, "!", "tag:yaml.org,2002:seq"),
}
#: Stands for the value of an anchor that is still being read.
_OPEN = object()


class _Plain(dict[str, Scalar]):
    """Unquoted scalars met so far. A null is not kept, so that each one is seen."""

    met_null = False

    def __missing__(self, text: str) -> Scalar:
        value = plain(text)
        if value is None:
            self.met_null = True
        else:
            self[text] = value
        return value


class Values:
    """Reads values one after the other; what a look-up saves in `_mapping` and `_Plain` is most of the cost."""

    def __init__(self, get: Events, place: Callable[[Event], Place], problems: Collected) -> None:
        self._get, self._place, self._problems = get, place, problems
        self._plain = _Plain()
        self._keys: dict[str, str] = {}
        self._anchors: dict[str, Data] = {}
        self._allowance = ALIAS_BUDGET
        # Keys and indexes from the root to the collection being read: its length is the depth.
        self._path: list[str | int] = []
        #: The first event of each of the root's `items`, and their end.
        self.items: list[Event] = []
        #: Paths of keys that stand twice in their mapping, with the events of the later ones.
        self.duplicates: list[tuple[tuple[str | int, ...], Event]] = []

    @property
    def met_null(self) -> bool:
        return self._plain.met_null

    def begin_document(self) -> None:
        self._anchors = {}
        self.items = []
        self._plain.met_null = False

    def value(self, event: Event) -> Data:
        kind = event.__class__
        if kind is ScalarEvent:
            return self._scalar(event)
        if kind is AliasEvent:
            return self._alias(event)
        if len(self._path) >= MAX_DEPTH:
            self._too_deep(event)
        if event.tag not in _COLLECTION_TAGS[kind]:
            self._unknown_tag(event)
        if event.anchor:
            self._anchors[event.anchor] = _OPEN
        value = self._mapping() if kind is MappingStartEvent else self._sequence()
        if event.anchor:
            self._anchors[event.anchor] = value
        return value

    def _mapping(self) -> dict[str, Data]:
        get, known, keys = self._get, self._plain, self._keys
        data: dict[str, Data] = {}
        merged: set[str] = set()
        while (event := get()).__class__ is not MappingEndEvent:
            # Keys repeat: one met before, in the same plain form, needs no second look.
            if event.__class__ is ScalarEvent and not (event.style or event.tag or event.anchor):
                key = keys.get(event.value) or self._key(event)
            else:
                key = self._key(event)
            if key is None:
                self._without_key(event, data, merged)
                continue
            if key in data:
                self._again(key, event, merged)
            event = get()
            if event.__class__ is ScalarEvent and event.tag is None and event.anchor is None:
                data[key] = event.value if event.style else known[event.value]
            else:
                data[key] = self._below(key, event)
        return data

    def _sequence(self) -> list[Data]:
        get = self._get
        data: list[Data] = []
        begins = self.items if self._path == ["items"] else None
        while (event := get()).__class__ is not SequenceEndEvent:
            data.append(self._below(len(data), event))
            if begins is not None:
                begins.append(event)
        if begins is not None:
            begins.append(event)
        return data

    def _below(self, step: str | int, event: Event) -> Data:
        self._path.append(step)
        value = self.value(event)
        self._path.pop()
        return value

    def _key(self, event: Event) -> str | None:
        """None for a merge key, and for what cannot be a key, which is then noted."""
        if _is_merge(event):
            return None
        value = self._below("?", event)
        if not isinstance(value, str):
            self._bad_key(event, value)
            return None
        if event.__class__ is ScalarEvent and not (event.style or event.tag or event.anchor):
            self._keys[value] = value
        return value

    def _bad_key(self, event: Event, value: object) -> None:
        if isinstance(value, dict | list):
            self._note(event, f"a {'mapping' if isinstance(value, dict) else 'list'} cannot be a key")
        elif value is None:
            self._note(event, "the key is empty", hint='write `""` if the empty text is meant')
        else:
            kind = "a boolean" if isinstance(value, bool) else "a number"
            shown = shortened(getattr(event, "value", str(value)))
            says = f"the key `{shown}` is {kind}, a key must be a string"
            self._note(event, says, hint=f'write `"{shown}"`')

    def _again(self, key: str, event: Event, merged: set[str]) -> None:
        if key in merged:
            merged.remove(key)
        elif len(self.duplicates) < MOST_PROBLEMS:
            self.duplicates.append(((*self._path, key), event))

    def _without_key(self, key: Event, data: dict[str, Data], merged: set[str]) -> None:
        event = self._get()
        value = self._below(MERGE, event)
        if not _is_merge(key):
            return
        # What is merged counts as written where `<<` stands: over what comes before it, under what follows.
        sources = value if event.__class__ is SequenceStartEvent else [value]
        if any(source.__class__ is not dict for source in sources):
            self._note(event, "`<<` takes a mapping or a list of mappings")
            return
        for source in reversed(sources):
            data.update(source)
            merged.update(source)

    def _scalar(self, event: Event) -> Scalar:
        text: str = event.value
        if event.tag is not None:
            value = self._tagged(event)
        elif event.style:
            value = text
        else:
            value = self._plain[text]
        if event.anchor:
            self._anchors[event.anchor] = value
        return value

    def _tagged(self, event: Event) -> Scalar:
        text: str = event.value
        if not is_known(event.tag):
            self._unknown_tag(event)
            return text
        try:
            value = tagged(event.tag, text)
        except ValueError:
            self._note(event, f"`{shortened(text)}` does not fit the tag `{tag_name(event.tag)}`")
            return text
        self._plain.met_null |= value is None
        return value

    def _unknown_tag(self, event: Event) -> None:
        says = f"the tag `{shortened(tag_name(event.tag))}` is not supported"
        self._note(event, says, hint="leave the tag out")

    def _alias(self, event: Event) -> Data:
        name = event.anchor
        if name not in self._anchors:
            self._note(event, f"no anchor `&{shortened(name)}` stands before this alias")
            return {}
        if self._anchors[name] is _OPEN:
            self._abandon(event, f"the anchor `&{shortened(name)}` contains itself")
        return self._copy(self._anchors[name], event, len(self._path))

    def _copy(self, value: Data, event: Event, depth: int) -> Data:
        self._allowance -= 1
        if self._allowance < 0:
            says = f"aliases stand for more than {ALIAS_BUDGET:,} values"
            self._note(event, says, hint="write the values out")
            raise InputAbandoned
        if value.__class__ is dict or value.__class__ is list:
            # Aliases of aliases nest deeper than the text does.
            if depth >= MAX_DEPTH:
                self._too_deep(event)
            if value.__class__ is dict:
                return {key: self._copy(item, event, depth + 1) for key, item in value.items()}
            return [self._copy(item, event, depth + 1) for item in value]
        self._plain.met_null |= value is None
        return value

    def _too_deep(self, event: Event) -> NoReturn:
        self._path.clear()
        self._abandon(event, f"nested more than {MAX_DEPTH} levels deep")

    def _abandon(self, event: Event, says: str) -> NoReturn:
        self._note(event, says)
        raise DocumentAbandoned(event.start_mark.index)

    def _note(self, event: Event, says: str, *, hint: str = "") -> None:
        self._problems.note(self._place(event), says, path=self._path, hint=hint)


def _is_merge(key: Event) -> bool:
    return key.__class__ is ScalarEvent and key.value == MERGE and not key.style and key.tag is None
