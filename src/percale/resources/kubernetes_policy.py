"""Kubernetes' NetworkPolicy, networking.k8s.io/v1: calico-semantics §9."""

import msgspec

from percale.resources.wire import IntOrString, Resource, Wire


class LabelSelectorRequirement(Wire, frozen=True):
    key: str
    operator: str
    values: tuple[str, ...] = ()


class LabelSelector(Wire, frozen=True):
    match_labels: dict[str, str] = {}
    match_expressions: tuple[LabelSelectorRequirement, ...] = ()


class IpBlock(Wire, frozen=True):
    cidr: str
    except_: tuple[str, ...] = msgspec.field(default=(), name="except")


class Peer(Wire, frozen=True):
    """An absent selector and an empty one differ: `{}` selects everything, absent restricts nothing."""

    pod_selector: LabelSelector | None = None
    namespace_selector: LabelSelector | None = None
    ip_block: IpBlock | None = None


class Port(Wire, frozen=True):
    protocol: str = "TCP"
    port: IntOrString | None = None
    end_port: int | None = None


class IngressRule(Wire, frozen=True):
    from_: tuple[Peer, ...] = msgspec.field(default=(), name="from")
    ports: tuple[Port, ...] = ()


class EgressRule(Wire, frozen=True):
    to: tuple[Peer, ...] = ()
    ports: tuple[Port, ...] = ()


class KubernetesPolicySpec(Wire, frozen=True):
    pod_selector: LabelSelector = LabelSelector()
    policy_types: tuple[str, ...] = ()
    ingress: tuple[IngressRule, ...] = ()
    egress: tuple[EgressRule, ...] = ()


class KubernetesNetworkPolicy(Resource, frozen=True, kw_only=True):
    spec: KubernetesPolicySpec = KubernetesPolicySpec()
