"""What the schemas limit: lengths, enumerations, sets and ranges, in the words of the Kubernetes API server."""

from collections.abc import Callable, Collection, Iterator, Sequence
from difflib import get_close_matches
from typing import TypeVar

import msgspec

from percale.resources.faults import Fault, Path
from percale.resources.wire import Wire
from percale.selector.errors import shortened

T = TypeVar("T")


def too_many(items: Collection[object], most: int, path: Path) -> Iterator[Fault]:
    if len(items) > most:
        yield Fault(path, f"Too many: {len(items)}: must have at most {most} items")


def too_few(items: Collection[object], least: int, path: Path) -> Iterator[Fault]:
    if len(items) < least:
        yield Fault(path, f"Too few: {len(items)}: must have at least {least} items")


def exactly_one(part: Wire, path: Path) -> Iterator[Fault]:
    """Of a part whose fields exclude each other; what is not set is None."""
    names = {field.encode_name: getattr(part, field.name) for field in msgspec.structs.fields(part)}
    given = [name for name, value in names.items() if value is not None]
    if len(given) != 1:
        found = " and ".join(f"`{name}`" for name in given) or "none"
        choices = ", ".join(f"`{name}`" for name in names)
        yield Fault(path, f"exactly one of {choices} must be set, found {found}")


def too_long(text: str, longest: int, path: Path) -> Iterator[Fault]:
    if len(text) > longest:
        yield Fault(path, f"Too long: {len(text)} characters: may not be more than {longest}")


def duplicates(items: Sequence[str], path: Path) -> Iterator[Fault]:
    seen: set[str] = set()
    for index, item in enumerate(items):
        if item in seen:
            yield Fault((*path, index), f'Duplicate value: "{shortened(item)}"', "leave the second one out")
        seen.add(item)


def unsupported(value: str, supported: Sequence[str], path: Path, hint: str = "") -> Iterator[Fault]:
    if value not in supported:
        choices = ", ".join(f'"{choice}"' for choice in supported)
        says = f'Unsupported value: "{shortened(value)}": supported values: {choices}'
        yield Fault(path, says, hint or _meant(value, supported))


def out_of_range(number: int, first: int, last: int, path: Path) -> Iterator[Fault]:
    if not first <= number <= last:
        yield Fault(path, f"Invalid value: {number}: must be between {first} and {last}, inclusive")


def _meant(value: str, supported: Sequence[str]) -> str:
    by_any_case = {choice.casefold(): choice for choice in supported}
    close = get_close_matches(value[:100].casefold(), by_any_case, n=1)
    return f"did you mean `{by_any_case[close[0]]}`?" if close else ""


def each(
    items: Sequence[T], path: Path, check: Callable[[T, Path], Iterator[Fault]], *, least: int = 0, most: int
) -> Iterator[Fault]:
    """How many there are, and then every one by itself."""
    yield from too_few(items, least, path)
    yield from too_many(items, most, path)
    for index, item in enumerate(items):
        yield from check(item, (*path, index))
