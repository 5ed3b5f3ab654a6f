"""What a batch of changed resources makes of a world: before and after, and nothing that stayed as it was."""

from dataclasses import dataclass, fields

from percale.policy.endpoints import Endpoint
from percale.policy.policies import Policy
from percale.policy.rules import ServiceRef


@dataclass(frozen=True, slots=True)
class Change:
    """One endpoint's: None before where it is new, None after where it is gone.

    `before` is the very object that an earlier difference had as `after`, so that it can be looked up as it is.
    Names do not identify endpoints: a pod with several interfaces is several workloads of one name.
    """

    before: Endpoint | None
    after: Endpoint | None


@dataclass(frozen=True, slots=True)
class PolicyChange:
    """As `Change`, of a policy."""

    before: Policy | None
    after: Policy | None


@dataclass(frozen=True, slots=True)
class Difference:
    """Between two worlds: each thing that differs once, in no particular order, and only what differs as a value."""

    workloads: tuple[Change, ...] = ()
    host_endpoints: tuple[Change, ...] = ()
    network_sets: tuple[Change, ...] = ()
    host_networked: tuple[Change, ...] = ()
    policies: tuple[PolicyChange, ...] = ()
    #: Whether tiers came, went or changed, and with them perhaps the order of policies that did not.
    tiers: bool = False
    #: Names of profiles that came, went or changed.
    profiles: frozenset[str] = frozenset()
    #: Services whose backends, or whose backends' addresses, or whose ways in from outside are others than before.
    services: frozenset[ServiceRef] = frozenset()
    nodes: frozenset[str] = frozenset()
    #: Whether the settings of any node are others.
    settings: bool = False

    def __bool__(self) -> bool:
        return any(getattr(self, field.name) for field in fields(self))
