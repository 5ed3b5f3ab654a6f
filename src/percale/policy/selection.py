"""Which policies an endpoint is subject to, tier by tier."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

from percale.policy.endpoints import Endpoint
from percale.policy.policies import Hook, Policy, PolicySet, Tier
from percale.policy.rules import Direction


class Staged(Enum):
    """Whether staged policies count: never for a verdict, always for what would become of it."""

    LEFT_OUT = auto()
    AS_IF_ENFORCED = auto()


@dataclass(frozen=True, slots=True)
class TierInForce:
    """A tier with at least one policy that selects the endpoint and governs the direction."""

    tier: Tier
    policies: tuple[Policy, ...]


def tiers_in_force(
    policies: PolicySet,
    endpoint: Endpoint,
    direction: Direction,
    *,
    hook: Hook = Hook.NORMAL,
    staged: Staged = Staged.LEFT_OUT,
) -> Iterator[TierInForce]:
    """In the order of evaluation; none means that profiles decide, and so that a pod is open."""
    for tier in policies.tiers:
        selecting = tuple(
            policy
            for policy in policies.by_tier[tier.name]
            if hook in policy.hooks
            and direction in policy.governs
            and not (policy.staged and staged is Staged.LEFT_OUT)
            and policy.subject.matches(endpoint.labels)
        )
        if selecting:
            yield TierInForce(tier, selecting)
