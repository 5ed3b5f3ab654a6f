"""A decision in words and as JSON: which side, which tier, which policies, which rule."""

from typing import Any

from percale.analysis.nearest import NearMiss, nearest
from percale.policy.endpoints import EndpointKind
from percale.policy.policies import Hook, Policy
from percale.policy.reasons import (
    Decision,
    EndOfTier,
    Failsafe,
    HostPath,
    HostRefused,
    NoProfile,
    NotOpening,
    Reason,
    RuleRef,
)
from percale.policy.rules import Direction
from percale.policy.world import World
from percale.report.misses import lack_words, miss_words
from percale.traffic.packet import Packet

_VERB = {True: "allows", False: "denies"}


def decision_lines(decision: Decision, packet: Packet, world: World) -> list[str]:
    """Who decided, and what helps when it was a denial that no rule is behind."""
    lines = decider_lines(decision)
    if isinstance(decision.because, EndOfTier):
        if near := nearest(world, decision, packet):
            lines.append(f"  nearest rule: {near_words(near, decision, packet, world)}")
        else:
            lines.append(f"  no rule of these comes near: allow it by an {decision.direction} rule")
    return lines


def decider_lines(decision: Decision) -> list[str]:
    """One line that says who decided, what was walked over before, and on a denial who isolates."""
    hook = f" ({decision.hook})" if _is_host(decision) and decision.hook is not Hook.NORMAL else ""
    whole = f"{decision.direction} of {decision.endpoint}{hook} {_VERB[decision.allows]}: "
    lines = [whole + reason_words(decision.because)]
    lines += [f"  before: {reason_words(step)}" for step in decision.passed]
    if isinstance(decision.because, EndOfTier):
        lines[0] = whole + f"tier {decision.because.tier.name} denies what no rule of it matches"
        lines += [f"  isolated by {_with_place(policy)}" for policy in decision.because.policies]
    return lines


def reason_words(reason: Reason) -> str:
    match reason:
        case RuleRef(policy=None):
            return f"profile {reason.profile}, since no tier decides"
        case RuleRef(policy=policy, rule=rule) if policy:
            return f"{policy.id} {rule.path} ({rule.action}) in tier {policy.tier}"
        case EndOfTier(tier=tier, policies=policies):
            names = ", ".join(str(policy.id) for policy in policies)
            goes_on = "goes on to the next tier" if tier.passes else "denies what no rule matches"
            return f"no rule matches in {names}, and tier {tier.name} {goes_on}"
        case NoProfile():
            return "no policy selects it and no profile allows"
        case NotOpening():
            return "connection tracking takes the packet for invalid: it can only belong to a flow that exists"
        case HostPath():
            return "between a host and its own pods this always passes"
        case Failsafe():
            return "failsafe port, which no policy can close"
        case HostRefused():
            return "policy allows it, and defaultEndpointToHostAction drops what is for the pod's own host"
        case _:
            raise AssertionError(reason)


def near_words(near: NearMiss, decision: Decision, packet: Packet, world: World) -> str:
    missed = [miss_words(miss, near.rule, packet, world) for miss in near.misses]
    if not near.selects:
        missed.insert(
            0, f"it does not select {decision.endpoint}: {lack_words(near.policy.subject, decision.endpoint)}"
        )
    return f"{near.policy.id} {near.rule.path}, but " + "; ".join(missed)


def _with_place(policy: Policy) -> str:
    return f"{policy.id} ({policy.place})" if policy.place else str(policy.id)


def _is_host(decision: Decision) -> bool:
    return decision.endpoint.kind is EndpointKind.HOST


def decision_json(decision: Decision | None, packet: Packet, world: World) -> dict[str, Any] | None:
    if decision is None:
        return None
    found: dict[str, Any] = {
        "verdict": "allow" if decision.allows else "deny",
        "endpoint": str(decision.endpoint),
        **({"hook": str(decision.hook), "direction": str(decision.direction)} if _is_host(decision) else {}),
        **_because(decision.because),
    }
    if isinstance(decision.because, EndOfTier) and (near := nearest(world, decision, packet)):
        found["nearest"] = {
            **policy_json(near.policy),
            "rule": near.rule.path,
            "selects": near.selects,
            "misses": [miss_words(miss, near.rule, packet, world) for miss in near.misses],
        }
    return found


def _because(reason: Reason) -> dict[str, Any]:
    match reason:
        case RuleRef(policy=None):
            return {"decidedBy": "profile", "profile": reason.profile}
        case RuleRef(policy=policy, rule=rule) if policy:
            return {"decidedBy": "rule", **policy_json(policy), "rule": rule.path, "action": str(rule.action)}
        case EndOfTier(tier=tier, policies=policies):
            return {"decidedBy": "end of tier", "tier": tier.name, "isolatedBy": [policy_json(one) for one in policies]}
        case NoProfile():
            return {"decidedBy": "no profile"}
        case NotOpening():
            return {"decidedBy": "connection tracking"}
        case HostPath():
            return {"decidedBy": "host path"}
        case Failsafe():
            return {"decidedBy": "failsafe"}
        case HostRefused():
            return {"decidedBy": "defaultEndpointToHostAction"}
        case _:
            raise AssertionError(reason)


def policy_json(policy: Policy) -> dict[str, Any]:
    place = {"file": policy.place.source, "line": policy.place.line} if policy.place else {}
    named = {"kind": policy.id.kind, "namespace": policy.id.namespace, "policy": policy.id.name, "tier": policy.tier}
    return {**named, **place}


def missing_side(egress: Decision | None, ingress: Decision | None) -> str:
    """What the commonest mistake comes to: one side allows, and the other was forgotten."""
    if egress and ingress and egress.allows != ingress.allows:
        wrong, right = (ingress, egress) if egress.allows else (egress, ingress)
        kind = Direction(wrong.direction)
        return (
            f"the {right.direction} side allows and the {wrong.direction} side does not: both must. "
            f"Look at the {kind} policies of {wrong.endpoint}."
        )
    return ""
