"""A walk as JSON: all of it, unlike the text."""

import math
from typing import Any

from percale.analysis.explanation import Aside, TriedPolicy, TriedRule, Walk, WalkedTier
from percale.policy.policies import Hook, Policy
from percale.report.explanation import aside_words
from percale.report.misses import miss_words
from percale.report.reasons import decision_json, policy_json


def walk_json(walk: Walk) -> dict[str, Any]:
    asked = walk.asked
    return {
        "endpoint": str(asked.endpoint),
        "direction": str(asked.direction),
        **({"hook": str(asked.hook)} if asked.hook is not Hook.NORMAL else {}),
        "tiers": [_tier(walk, one) for one in walk.tiers],
        "profiles": [
            {"profile": one.name, "rules": [_rule(walk, tried) for tried in one.rules]} for one in walk.profiles
        ],
        "decision": decision_json(walk.decision, asked.packet, asked.world),
    }


def _tier(walk: Walk, one: WalkedTier) -> dict[str, Any]:
    return {
        "tier": one.tier.name,
        "order": order_json(one.tier.order),
        "endsWith": "Pass" if one.tier.passes else "Deny",
        "outcome": str(one.left),
        "policies": [_policy(walk, tried) for tried in one.policies],
        "notAsked": [_aside(walk, *found) for found in one.aside],
    }


def _policy(walk: Walk, tried: TriedPolicy) -> dict[str, Any]:
    return {
        **policy_json(tried.policy),
        "order": order_json(tried.policy.order),
        "asked": tried.asked,
        "rules": [_rule(walk, one) for one in tried.rules],
        "rulesLeft": tried.left,
    }


def _rule(walk: Walk, tried: TriedRule) -> dict[str, Any]:
    asked = walk.asked
    return {
        "rule": tried.rule.path,
        "action": str(tried.rule.action),
        "matches": not tried.misses,
        "misses": [miss_words(miss, tried.rule, asked.packet, asked.world) for miss in tried.misses],
    }


def _aside(walk: Walk, policy: Policy, why: Aside) -> dict[str, Any]:
    found = {**policy_json(policy), "order": order_json(policy.order)}
    return {**found, "because": str(why), "says": aside_words(walk, policy, why)}


def order_json(order: float) -> float | None:
    """JSON has no infinity: without an order it is null."""
    return None if math.isinf(order) else order
