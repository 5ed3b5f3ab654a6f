"""Which policies an endpoint is subject to, tier by tier."""

from collections.abc import Iterator
from dataclasses import dataclass

from percale.policy.endpoints import Endpoint
from percale.policy.policies import Policy, PolicySet, Tier
from percale.policy.rules import Direction


@dataclass(frozen=True, slots=True)
class TierInForce:
    """A tier with at least one policy that selects the endpoint and governs the direction."""

    tier: Tier
    policies: tuple[Policy, ...]


def tiers_in_force(policies: PolicySet, endpoint: Endpoint, direction: Direction) -> Iterator[TierInForce]:
    """In the order of evaluation; none means that profiles decide, and so that a pod is open."""
    for tier in policies.tiers:
        selecting = tuple(
            policy
            for policy in policies.by_tier[tier.name]
            if policy.for_workloads and direction in policy.governs and policy.subject.matches(endpoint.labels)
        )
        if selecting:
            yield TierInForce(tier, selecting)
