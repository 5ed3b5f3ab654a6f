"""Documents as they were written, for what is to be found in those too that no resource came of."""

from collections.abc import Iterator
from typing import Any

from percale.analysis.lint.context import Context
from percale.resources.documents import Document
from percale.resources.places import Path


def of_kind(context: Context, *kinds: str) -> Iterator[Document]:
    """In the order of the documents, whatever their kinds."""
    numbers = sorted(number for kind in kinds for number in context.numbers_of_kind.get(kind, ()))
    return (context.documents[number] for number in numbers)


def mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def items(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def rules(document: Document) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Of a policy, with their places."""
    spec = mapping(document.data.get("spec"))
    for direction in ("ingress", "egress"):
        for index, rule in enumerate(items(spec.get(direction))):
            yield ("spec", direction, index), mapping(rule)


def at(document: Document, path: Path) -> object:
    """None for what is not there."""
    found: object = document.data
    for step in path:
        match found, step:
            case dict(), _:
                found = found.get(step)
            case list(), int() if step < len(found):
                found = found[step]
            case _:
                return None
    return found
