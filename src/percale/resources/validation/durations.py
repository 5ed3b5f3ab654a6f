"""Lengths of time, as Go writes them."""

import re
from collections.abc import Iterator

from percale.resources.faults import Fault, Path
from percale.selector.errors import shortened

_GO = re.compile(r"[-+]?(?:0|(?:(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:ns|us|\u00b5s|\u03bcs|ms|s|m|h))+)")


def duration_findings(text: str | None, path: Path) -> Iterator[Fault]:
    if text is not None and not _GO.fullmatch(text):
        hint = f"write `{text}s` for seconds" if text.isascii() and text.isdigit() and len(text) < 10 else ""
        yield Fault(path, f"must be a duration such as `90s` or `1h30m`, found `{shortened(text)}`", hint)
