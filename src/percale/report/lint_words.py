"""What findings rest on, in words."""

from collections.abc import Iterator, Sequence

from percale.analysis.lint.findings import Elsewhere, Evidence, Members, Nearest, Packet
from percale.policy.endpoints import Endpoint
from percale.report.misses import lack_words
from percale.report.reasons import decision_lines
from percale.report.traffic import packet_words

_MOST_NAMED = 5


def evidence_lines(evidence: Sequence[Evidence]) -> Iterator[str]:
    for one in evidence:
        match one:
            case Members(what=what, endpoints=endpoints):
                yield f"{what}: {_named(endpoints)}"
            case Nearest(selector=selector, endpoint=endpoint):
                yield f"nearest: {endpoint}: {lack_words(selector, endpoint)}"
            case Elsewhere(what=what):
                yield f"{what}: {one.subject} ({one.place})"
            case Packet():
                yield from _packet_lines(one)


def _named(endpoints: Sequence[Endpoint]) -> str:
    names = list(dict.fromkeys(map(str, endpoints)))
    shown = ", ".join(names[:_MOST_NAMED])
    return f"{shown} and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else shown


def _packet_lines(one: Packet) -> Iterator[str]:
    witness = one.witness
    verdict, packet = witness.verdict(), witness.packet
    source, destination = witness.source or packet.source, witness.destination or packet.destination
    yield f"packet: {source} -> {destination} {packet_words(packet)}: {'allow' if verdict.allowed else 'deny'}"
    for decision in verdict.decisions:
        yield from (f"  {line}" for line in decision_lines(decision, packet, witness.world))
