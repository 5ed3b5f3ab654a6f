"""ClusterNetworkPolicy of policy.networking.k8s.io/v1alpha2: policy before and after namespaces' own.

Source: Calico's libcalico-go/lib/backend/k8s/conversion.
"""

import msgspec

from percale.resources.kubernetes_policy import LabelSelector
from percale.resources.wire import Resource, Wire


class NamespacedPods(Wire, frozen=True):
    """Pods that a selector picks, in namespaces that another one picks; an empty selector picks all."""

    #: The pods, by their labels; empty is all.
    pod_selector: LabelSelector
    #: Their namespaces, by their labels; empty is all. Default: all, but v1alpha1 wants it written.
    namespace_selector: LabelSelector | None = None


class Subject(Wire, frozen=True):
    """Whose traffic the policy governs: exactly one field is set. Pods in the host's network are never meant."""

    #: All pods of the namespaces whose labels fit.
    namespaces: LabelSelector | None = None
    #: Pods whose labels fit, in namespaces whose labels fit.
    pods: NamespacedPods | None = None


class IngressPeer(Wire, frozen=True):
    """Who sends: exactly one field is set."""

    #: All pods of the namespaces whose labels fit.
    namespaces: LabelSelector | None = None
    #: Pods whose labels fit, in namespaces whose labels fit.
    pods: NamespacedPods | None = None


class EgressPeer(Wire, frozen=True):
    """Who is sent to: exactly one field is set."""

    #: All pods of the namespaces whose labels fit.
    namespaces: LabelSelector | None = None
    #: Pods whose labels fit, in namespaces whose labels fit.
    pods: NamespacedPods | None = None
    #: Addresses by network; pods' addresses may be among them.
    networks: tuple[str, ...] | None = None
    #: Nodes by their labels. Experimental, and not converted by Calico: a Deny or Pass rule with it denies everything
    #: in its direction, an allowing one is dropped.
    nodes: LabelSelector | None = None
    #: Names of the destination, `*.` before one for all below it; in rules that allow only. Experimental, and not
    #: converted by Calico. Judged by `percale reach`; refused by `ruleset` and `lab`.
    domain_names: tuple[str, ...] | None = None


class PortRange(Wire, frozen=True):
    """Ports from `start` to `end`, both included; `start` is the smaller one."""

    #: The first port.
    start: int
    #: The last port, included.
    end: int


class DestinationPort(Wire, frozen=True):
    """Exactly one field is set."""

    #: One port.
    number: int | None = None
    #: Ports next to each other.
    range: PortRange | None = None


class ProtocolMatch(Wire, frozen=True):
    """What must hold of a packet of the protocol."""

    #: The ports that traffic goes to. Required.
    destination_port: DestinationPort | None = None


class Protocol(Wire, frozen=True):
    """Exactly one field is set."""

    #: TCP to some ports.
    tcp: ProtocolMatch | None = None
    #: UDP to some ports.
    udp: ProtocolMatch | None = None
    #: SCTP to some ports.
    sctp: ProtocolMatch | None = None
    #: The name of a container port, whatever its protocol.
    destination_named_port: str | None = None


class IngressRule(Wire, frozen=True):
    """An action for traffic to the subject."""

    #: What becomes of traffic that matches: `Accept` and `Deny` decide, `Pass` goes on with the next tier.
    action: str
    #: Who sends: any of these peers.
    from_: tuple[IngressPeer, ...] = msgspec.field(name="from")
    #: A name for the rule, for people; it need not be the only one of its kind.
    name: str = ""
    #: Over what: any of these. Without it, every protocol and port.
    protocols: tuple[Protocol, ...] | None = None


class EgressRule(Wire, frozen=True):
    """An action for traffic from the subject."""

    #: What becomes of traffic that matches: `Accept` and `Deny` decide, `Pass` goes on with the next tier.
    action: str
    #: Who is sent to: any of these peers.
    to: tuple[EgressPeer, ...]
    #: A name for the rule, for people; it need not be the only one of its kind.
    name: str = ""
    #: Over what: any of these. Without it, every protocol and port.
    protocols: tuple[Protocol, ...] | None = None


class ClusterPolicySpec(Wire, frozen=True, kw_only=True):
    """Where the policy stands, whom it governs, and its rules. A direction without rules is not governed."""

    #: `Admin` is asked before every NetworkPolicy, `Baseline` after them.
    tier: str
    #: Where in its tier the policy stands: lower is asked first.
    priority: int
    #: The pods whose traffic the policy governs; never pods in the host's network.
    subject: Subject
    #: Rules for what arrives, in order; without any, the direction is not governed.
    ingress: tuple[IngressRule, ...] = ()
    #: Rules for what is sent, in order; without any, the direction is not governed.
    egress: tuple[EgressRule, ...] = ()


class ClusterNetworkPolicy(Resource, frozen=True, kw_only=True):
    """An administrator's policy for the whole cluster. Since 3.32 in tiers kube-admin and kube-baseline."""

    #: Where the policy stands, whom it governs, and its rules.
    spec: ClusterPolicySpec
