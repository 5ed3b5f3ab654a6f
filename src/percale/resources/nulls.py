"""What Go makes of nulls: a field without a value is not there, a string map's null is the empty string."""

from typing import Any

from percale.resources.collected import Collected
from percale.resources.limits import MAX_DEPTH
from percale.resources.places import Span

#: Fields whose values are maps from strings to strings.
STRING_MAPS = frozenset({"labels", "annotations", "matchLabels", "labelsToApply"})

Data = Any


class Settling:
    """One walk over the data of a document, which is changed in place."""

    def __init__(self, span: Span, problems: Collected) -> None:
        self._span, self._problems = span, problems
        self._path: list[str | int] = []

    def settle(self, data: Data) -> None:
        """A null in a list is a problem, for no item can be nothing; so is data too deep to walk."""
        if len(self._path) >= MAX_DEPTH:
            place = self._span.place_of(self._path)
            self._problems.note(place, f"nested more than {MAX_DEPTH} levels deep")
        elif data.__class__ is dict:
            self._mapping(data)
        else:
            self._sequence(data)

    def _mapping(self, data: dict[str, Data]) -> None:
        if None in data.values():
            is_string_map = bool(self._path) and self._path[-1] in STRING_MAPS
            for key in [key for key, item in data.items() if item is None]:
                if is_string_map:
                    data[key] = ""
                else:
                    del data[key]
        for key, item in data.items():
            if item.__class__ is dict or item.__class__ is list:
                self._below(key, item)

    def _sequence(self, data: list[Data]) -> None:
        for index, item in enumerate(data):
            if item is None:
                self._path.append(index)
                self._note("empty list item", hint="write `{}` for an item without fields")
                self._path.pop()
            elif item.__class__ is dict or item.__class__ is list:
                self._below(index, item)

    def _below(self, step: str | int, data: Data) -> None:
        self._path.append(step)
        self.settle(data)
        self._path.pop()

    def _note(self, says: str, *, hint: str = "") -> None:
        place = self._span.place_of(self._path)
        self._problems.note(place, says, path=self._path, hint=hint)
