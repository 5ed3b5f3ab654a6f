"""The answer to "can A reach B"."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from percale.analysis.explanation import Walk, explained
from percale.analysis.parties import Party
from percale.analysis.reach import Answer, Case
from percale.policy.reasons import Decision, RuleRef
from percale.policy.verdict import Verdict
from percale.report.explanation import walk_lines
from percale.report.explanation_json import walk_json
from percale.report.reasons import decision_json, decision_lines, missing_side
from percale.report.terminal import plain_lines
from percale.report.traffic import packet_words
from percale.report.wrapping import wrapped

#: The form of the JSON below; a field may be added, none is taken away or changed within one number.
SCHEMA_VERSION = 1


Flow = tuple[Party, Party, Answer]


def flows_text(flows: Sequence[Flow], *, explain_within: int = 0) -> str:
    """With the whole walk below each answer where a width says that it is wanted."""
    if explain_within:
        return "\n".join(_explained_text(flow, explain_within) for flow in flows)
    return plain_lines("\n".join(_answer_text(answer, source, destination) for source, destination, answer in flows))


def _explained_text(flow: Flow, width: int) -> str:
    source, destination, answer = flow
    lines = list(_uncertain(answer)) if not answer.is_certain else []
    for case in answer.cases:
        lines += _case_lines(case, source, destination)
        for walk in _walks(case, source, destination):
            lines += ["", *walk_lines(walk)]
    return wrapped(lines, width) + "\n"


def _walks(case: Case, source: Party, destination: Party) -> tuple[Walk, ...]:
    return explained(case.world, case.verdict.packet, source.host, destination.host)


def validation_text(flows: Sequence[Flow]) -> str:
    """PASS or FAIL first, then the reasons."""
    answers = [answer for _, _, answer in flows]
    certain = all(answer.is_certain for answer in answers)
    head = "PASS" if certain and all(answer.allowed for answer in answers) else "FAIL"
    if not certain and not any(answer.is_certain and not answer.allowed for answer in answers):
        head = "UNKNOWN"
    return f"{head}\n{flows_text(flows)}"


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
        elif not party.host:
            yield f"  {way}: {party.name} is no endpoint of the input, nothing of it is asked"
    for decision in verdict.host:
        yield from (f"  {line}" for line in decision_lines(decision, verdict.packet, world))
    if missing := missing_side(verdict.egress, verdict.ingress):
        yield f"  {missing}"
    yield from (f"  {line}" for line in _pending_lines(case))


def _pending_lines(case: Case) -> Iterator[str]:
    """Only what staged policies would change, in the verdict or in who decides it."""
    before = {(one.endpoint, one.direction, one.hook): one for one in case.verdict.decisions}
    changed = [
        now for now in case.pending.decisions if _is_news(before.get((now.endpoint, now.direction, now.hook)), now)
    ]
    if changed:
        yield f"if staged policies were enforced: {'allow' if case.pending.allowed else 'deny'}"
        for decision in changed:
            yield from (f"  {line}" for line in decision_lines(decision, case.verdict.packet, case.world))


def _is_news(then: Decision | None, now: Decision) -> bool:
    by_staged = isinstance(now.because, RuleRef) and now.because.policy is not None and now.because.policy.staged
    return by_staged or then is None or then.allows != now.allows


def flows_json(asked: Sequence[Flow], *, explain: bool = False) -> str:
    """One flow is the object itself; several are its `flows`, and its verdict is allow only when all of theirs are."""
    flows = [_answer_json(answer, source, destination, explain=explain) for source, destination, answer in asked]
    if len(flows) == 1:
        return json.dumps({"schemaVersion": SCHEMA_VERSION, **flows[0]}, indent=2)
    said = {flow["verdict"] for flow in flows}
    whole = next(verdict for verdict in ("deny", "unknown", "allow") if verdict in said)
    return json.dumps({"schemaVersion": SCHEMA_VERSION, "verdict": whole, "flows": flows}, indent=2)


def _answer_json(answer: Answer, source: Party, destination: Party, *, explain: bool) -> dict[str, Any]:
    case = answer.cases[-1]
    verdict, world = case.verdict, case.world
    said = ("allow" if answer.allowed else "deny") if answer.is_certain else "unknown"
    found: dict[str, Any] = {
        "verdict": said,
        "source": source.name,
        "destination": destination.name,
        "packet": packet_json(verdict),
        "egress": decision_json(verdict.egress, verdict.packet, world),
        "ingress": decision_json(verdict.ingress, verdict.packet, world),
    }
    if verdict.host:
        found["host"] = [decision_json(one, verdict.packet, world) for one in verdict.host]
    if case.pending != verdict:
        found["ifStagedWereEnforced"] = _pending_json(case)
    if not answer.is_certain:
        found["examples"] = [
            {"verdict": "allow" if case.verdict.allowed else "deny", **packet_json(case.verdict)}
            for case in answer.cases
        ]
    if explain:
        found["explanation"] = [walk_json(walk) for walk in _walks(case, source, destination)]
    return found


def _pending_json(case: Case) -> dict[str, Any]:
    pending = case.pending
    return {
        "verdict": "allow" if pending.allowed else "deny",
        **{
            way: decision_json(one, pending.packet, case.world)
            for way, one in (("egress", pending.egress), ("ingress", pending.ingress))
        },
        **({"host": [decision_json(one, pending.packet, case.world) for one in pending.host]} if pending.host else {}),
    }


def packet_json(verdict: Verdict) -> dict[str, Any]:
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
