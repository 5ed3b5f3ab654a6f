"""Kubernetes' NetworkPolicy, networking.k8s.io/v1.

Source: Calico's libcalico-go/lib/backend/k8s/conversion/conversion.go.
"""

import msgspec

from percale.resources.wire import IntOrString, Resource, Wire


class LabelSelectorRequirement(Wire, frozen=True):
    #: The label that is asked for.
    key: str
    #: How: its value is one of `values` (`In`), is none of them or the label is absent (`NotIn`), the label is there
    #: (`Exists`), or is not (`DoesNotExist`).
    operator: str
    #: The values of `In` and `NotIn`; none with the other two.
    values: tuple[str, ...] = ()


class LabelSelector(Wire, frozen=True):
    #: Labels that must all have these values.
    match_labels: dict[str, str] = {}
    #: Requirements that must all hold. With none of either kind, everything is selected.
    match_expressions: tuple[LabelSelectorRequirement, ...] = ()


class IpBlock(Wire, frozen=True):
    #: The network; pods' addresses in it are meant as well.
    cidr: str
    #: Parts of the network that are left out.
    except_: tuple[str, ...] = msgspec.field(default=(), name="except")


class Peer(Wire, frozen=True):
    """An absent selector and an empty one differ: `{}` selects everything, absent restricts nothing."""

    #: Pods by their labels, in the namespaces beside it. Default: with `namespaceSelector`, all pods; an empty one
    #: alone is all pods of the policy's namespace.
    pod_selector: LabelSelector | None = None
    #: Namespaces by their labels. Default: the policy's namespace.
    namespace_selector: LabelSelector | None = None
    #: Addresses by network; excludes the selectors.
    ip_block: IpBlock | None = None


class Port(Wire, frozen=True):
    #: The protocol.
    protocol: str = "TCP"
    #: The port by number, or by the name that it has in each pod. Without it, every port of the protocol.
    port: IntOrString | None = None
    #: The last port of a range that begins with `port`.
    end_port: int | None = None


class IngressRule(Wire, frozen=True):
    #: Who may send: any of these peers. Empty or absent is everyone.
    from_: tuple[Peer, ...] = msgspec.field(default=(), name="from")
    #: To which ports. Empty or absent is every protocol and port.
    ports: tuple[Port, ...] = ()


class EgressRule(Wire, frozen=True):
    #: Whom they may send to: any of these peers. Empty or absent is everyone.
    to: tuple[Peer, ...] = ()
    #: To which ports. Empty or absent is every protocol and port.
    ports: tuple[Port, ...] = ()


class KubernetesPolicySpec(Wire, frozen=True):
    #: Which pods of the namespace the policy is for. Empty is all of them.
    pod_selector: LabelSelector = LabelSelector()
    #: The directions that the policy governs, with or without rules there. Default: `Ingress`, and `Egress` if there
    #: are egress rules.
    policy_types: tuple[str, ...] = ()
    #: What may arrive: whatever one of these rules allows.
    ingress: tuple[IngressRule, ...] = ()
    #: What may be sent: whatever one of these rules allows.
    egress: tuple[EgressRule, ...] = ()


class KubernetesNetworkPolicy(Resource, frozen=True, kw_only=True):
    #: Whom the policy governs, and what it allows.
    spec: KubernetesPolicySpec = KubernetesPolicySpec()
