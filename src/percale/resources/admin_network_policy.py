"""AdminNetworkPolicy and BaselineAdminNetworkPolicy of policy.networking.k8s.io/v1alpha1.

Source: Calico's libcalico-go/lib/backend/k8s/conversion.
"""

import msgspec

from percale.resources.cluster_network_policy import EgressPeer, IngressPeer, Subject
from percale.resources.wire import Resource, Wire


class PortNumber(Wire, frozen=True):
    """One port of one protocol."""

    #: The protocol.
    protocol: str
    #: The port.
    port: int


class ProtocolPortRange(Wire, frozen=True):
    """Ports from `start` to `end`, both included; `start` is the smaller one."""

    #: The first port.
    start: int
    #: The last port, included.
    end: int
    #: The protocol.
    protocol: str = "TCP"


class PortMatch(Wire, frozen=True):
    """Exactly one field is set."""

    #: One port of one protocol.
    port_number: PortNumber | None = None
    #: Ports of one protocol that are next to each other.
    port_range: ProtocolPortRange | None = None
    #: The name of a container port, whatever its protocol.
    named_port: str | None = None


class AdminIngressRule(Wire, frozen=True):
    """An action for traffic to the subject."""

    #: What becomes of traffic that matches: `Allow` and `Deny` decide; `Pass`, which a baseline policy does not have,
    #: goes on with the NetworkPolicies.
    action: str
    #: Who sends: any of these peers.
    from_: tuple[IngressPeer, ...] = msgspec.field(name="from")
    #: A name for the rule, for people; it need not be the only one of its kind.
    name: str = ""
    #: To which ports: any of these. Without it, every protocol and port.
    ports: tuple[PortMatch, ...] | None = None


class AdminEgressRule(Wire, frozen=True):
    """An action for traffic from the subject."""

    #: What becomes of traffic that matches: `Allow` and `Deny` decide; `Pass`, which a baseline policy does not have,
    #: goes on with the NetworkPolicies.
    action: str
    #: Who is sent to: any of these peers.
    to: tuple[EgressPeer, ...]
    #: A name for the rule, for people; it need not be the only one of its kind.
    name: str = ""
    #: To which ports: any of these. Without it, every protocol and port.
    ports: tuple[PortMatch, ...] | None = None


class BaselinePolicySpec(Wire, frozen=True, kw_only=True):
    """Whom the policy governs, and its rules. A direction without rules is not governed."""

    #: The pods whose traffic the policy governs; never pods in the host's network.
    subject: Subject
    #: Rules for what arrives, in order; without any, the direction is not governed.
    ingress: tuple[AdminIngressRule, ...] = ()
    #: Rules for what is sent, in order; without any, the direction is not governed.
    egress: tuple[AdminEgressRule, ...] = ()


class AdminPolicySpec(BaselinePolicySpec, frozen=True, kw_only=True):
    """Where the policy stands, whom it governs, and its rules."""

    #: Where among these policies it stands: lower is asked first.
    priority: int


class AdminNetworkPolicy(Resource, frozen=True, kw_only=True):
    """An administrator's policy before every NetworkPolicy. Calico 3.29 to 3.31 only; ignored since."""

    #: Where the policy stands, whom it governs, and its rules.
    spec: AdminPolicySpec


class BaselineAdminNetworkPolicy(Resource, frozen=True, kw_only=True):
    """An administrator's policy after every NetworkPolicy, one that is named `default`. Calico 3.30 and 3.31."""

    #: Whom the policy governs, and its rules.
    spec: BaselinePolicySpec
