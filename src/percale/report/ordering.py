"""The order of tiers and policies in words."""

import math
from collections.abc import Sequence

from percale.policy.policies import KUBERNETES_ORDER, Policy, Tier

_KUBERNETES = ("KubernetesNetworkPolicy", "StagedKubernetesNetworkPolicy")


def number_words(order: float) -> str:
    """`1000`, `0.5`."""
    return f"{order:.0f}" if order == round(order) else repr(order)


def order_words(order: float) -> str:
    return "no order" if math.isinf(order) else f"order {number_words(order)}"


def tier_words(tier: Tier) -> str:
    """`tier default (order 1000000, ends with Deny)`."""
    what = f"{order_words(tier.order)}, ends with {'Pass' if tier.passes else 'Deny'}"
    return f"tier {tier.name} ({what})" if tier.exists else f"tier {tier.name} (which nobody created; ends with Deny)"


def tiers_sentence(tiers: Sequence[Tier]) -> str:
    """Nothing where there is nothing to compare."""
    if len(tiers) < 2:
        return ""
    placed = ", ".join(f"{tier.name} at {number_words(tier.order)}" for tier in tiers if not math.isinf(tier.order))
    return f"tiers run by order, the lowest first: {placed}"


def policies_sentence(policies: Sequence[Policy]) -> str:
    """`order 100 runs before 1000; Kubernetes policies run at 1000; …` of policies of one tier."""
    orders = sorted({policy.order for policy in policies})
    parts = []
    if len(orders) > 1:
        parts.append(" before ".join(["order " + _position(orders[0]) + " runs", *map(_position, orders[1:])]))
    if any(policy.id.kind in _KUBERNETES for policy in policies) and (len(orders) > 1 or orders == [KUBERNETES_ORDER]):
        parts.append(f"Kubernetes policies run at {number_words(KUBERNETES_ORDER)}")
    if len(orders) < len(policies):
        parts.append("of the same order, by name")
    return "; ".join(parts) if len(policies) > 1 else ""


def _position(order: float) -> str:
    return "no order at all" if math.isinf(order) else number_words(order)
