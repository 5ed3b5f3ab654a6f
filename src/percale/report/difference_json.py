"""A difference for programs."""

import json
from typing import Any

from percale.analysis.connectivity import Group
from percale.analysis.difference.changes import Change, Parties
from percale.analysis.difference.counterexample import Judged
from percale.analysis.difference.forwarded import ForwardChange, Forwarding
from percale.analysis.difference.policies import PolicyChange
from percale.analysis.difference.presences import Presence
from percale.policy.endpoints import Endpoint
from percale.policy.verdict import Verdict
from percale.report.difference_words import Told, merged
from percale.report.groups import GroupNames
from percale.report.reach import packet_json
from percale.report.reasons import decision_json
from percale.report.traffic import traffic_json

#: The form of the JSON below; a field may be added, none is taken away or changed within one number.
SCHEMA_VERSION = 1


def difference_json(told: Told) -> str:
    found = told.found
    return json.dumps(
        {
            "schemaVersion": SCHEMA_VERSION,
            "same": found.is_none,
            "notCompared": list(map(str, found.uncompared)),
            "policies": list(map(_policy, found.policies)),
            "changes": [_change(told, one) for one in told.changes],
            "forwarded": [_forwarded(told, one) for one in told.forwarded],
            "workloads": {
                "added": list(map(_workload, found.pairing.added)),
                "removed": list(map(_workload, found.pairing.removed)),
                "flows": [_presence(one) for one in told.apart],
            },
            "pairs": [
                {"ipVersion": one.version, "all": one.pairs, "changed": one.changed, "kept": one.kept}
                for one in found.counts
            ],
        },
        indent=2,
    )


def _policy(change: PolicyChange) -> dict[str, Any]:
    policy = change.policy
    place = {"file": policy.place.source, "line": policy.place.line} if policy.place else {}
    named = {"kind": policy.id.kind, "namespace": policy.id.namespace, "policy": policy.id.name, "tier": policy.tier}
    return {"edit": str(change.edit), **named, **place}


def _change(told: Told, change: Change) -> dict[str, Any]:
    example = change.example
    return {
        "change": "opened" if change.opens else "closed",
        "sources": _parties(told, change, change.sources),
        "destinations": _parties(told, change, change.destinations),
        "traffic": traffic_json(change.traffic),
        "ipVersions": list(change.versions),
        "everywhere": change.everywhere,
        "example": {"old": _judged(example.old), "new": _judged(example.new)},
    }


def _forwarded(told: Told, change: ForwardChange) -> dict[str, Any]:
    return {
        "change": "opened" if change.opens else "closed",
        "hosts": [told.hosts.reference(one.pair.new) for one in change.hosts],
        "direction": str(change.direction),
        "sources": _parties(told, change, change.sources),
        "destinations": _parties(told, change, change.destinations),
        "traffic": traffic_json(change.traffic),
        "ipVersion": change.version,
        "everywhere": change.everywhere,
        "example": dict(zip(("old", "new"), map(_forwarding, change.example), strict=True)),
    }


def _forwarding(one: Forwarding) -> dict[str, Any]:
    return {
        "verdict": "allow" if one.allowed else "deny",
        "packet": packet_json(Verdict(one.packet, None, None)),
        "host": [decision_json(each, one.packet, one.world) for each in one.decisions],
    }


def _parties(told: Told, change: Change | ForwardChange, parties: Parties) -> dict[str, Any]:
    name = told.name(parties, change)
    if parties.pairs:
        return {"name": name, "kind": "host" if parties.are_hosts else "workload", "members": told.members(parties)}
    networks = told.outside(change).networks(Group((), (), parties.addresses, parties.name))
    return {"name": name, "kind": "domain" if parties.name else "outside", "networks": networks}


def _judged(judged: Judged) -> dict[str, Any]:
    verdict = judged.verdict
    return {
        "verdict": "allow" if verdict.allowed else "deny",
        "packet": packet_json(verdict),
        "egress": decision_json(verdict.egress, verdict.packet, judged.world),
        "ingress": decision_json(verdict.ingress, verdict.packet, judged.world),
        **(
            {"host": [decision_json(one, verdict.packet, judged.world) for one in verdict.host]} if verdict.host else {}
        ),
    }


def _workload(one: Endpoint) -> dict[str, str]:
    return {"kind": one.resource_kind, "namespace": one.namespace, "name": one.name}


def _presence(one: Presence) -> dict[str, Any]:
    names = GroupNames(one.connectivity)
    return {
        "in": "new" if one.added else "old",
        "sources": [names.json(group) for group in merged(one.sources)],
        "destinations": [names.json(group) for group in merged(one.destinations)],
        "traffic": traffic_json(one.traffic),
        "ipVersion": one.version,
        "everywhere": one.everywhere,
        "example": {**packet_json(one.example.verdict())},
    }
