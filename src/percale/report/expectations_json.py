"""What became of expectations, for programs."""

import json
from collections.abc import Sequence
from typing import Any

from percale.analysis.expectations.isolation import Open
from percale.analysis.expectations.proving import Outcome, Result, Violation
from percale.policy.reasons import Decision
from percale.policy.verdict import Verdict
from percale.report.expectations import Telling
from percale.report.reach import packet_json
from percale.report.reasons import decision_json

SCHEMA_VERSION = 1
_OUTCOME = {Outcome.HOLDS: "holds", Outcome.FAILS: "fails", Outcome.SELECTS_NOTHING: "selects nothing"}


def results_json(results: Sequence[Result], telling: Telling) -> str:
    return json.dumps(results_data(results, telling), indent=2)


def results_data(results: Sequence[Result], telling: Telling) -> dict[str, Any]:
    failing = sum(not result.holds for result in results)
    return {
        "schemaVersion": SCHEMA_VERSION,
        "holds": not failing,
        "expectations": len(results),
        "failing": failing,
        "results": [_result(result, telling) for result in results],
    }


def _result(result: Result, telling: Telling) -> dict[str, Any]:
    place = result.expected.place
    told: dict[str, Any] = {
        "suite": result.expected.suite,
        "name": result.expected.name,
        "file": place.source,
        "line": place.line,
        "outcome": _OUTCOME[result.outcome],
    }
    if result.outcome is Outcome.SELECTS_NOTHING:
        told |= {"says": result.says, "hint": result.hint}
    if result.violations:
        told["violations"] = [_violation(one, telling) for one in result.violations]
    if result.exposed:
        told["exposed"] = [_exposed(one) for one in result.exposed]
    return told


def _violation(violation: Violation, telling: Telling) -> dict[str, Any]:
    shown, verdict = violation.witness, telling.verdict(violation)
    told: dict[str, Any] = {
        "verdict": "allow" if verdict.allowed else "deny",
        "source": str(shown.source or shown.packet.source),
        "destination": str(shown.destination or shown.packet.destination),
        "packet": packet_json(verdict),
        "egress": _decision(verdict.egress, verdict, violation, telling),
        "ingress": _decision(verdict.ingress, verdict, violation, telling),
    }
    for key, networks in (("onlyAtSource", violation.at_source), ("onlyAtDestination", violation.at_destination)):
        if networks:
            told[key] = list(map(str, networks))
    return told


def _decision(
    decision: Decision | None, verdict: Verdict, violation: Violation, telling: Telling
) -> dict[str, Any] | None:
    told = decision_json(decision, verdict.packet, violation.witness.world)
    if told is not None and decision is not None and (place := telling.place(decision)):
        told["at"] = place
    return told


def _exposed(one: Open) -> dict[str, Any]:
    return {
        "workload": str(one.workload),
        "direction": str(one.direction),
        "allowedBy": list(one.profiles),
        "policies": [str(policy.id) for policy in one.policies],
    }
