"""The answer to "can A reach B"."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from percale.analysis.parties import Party
from percale.analysis.reach import Answer, Case
from percale.policy.verdict import Verdict
from percale.report.reasons import decision_json, decision_lines, missing_side
from percale.report.terminal import plain_lines
from percale.report.traffic import packet_words

#: The form of the JSON below; a field may be added, none is taken away or changed within one number.
SCHEMA_VERSION = 1


def answers_text(answers: Sequence[Answer], source: Party, destination: Party) -> str:
    return plain_lines("\n".join(_answer_text(answer, source, destination) for answer in answers))


def validation_text(answers: Sequence[Answer], source: Party, destination: Party) -> str:
    """PASS or FAIL first, then the reasons."""
    certain = all(answer.is_certain for answer in answers)
    head = "PASS" if certain and all(answer.allowed for answer in answers) else "FAIL"
    if not certain and not any(answer.is_certain and not answer.allowed for answer in answers):
        head = "UNKNOWN"
    return f"{head}\n{answers_text(answers, source, destination)}"


def _answer_text(answer: Answer, source: Party, destination: Party) -> str:
    lines = list(_uncertain(answer)) if not answer.is_certain else []
    for case in answer.cases:
        lines += _case_lines(case, source, destination)
    return "\n".join(lines)


def _uncertain(answer: Answer) -> Iterator[str]:
    yield "cannot tell: it depends on what the input does not say"
    for case in answer.cases:
        packet, said = case.verdict.packet, "allowed" if case.verdict.allowed else "denied"
        port = f" port {packet.source_port}" if packet.has_ports else ""
        yield f"  {said} for instance from {packet.source}{port} to {packet.destination}"


def _case_lines(case: Case, source: Party, destination: Party) -> Iterator[str]:
    verdict, world = case.verdict, case.world
    said = "allow" if verdict.allowed else "deny"
    yield f"{said}: {source.name} -> {destination.name} {packet_words(verdict.packet)}"
    for decision, party, way in ((verdict.egress, source, "egress"), (verdict.ingress, destination, "ingress")):
        if decision:
            yield from (f"  {line}" for line in decision_lines(decision, verdict.packet, world))
        else:
            yield f"  {way}: {party.name} is no endpoint of the input, nothing of it is asked"
    if missing := missing_side(verdict.egress, verdict.ingress):
        yield f"  {missing}"


def answers_json(answers: Sequence[Answer], source: Party, destination: Party) -> str:
    """One flow is the object itself; several are its `flows`, and its verdict is allow only when all of theirs are."""
    flows = [_answer_json(answer, source, destination) for answer in answers]
    if len(flows) == 1:
        return json.dumps({"schemaVersion": SCHEMA_VERSION, **flows[0]}, indent=2)
    said = {flow["verdict"] for flow in flows}
    whole = next(verdict for verdict in ("deny", "unknown", "allow") if verdict in said)
    return json.dumps({"schemaVersion": SCHEMA_VERSION, "verdict": whole, "flows": flows}, indent=2)


def _answer_json(answer: Answer, source: Party, destination: Party) -> dict[str, Any]:
    verdict, world = answer.cases[-1].verdict, answer.cases[-1].world
    said = ("allow" if answer.allowed else "deny") if answer.is_certain else "unknown"
    found: dict[str, Any] = {
        "verdict": said,
        "source": source.name,
        "destination": destination.name,
        "packet": _packet(verdict),
        "egress": decision_json(verdict.egress, verdict.packet, world),
        "ingress": decision_json(verdict.ingress, verdict.packet, world),
    }
    if not answer.is_certain:
        found["examples"] = [
            {"verdict": "allow" if case.verdict.allowed else "deny", **_packet(case.verdict)} for case in answer.cases
        ]
    return found


def _packet(verdict: Verdict) -> dict[str, Any]:
    packet = verdict.packet
    found: dict[str, Any] = {
        "source": str(packet.source),
        "destination": str(packet.destination),
        "protocol": packet.protocol,
    }
    if packet.has_ports:
        found |= {"sourcePort": packet.source_port, "destinationPort": packet.destination_port}
    if packet.is_icmp:
        found |= {"icmpType": packet.icmp_type, "icmpCode": packet.icmp_code}
    return found
