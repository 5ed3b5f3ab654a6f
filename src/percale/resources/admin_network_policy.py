"""AdminNetworkPolicy and BaselineAdminNetworkPolicy of policy.networking.k8s.io/v1alpha1: calico-semantics §4.4."""

import msgspec

from percale.resources.cluster_network_policy import EgressPeer, IngressPeer, Subject
from percale.resources.wire import Resource, Wire


class PortNumber(Wire, frozen=True):
    """One port of one protocol."""

    #: `TCP`, `UDP` or `SCTP`.
    protocol: str
    #: 1-65535.
    port: int


class ProtocolPortRange(Wire, frozen=True):
    """Ports from `start` to `end`, both included; `start` is the smaller one."""

    #: 1-65535.
    start: int
    #: 1-65535.
    end: int
    #: `TCP`, `UDP` or `SCTP`.
    protocol: str = "TCP"


class PortMatch(Wire, frozen=True):
    """Exactly one field is set."""

    port_number: PortNumber | None = None
    port_range: ProtocolPortRange | None = None
    #: The name of a container port, whatever its protocol.
    named_port: str | None = None


class AdminIngressRule(Wire, frozen=True):
    """An action for traffic to the subject."""

    #: `Allow`, `Deny` or, not in a baseline policy, `Pass`, which goes on with the NetworkPolicies.
    action: str
    #: 1-100.
    from_: tuple[IngressPeer, ...] = msgspec.field(name="from")
    #: At most 100 characters.
    name: str = ""
    #: 1-100; left out, the rule is for every protocol and port.
    ports: tuple[PortMatch, ...] | None = None


class AdminEgressRule(Wire, frozen=True):
    """An action for traffic from the subject."""

    #: `Allow`, `Deny` or, not in a baseline policy, `Pass`, which goes on with the NetworkPolicies.
    action: str
    #: 1-100.
    to: tuple[EgressPeer, ...]
    #: At most 100 characters.
    name: str = ""
    #: 1-100; left out, the rule is for every protocol and port.
    ports: tuple[PortMatch, ...] | None = None


class BaselinePolicySpec(Wire, frozen=True, kw_only=True):
    """Whom the policy governs, and its rules. A direction without rules is not governed."""

    subject: Subject
    #: At most 100.
    ingress: tuple[AdminIngressRule, ...] = ()
    #: At most 100.
    egress: tuple[AdminEgressRule, ...] = ()


class AdminPolicySpec(BaselinePolicySpec, frozen=True, kw_only=True):
    """Where the policy stands, whom it governs, and its rules."""

    #: 0-1000; the lower one goes first.
    priority: int


class AdminNetworkPolicy(Resource, frozen=True, kw_only=True):
    """An administrator's policy before every NetworkPolicy: §4.4. Calico 3.29 to 3.31 only; ignored since."""

    spec: AdminPolicySpec


class BaselineAdminNetworkPolicy(Resource, frozen=True, kw_only=True):
    """An administrator's policy after every NetworkPolicy, one that is named `default`: §4.4. Calico 3.30 and 3.31."""

    spec: BaselinePolicySpec
