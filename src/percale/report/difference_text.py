"""A difference for a terminal."""

from collections.abc import Iterator

from percale.report.difference_words import Told
from percale.report.terminal import plain


def difference_text(told: Told) -> str:
    return "\n".join(map(plain, _lines(told)))


def _lines(told: Told) -> Iterator[str]:
    if told.found.policies:
        yield "policies:"
        yield from (f"  {line}" for line in told.policy_lines())
    for sentence in told.sentences():
        yield sentence.head
        yield from (f"  {line}" for line in sentence.lines)
    yield from _apart(told)
    yield told.summary()


def _apart(told: Told) -> Iterator[str]:
    for title, ones in (("removed", told.found.pairing.removed), ("added", told.found.pairing.added)):
        yield from (f"workload {title}: {one.resource_kind}/{one}" for one in ones)
    yield from (f"  {head}" for head in told.presence_heads())
