"""What passes between two sets of parties: in words, each claim with a packet and the reasons, and as JSON."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from percale.analysis.asking_sets import AskedOfSets
from percale.analysis.between_sets import Between, Part
from percale.analysis.connectivity import Group
from percale.analysis.explanation import explained
from percale.analysis.reach import Wire
from percale.analysis.witness import Witness, witness
from percale.policy.endpoints import EndpointKind
from percale.policy.reasons import Decision
from percale.report.explanation import walk_lines
from percale.report.explanation_json import walk_json
from percale.report.groups import GroupNames, together
from percale.report.reach import packet_json
from percale.report.reasons import decider_lines, decision_json, decision_lines, missing_side
from percale.report.traffic import packet_words, traffic_json, traffic_words
from percale.report.workload_names import shortened
from percale.report.wrapping import wrapped
from percale.traffic.protocols import protocol_name
from percale.traffic.traffic import Traffic

SCHEMA_VERSION = 1
#: More parts than this fill a screen; JSON has all.
_MOST = 40
ALLOW, SOME, DENY, UNKNOWN = "allow", "some", "deny", "unknown"

#: What a question named, `TCP 80`, and the traffic that it is.
Named = Sequence[tuple[str, Traffic]]


def verdict_of(answers: Sequence[Between]) -> str:
    """`unknown` where nothing is denied for certain and some of it depends on addresses that nobody told."""
    parts = [part for answer in answers for part in answer.parts]
    if not any(part.denied for part in parts):
        return UNKNOWN if any(part.depending for part in parts) else ALLOW
    return SOME if any(part.allowed or part.depending for part in parts) else DENY


class SetReport:
    """With everything accounted for where the question named the traffic."""

    def __init__(self, asked: AskedOfSets, *, explain: bool) -> None:
        wires = [(_wire_words(wire), wire.traffic) for wire in asked.wires]
        self._source, self._destination = asked.source.name, asked.destination.name
        self._asked = ", ".join(name for name, _ in wires) or "on anything"
        self._told = [_Told(answer, wires, explain=explain) for answer in asked.answers]
        self._verdict = verdict_of(asked.answers)

    def text(self, width: int) -> str:
        lines = [f"{self._verdict}: {self._source} -> {self._destination} {self._asked}"]
        for told in self._told:
            if len(self._told) > 1:
                lines.append(f"IPv{told.version}:")
            lines += (f"  {line}" for line in told.lines())
        return wrapped(lines, width)

    def json(self) -> str:
        head = {"schemaVersion": SCHEMA_VERSION, "verdict": self._verdict}
        ends = {"source": self._source, "destination": self._destination, "asked": self._asked}
        return json.dumps({**head, **ends, "parts": [part for told in self._told for part in told.json()]}, indent=2)


class _Told:
    """One IP version's answer."""

    def __init__(self, answer: Between, wires: Named, *, explain: bool) -> None:
        self._answer = answer
        self._names = GroupNames(answer.connectivity)
        self._wires = [(name, answer.cells.mask_of(traffic) & answer.asked) for name, traffic in wires]
        self._explain = explain

    @property
    def version(self) -> int:
        return self._answer.cells.version

    def lines(self) -> Iterator[str]:
        """What passes first."""
        parts = sorted(self._answer.parts, key=lambda part: not (part.allowed or part.depending))
        for part in parts[:_MOST]:
            yield from self._part_lines(part)
        if len(parts) > _MOST:
            yield f"and {len(parts) - _MOST} more, which -o json has"

    def _part_lines(self, part: Part) -> Iterator[str]:
        ends = f"{self._name(part.sources)} -> {self._name(part.destinations)}"
        if part.allowed:
            yield f"allowed: {ends}{self._what(part.allowed)}"
            yield from self._example(part, part.allowed, passes=True)
        if part.depending:
            yield f"depends on addresses that the input does not say: {ends}{self._what(part.depending)}"
            yield from self._example(part, part.depending, passes=True)
            yield from self._example(part, part.depending, passes=False)
        if part.denied and (self._wires or not (part.allowed or part.depending)):
            yield f"denied: {ends}{self._what(part.denied)}"
            yield from self._example(part, part.denied, passes=False)

    def _what(self, cells: int) -> str:
        """Nothing more where it is all that was asked about; what was named, by its name."""
        if self._wires and cells == self._answer.asked:
            return ""
        whole = [(name, mask) for name, mask in self._wires if mask and not mask & ~cells]
        for _, mask in whole:
            cells &= ~mask
        rest = [traffic_words(self._answer.cells.opened(cells))] if cells else []
        return f": {', '.join([*(name for name, _ in whole), *rest])}"

    def _name(self, groups: Sequence[Group]) -> str:
        return hosts_name(groups) or self._names.name(together(groups))

    def _witness(self, part: Part, cells: int, *, passes: bool) -> Witness:
        flow = part.example
        return witness(self._answer.engine, flow.source, flow.destination, cells, passes=passes)

    def _example(self, part: Part, cells: int, *, passes: bool) -> Iterator[str]:
        found = self._witness(part, cells, passes=passes)
        verdict, packet = found.verdict(), found.packet
        ends = f"{found.source or packet.source} -> {found.destination or packet.destination}"
        yield f"  for instance {ends} {packet_words(packet)}:"
        for decision in verdict.decisions:
            if decision.allows == passes:
                yield from (f"    {line}" for line in self._decision_lines(decision, found))
        if missing := missing_side(verdict.egress, verdict.ingress):
            yield f"    {missing}"
        if self._explain:
            for walk in explained(found.world, packet, *found.hosts):
                yield from (f"    {line}" for line in walk_lines(walk))

    def _decision_lines(self, decision: Decision, found: Witness) -> list[str]:
        """Which rule is nearest tells nothing where any packet was meant."""
        return decision_lines(decision, found.packet, found.world) if self._wires else decider_lines(decision)

    def json(self) -> list[dict[str, Any]]:
        return [self._part_json(part) for part in self._answer.parts]

    def _part_json(self, part: Part) -> dict[str, Any]:
        cells, examples = self._answer.cells, []
        if part.allowed | part.depending:
            examples.append(self._example_json(part, part.allowed | part.depending, passes=True))
        if part.denied | part.depending:
            examples.append(self._example_json(part, part.denied | part.depending, passes=False))
        return {
            "source": self._group_json(part.sources),
            "destination": self._group_json(part.destinations),
            "ipVersion": cells.version,
            "allowed": traffic_json(cells.opened(part.allowed)),
            "dependingOnAddress": traffic_json(cells.opened(part.depending)),
            "denied": traffic_json(cells.opened(part.denied)),
            "examples": examples,
        }

    def _group_json(self, groups: Sequence[Group]) -> dict[str, Any]:
        if name := hosts_name(groups):
            return {"name": name, "kind": "host", "members": [str(one) for group in groups for one in group.members]}
        return self._names.json(together(groups))

    def _example_json(self, part: Part, cells: int, *, passes: bool) -> dict[str, Any]:
        found = self._witness(part, cells, passes=passes)
        verdict, packet = found.verdict(), found.packet
        sides = {"egress": verdict.egress, "ingress": verdict.ingress}
        told: dict[str, Any] = {
            "verdict": "allow" if verdict.allowed else "deny",
            "source": str(found.source or packet.source),
            "destination": str(found.destination or packet.destination),
            "packet": packet_json(verdict),
            **{side: decision_json(one, packet, found.world) for side, one in sides.items()},
        }
        if verdict.host:
            told["host"] = [decision_json(one, packet, found.world) for one in verdict.host]
        if self._explain:
            told["explanation"] = [walk_json(walk) for walk in explained(found.world, packet, *found.hosts)]
        return told


def hosts_name(groups: Sequence[Group]) -> str:
    """`host:NODE`, as a question names it; empty for what are no hosts."""
    members = [one for group in groups for one in group.members]
    if not members or members[0].kind is not EndpointKind.HOST:
        return ""
    return shortened([f"host:{one.node}/{one.interface or one.name}" for one in members])


def _wire_words(wire: Wire) -> str:
    return f"{protocol_name(wire.protocol)} {wire.port}" if wire.port else traffic_words(wire.traffic)
