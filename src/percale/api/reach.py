"""The answer to `World.reach`."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from percale.analysis.asking import Asked
from percale.analysis.reach import Answer
from percale.policy.reasons import Decision, EndOfTier, RuleRef
from percale.report.reach import Flow as ToldFlow
from percale.report.reach import flows_json, flows_text
from percale.report.reasons import decider_lines
from percale.report.traffic import packet_words

#: `unknown` where it depends on what the manifests do not say.
Verdict = Literal["allow", "deny", "unknown"]
_USUAL_WIDTH = 100


@dataclass(frozen=True, slots=True)
class Side:
    """What one endpoint says of the flow, and what made it say so.

    `policy` is the one that decided, `NetworkPolicy shop/db`, `rule` where in it, `tier` in which tier; each is empty
    where nothing like it decided. `isolated_by` are the policies that made a tier deny at its end.
    """

    endpoint: str
    direction: Literal["egress", "ingress"]
    allowed: bool
    reason: str
    policy: str = ""
    rule: str = ""
    tier: str = ""
    isolated_by: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.reason


@dataclass(frozen=True, slots=True)
class Flow:
    """One port of the question. A side is None where nobody of the manifests is there; `hosts` are host endpoints."""

    source: str
    destination: str
    traffic: str
    verdict: Verdict
    egress: Side | None
    ingress: Side | None
    hosts: tuple[Side, ...] = ()

    @property
    def allowed(self) -> bool:
        return self.verdict == "allow"

    @property
    def reasons(self) -> tuple[str, ...]:
        return tuple(side.reason for side in (self.egress, self.ingress, *self.hosts) if side)

    def __str__(self) -> str:
        return f"{self.verdict}: {self.source} -> {self.destination} {self.traffic}"


@dataclass(frozen=True, slots=True)
class Reach:
    """All that was asked about. It is true where all of it is allowed, and only there."""

    flows: tuple[Flow, ...]
    #: What a Service as destination was taken for.
    notes: tuple[str, ...]
    _told: tuple[ToldFlow, ...] = field(repr=False, compare=False)

    @classmethod
    def of(cls, asked: Sequence[Asked]) -> "Reach":
        told = tuple((one.source, one.destination, answer) for one in asked for answer in one.answers)
        return cls(tuple(map(_flow, told)), tuple(note for one in asked for note in one.notes), told)

    @property
    def allowed(self) -> bool:
        return self.verdict == "allow"

    @property
    def verdict(self) -> Verdict:
        """Denied as soon as one port is; else unknown, as soon as one is."""
        said = {flow.verdict for flow in self.flows}
        if "deny" in said:
            return "deny"
        return "unknown" if "unknown" in said else "allow"

    @property
    def reasons(self) -> tuple[str, ...]:
        return tuple(reason for flow in self.flows for reason in flow.reasons)

    def __bool__(self) -> bool:
        return self.allowed

    def __str__(self) -> str:
        """As `percale reach` prints it."""
        return flows_text(self._told)

    def explain(self, *, width: int = _USUAL_WIDTH) -> str:
        """Every tier, policy and rule on the way, as `percale reach --explain` prints them."""
        return flows_text(self._told, explain_within=width)

    def json(self, *, explain: bool = False) -> dict[str, Any]:
        """As `percale reach -o json` has it."""
        found: dict[str, Any] = json.loads(flows_json(self._told, explain=explain))
        return found


def _flow(told: ToldFlow) -> Flow:
    source, destination, answer = told
    verdict = answer.cases[-1].verdict
    return Flow(
        source.name,
        destination.name,
        packet_words(verdict.packet),
        _verdict(answer),
        _side(verdict.egress),
        _side(verdict.ingress),
        tuple(_sides(verdict.host)),
    )


def _verdict(answer: Answer) -> Verdict:
    if not answer.is_certain:
        return "unknown"
    return "allow" if answer.allowed else "deny"


def _sides(decisions: Iterable[Decision]) -> Iterable[Side]:
    return (side for decision in decisions if (side := _side(decision)))


def _side(decision: Decision | None) -> Side | None:
    if decision is None:
        return None
    policy = rule = tier = ""
    isolated_by: tuple[str, ...] = ()
    match decision.because:
        case RuleRef(policy=found) as because:
            policy, rule, tier = str(found.id) if found else "", because.rule.path, because.tier
        case EndOfTier() as because:
            tier, isolated_by = because.tier.name, tuple(str(one.id) for one in because.policies)
        case _:
            pass
    direction: Literal["egress", "ingress"] = "egress" if decision.direction == "egress" else "ingress"
    reason = decider_lines(decision)[0]
    return Side(str(decision.endpoint), direction, decision.allows, reason, policy, rule, tier, isolated_by)
