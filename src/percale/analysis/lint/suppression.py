"""Findings that someone has looked at and taken responsibility for, by an annotation on the resource."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from percale.analysis.lint.findings import Spot, subject_of
from percale.analysis.lint.settings import Ignored
from percale.resources.documents import Document
from percale.selector.errors import printable

ANNOTATION = "percale.dev/lint-ignore"
_PATH = ("metadata", "annotations", ANNOTATION)
_FORM = f'write `{ANNOTATION}: "PCL012: the reason"`, several after each other with `;` between'


def annotated(documents: Iterable[Document]) -> Iterator[Ignored]:
    """`PCL012: reason; PCL013, PCL014: another reason`."""
    for document in documents:
        text = _annotation(document)
        for entry in text.replace("\n", ";").split(";") if text else ():
            rules, _, reason = entry.partition(":")
            if entry.strip():
                names = frozenset(name.strip() for name in rules.split(","))
                yield Ignored(names, _literally(subject_of(document)), reason.strip(), document, _PATH)


def _annotation(document: Document) -> str:
    metadata = document.data.get("metadata")
    annotations = metadata.get("annotations") if isinstance(metadata, dict) else None
    text = annotations.get(ANNOTATION) if isinstance(annotations, dict) else None
    return text if isinstance(text, str) else ""


def _literally(name: str) -> str:
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in name)


def without_reason(ignored: Iterable[Ignored]) -> Iterator[Spot]:
    for one in ignored:
        if not one.reason:
            says = f"no reason is given for ignoring {_names(one)}"
            yield Spot(one.document, one.path, says, f"say after a colon why it is right here; {_FORM}")


def unknown_rules(ignored: Iterable[Ignored], known: frozenset[str]) -> Iterator[Spot]:
    for one in ignored:
        if unknown := one.rules - known:
            says = f"no rule is called {_names(replace(one, rules=unknown))}"
            yield Spot(one.document, one.path, says, _FORM)


def unused(ignored: Iterable[Ignored], used: frozenset[int], known: frozenset[str]) -> Iterator[Spot]:
    """`used` are those, by their number, that covered a finding."""
    for number, one in enumerate(ignored):
        if number not in used and one.rules <= known:
            says = f"{_names(one)} finds nothing here, so there is nothing to ignore"
            yield Spot(one.document, one.path, says, "take the suppression away")


def _names(one: Ignored) -> str:
    return ", ".join(f"`{printable(name)}`" for name in sorted(one.rules))
