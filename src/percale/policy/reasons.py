"""Decisions and what they rest on: an explanation, a log line and a counter all point at the same reason."""

from dataclasses import dataclass

from percale.policy.endpoints import Endpoint
from percale.policy.policies import Hook, Policy, Tier
from percale.policy.rules import Action, Direction, Rule


@dataclass(frozen=True, slots=True)
class RuleRef:
    """A rule of a policy, or of a profile when there is no policy."""

    policy: Policy | None
    rule: Rule
    tier: str = ""
    profile: str = ""


@dataclass(frozen=True, slots=True)
class EndOfTier:
    """No rule of the tier matched, and a tier that does not pass denies. `policies` are those that isolate."""

    tier: Tier
    policies: tuple[Policy, ...]


@dataclass(frozen=True, slots=True)
class NoProfile:
    """No tier had a say and no profile allows: an endpoint outside Kubernetes is closed by default."""


@dataclass(frozen=True, slots=True)
class NotOpening:
    """Connection tracking finds the packet invalid: it is dropped before any policy is asked."""


@dataclass(frozen=True, slots=True)
class HostPath:
    """Between a host and its own pods: what the host sends, and neighbour discovery to it."""


@dataclass(frozen=True, slots=True)
class Failsafe:
    """A port that no policy on a host endpoint can close."""


@dataclass(frozen=True, slots=True)
class HostRefused:
    """Policy lets the pod's traffic through, and defaultEndpointToHostAction drops what is for its own host."""


Reason = RuleRef | EndOfTier | NoProfile | NotOpening | HostPath | Failsafe | HostRefused
Step = RuleRef | EndOfTier


@dataclass(frozen=True, slots=True)
class Decision:
    """`passed` are the Log and Pass rules that matched, and tiers that let go on, before the decision."""

    endpoint: Endpoint
    direction: Direction
    action: Action
    because: Reason
    passed: tuple[Step, ...] = ()
    hook: Hook = Hook.NORMAL

    @property
    def allows(self) -> bool:
        return self.action is Action.ALLOW
