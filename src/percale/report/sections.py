"""A description in sections: headings with lines for people, keys with values for programs."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from percale.report.wrapping import wrapped

SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True)
class Section:
    key: str
    title: str
    lines: tuple[str, ...]
    data: Any


@dataclass(frozen=True, slots=True)
class Description:
    kind: str
    name: str
    sections: tuple[Section, ...]


def description_text(one: Description, width: int) -> str:
    lines = [f"{one.kind} {one.name}"]
    for section in one.sections:
        if len(section.lines) == 1:
            lines.append(f"  {section.title}: {section.lines[0]}")
        elif section.lines:
            lines += [f"  {section.title}:", *(f"    {line}" for line in section.lines)]
    return wrapped(lines, width)


def descriptions_json(every: Sequence[Description]) -> str:
    """One is the object itself; several are `descriptions`."""
    found = [
        {"kind": one.kind, "name": one.name, **{section.key: section.data for section in one.sections}} for one in every
    ]
    if len(found) == 1:
        return json.dumps({"schemaVersion": SCHEMA_VERSION, **found[0]}, indent=2)
    return json.dumps({"schemaVersion": SCHEMA_VERSION, "descriptions": found}, indent=2)
