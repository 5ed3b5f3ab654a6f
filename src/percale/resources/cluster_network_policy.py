"""ClusterNetworkPolicy of policy.networking.k8s.io/v1alpha2: policy before and after namespaces' own (§4.4)."""

import msgspec

from percale.resources.kubernetes_policy import LabelSelector
from percale.resources.wire import Resource, Wire


class NamespacedPods(Wire, frozen=True):
    """Pods that a selector picks, in namespaces that another one picks; an empty selector picks all."""

    pod_selector: LabelSelector
    #: Left out, it picks all; v1alpha1 does not let it out.
    namespace_selector: LabelSelector | None = None


class Subject(Wire, frozen=True):
    """Whose traffic the policy governs: exactly one field is set. Pods in the host's network are never meant."""

    #: All pods of these namespaces.
    namespaces: LabelSelector | None = None
    pods: NamespacedPods | None = None


class IngressPeer(Wire, frozen=True):
    """Who sends: exactly one field is set."""

    #: All pods of these namespaces.
    namespaces: LabelSelector | None = None
    pods: NamespacedPods | None = None


class EgressPeer(Wire, frozen=True):
    """Who is sent to: exactly one field is set."""

    #: All pods of these namespaces.
    namespaces: LabelSelector | None = None
    pods: NamespacedPods | None = None
    #: CIDRs, 1-25, of which pods' addresses may be part.
    networks: tuple[str, ...] | None = None
    #: Experimental; Calico does not convert it.
    nodes: LabelSelector | None = None
    #: 1-25 names, `*.` before one for all below it; in Accept rules only. Experimental; Calico does not convert it.
    domain_names: tuple[str, ...] | None = None


class PortRange(Wire, frozen=True):
    """Ports from `start` to `end`, both included; `start` is the smaller one."""

    #: 1-65535.
    start: int
    #: 1-65535.
    end: int


class DestinationPort(Wire, frozen=True):
    """Exactly one field is set."""

    #: 1-65535.
    number: int | None = None
    range: PortRange | None = None


class ProtocolMatch(Wire, frozen=True):
    """What must hold of a packet of the protocol."""

    destination_port: DestinationPort | None = None


class Protocol(Wire, frozen=True):
    """Exactly one field is set."""

    tcp: ProtocolMatch | None = None
    udp: ProtocolMatch | None = None
    sctp: ProtocolMatch | None = None
    #: The name of a container port, whatever its protocol.
    destination_named_port: str | None = None


class IngressRule(Wire, frozen=True):
    """An action for traffic to the subject."""

    #: `Accept`, `Deny` or `Pass`, which goes on with the next tier.
    action: str
    #: 1-25.
    from_: tuple[IngressPeer, ...] = msgspec.field(name="from")
    #: At most 100 characters.
    name: str = ""
    #: 1-25; left out, the rule is for every protocol and port.
    protocols: tuple[Protocol, ...] | None = None


class EgressRule(Wire, frozen=True):
    """An action for traffic from the subject."""

    #: `Accept`, `Deny` or `Pass`, which goes on with the next tier.
    action: str
    #: 1-25.
    to: tuple[EgressPeer, ...]
    #: At most 100 characters.
    name: str = ""
    #: 1-25; left out, the rule is for every protocol and port.
    protocols: tuple[Protocol, ...] | None = None


class ClusterPolicySpec(Wire, frozen=True, kw_only=True):
    """Where the policy stands, whom it governs, and its rules: §4.4. A direction without rules is not governed."""

    #: `Admin`, before every NetworkPolicy, or `Baseline`, after them.
    tier: str
    #: 0-1000; the lower one goes first in its tier.
    priority: int
    subject: Subject
    #: At most 25.
    ingress: tuple[IngressRule, ...] = ()
    #: At most 25.
    egress: tuple[EgressRule, ...] = ()


class ClusterNetworkPolicy(Resource, frozen=True, kw_only=True):
    """An administrator's policy for the whole cluster: §4.4. Since 3.32 in tiers kube-admin and kube-baseline."""

    spec: ClusterPolicySpec
