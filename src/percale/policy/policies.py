"""Policies, tiers and profiles, and the order in which they are asked."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from percale.policy.rules import Direction, Rule
from percale.resources.problems import Place
from percale.selector import Selector

DEFAULT_TIER = "default"
#: What a tier without an order gets from the API.
DEFAULT_TIER_ORDER = 1_000_000.0
#: Where Kubernetes' own policies stand in the default tier.
KUBERNETES_ORDER = 1000.0


class Hook(StrEnum):
    """Where on a packet's way a policy is asked."""

    #: Workloads, and traffic to and from a host's own processes.
    NORMAL = "normal"
    #: Traffic that a host forwards.
    FORWARD = "forward"
    PRE_DNAT = "preDNAT"
    #: Before connection tracking.
    UNTRACKED = "doNotTrack"


@dataclass(frozen=True, slots=True, order=True)
class PolicyId:
    """Since Calico 3.32 a policy is its kind, namespace and name."""

    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind} {self.namespace}/{self.name}" if self.namespace else f"{self.kind} {self.name}"


@dataclass(frozen=True, slots=True, eq=False)
class Policy:
    """Any dialect's policy. A governed direction without rules denies, an ungoverned one is not touched."""

    id: PolicyId
    subject: Selector
    governs: frozenset[Direction]
    ingress: tuple[Rule, ...] = ()
    egress: tuple[Rule, ...] = ()
    tier: str = DEFAULT_TIER
    order: float = math.inf
    place: Place | None = None
    #: Where the policy is asked; workloads are asked at NORMAL only.
    hooks: frozenset[Hook] = frozenset({Hook.NORMAL})
    #: A staged policy never changes a verdict.
    staged: bool = False

    def rules(self, direction: Direction) -> tuple[Rule, ...]:
        return self.ingress if direction is Direction.INGRESS else self.egress

    @property
    def rank(self) -> tuple[float, bytes]:
        """Order, then `name/namespace/kind` bytewise, since Calico 3.32."""
        return self.order, f"{self.id.name}/{self.id.namespace}/{self.id.kind}".encode()


@dataclass(frozen=True, slots=True)
class Tier:
    name: str
    order: float = DEFAULT_TIER_ORDER
    #: Whether traffic that no rule of the tier decided goes on to the next tier, instead of being denied.
    passes: bool = False
    #: False for a tier that policies name and nobody created: it comes last and denies.
    exists: bool = True

    @property
    def rank(self) -> tuple[bool, float, str]:
        return not self.exists, self.order, self.name


BUILT_IN_TIERS = (
    Tier("kube-admin", 1000.0, passes=True),
    Tier(DEFAULT_TIER),
    Tier("kube-baseline", 10_000_000.0, passes=True),
)


def every_tier(tiers: Iterable[Tier], named: Iterable[str]) -> tuple[Tier, ...]:
    """In the order of evaluation: those that are built in, those that were created, those that policies only name."""
    by_name = {tier.name: tier for tier in (*BUILT_IN_TIERS, *tiers)}
    missing = [Tier(name, math.inf, exists=False) for name in set(named) - by_name.keys()]
    return tuple(sorted([*by_name.values(), *missing], key=lambda tier: tier.rank))


@dataclass(frozen=True, slots=True)
class Profile:
    """Asked when no tier has decided; labels that it gives are already in its endpoints' labels."""

    name: str
    ingress: tuple[Rule, ...] = ()
    egress: tuple[Rule, ...] = ()

    def rules(self, direction: Direction) -> tuple[Rule, ...]:
        return self.ingress if direction is Direction.INGRESS else self.egress


@dataclass(frozen=True)
class PolicySet:
    """All tiers and policies, in the order of evaluation."""

    tiers: tuple[Tier, ...] = BUILT_IN_TIERS
    policies: tuple[Policy, ...] = field(default=())

    @classmethod
    def of(cls, tiers: Iterable[Tier], policies: Iterable[Policy]) -> "PolicySet":
        policies = tuple(policies)
        every = every_tier(tiers, {policy.tier for policy in policies})
        ranks = {tier.name: tier.rank for tier in every}
        return cls(every, tuple(sorted(policies, key=lambda policy: (ranks[policy.tier], policy.rank))))

    @cached_property
    def by_tier(self) -> dict[str, tuple[Policy, ...]]:
        found: dict[str, list[Policy]] = {tier.name: [] for tier in self.tiers}
        for policy in self.policies:
            found[policy.tier].append(policy)
        return {name: tuple(policies) for name, policies in found.items()}
