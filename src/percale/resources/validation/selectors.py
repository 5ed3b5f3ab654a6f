"""Selector texts: their syntax, their length, and where `global()` may stand."""

import re
from collections.abc import Iterator
from functools import lru_cache

from percale.resources.faults import Fault, Path
from percale.resources.validation.schema import too_long
from percale.selector import SelectorError, parse

LONGEST_SELECTOR = 1024

_GLOBAL_ALONE = re.compile(r"[ \t]*global\([ \t]*\)[ \t]*")


def selector_findings(text: str, path: Path) -> Iterator[Fault]:
    """Syntax and length alone: Calico looks for `global()` in some selectors only."""
    if len(text) > LONGEST_SELECTOR:
        yield from too_long(text, LONGEST_SELECTOR, path)
    elif error := _error(text):
        yield Fault(path, f"{error.says}, at column {error.column + 1}", error.hint, error.excerpt())


def endpoint_selector_findings(text: str, path: Path) -> Iterator[Fault]:
    found = list(selector_findings(text, path))
    yield from found
    # Calico looks at the text, and so refuses it inside quotes too.
    if not found and "global(" in text:
        yield Fault(
            path,
            "global() can only be used in an EntityRule namespaceSelector",
            "write `namespaceSelector: global()` in the rule's source or destination",
        )


def namespace_selector_findings(text: str, path: Path) -> Iterator[Fault]:
    found = list(selector_findings(text, path))
    yield from found
    if not found and "global(" in text and not _GLOBAL_ALONE.fullmatch(text):
        yield Fault(path, "global() cannot be combined with other selectors", "write one rule for each")


@lru_cache(maxsize=4096)
def _error(text: str) -> SelectorError | None:
    try:
        parse(text)
    except SelectorError as error:
        return error
    return None
