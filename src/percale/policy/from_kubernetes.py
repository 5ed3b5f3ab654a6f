"""Kubernetes' NetworkPolicy as Calico converts it.

Source: Calico's libcalico-go/lib/backend/k8s/conversion/conversion.go.
"""

from collections.abc import Iterator, Sequence
from typing import assert_never

from percale.policy import labels
from percale.policy.policies import KUBERNETES_ORDER, Policy, PolicyId
from percale.policy.rules import ANYONE, Action, Direction, Entity, Ports, Rule
from percale.resources.kubernetes_policy import (
    EgressRule,
    IngressRule,
    KubernetesNetworkPolicy,
    KubernetesPolicySpec,
    LabelSelector,
    LabelSelectorRequirement,
    Peer,
    Port,
)
from percale.resources.problems import Place
from percale.resources.staged_policy import StagedKubernetesNetworkPolicy
from percale.selector import Equals, Has, In, Not, NotIn, Selector, conjunction, rekeyed
from percale.traffic.addresses import strict_network
from percale.traffic.intervals import Intervals
from percale.traffic.protocols import NUMBER_OF

KIND = "KubernetesNetworkPolicy"
_IS_POD = Equals(labels.ORCHESTRATOR, labels.KUBERNETES)


def policy_from(
    resource: KubernetesNetworkPolicy | StagedKubernetesNetworkPolicy, place: Place | None = None
) -> Policy:
    spec, namespace = resource.spec, resource.metadata.namespace
    staged = isinstance(resource, StagedKubernetesNetworkPolicy)
    return Policy(
        id=PolicyId(resource.kind if staged else KIND, namespace, resource.metadata.name),
        subject=_pods(spec.pod_selector, Equals(labels.NAMESPACE, namespace)),
        governs=_governed(spec),
        ingress=tuple(_rules(spec.ingress, Direction.INGRESS, namespace)),
        egress=tuple(_rules(spec.egress, Direction.EGRESS, namespace)),
        order=KUBERNETES_ORDER,
        place=place,
        staged=staged,
    )


def _governed(spec: KubernetesPolicySpec) -> frozenset[Direction]:
    """Absent types are what the API server would fill in: Ingress, and Egress where there is a rule for it."""
    if types := spec.policy_types:
        return frozenset(Direction(name.lower()) for name in types)
    return frozenset(Direction) if spec.egress else frozenset({Direction.INGRESS})


def _rules(rules: Sequence[IngressRule | EgressRule], direction: Direction, namespace: str) -> Iterator[Rule]:
    """One rule for each combination of a protocol and a peer; `path` keeps the peer's place."""
    for index, rule in enumerate(rules):
        path = f"{direction}[{index}]"
        for protocol, ports in _by_protocol(rule.ports):
            for place, peer in _peers(rule, namespace):
                yield _rule(direction, path + place, peer, protocol, ports)


def _rule(direction: Direction, path: str, peer: Entity, protocol: int | None, ports: Ports) -> Rule:
    match direction:
        case Direction.INGRESS:
            return Rule(Action.ALLOW, path, source=peer, destination=Entity(ports=ports), protocol=protocol)
        case Direction.EGRESS:
            destination = Entity(peer.nets, peer.not_nets, peer.selector, ports=ports)
            return Rule(Action.ALLOW, path, destination=destination, protocol=protocol)
        case _:
            assert_never(direction)


def _by_protocol(ports: tuple[Port, ...]) -> Iterator[tuple[int | None, Ports]]:
    """No ports mean every protocol; an entry without a port means all ports of its protocol."""
    if not ports:
        yield None, Ports()
    for name in sorted({port.protocol for port in ports}):
        listed = [port for port in ports if port.protocol == name]
        whole = any(port.port is None for port in listed)
        yield NUMBER_OF[name], Ports() if whole else _ports(listed)


def _ports(ports: list[Port]) -> Ports:
    numbers = [(one.port, one.end_port or one.port) for one in ports if isinstance(one.port, int)]
    return Ports(Intervals.of(numbers), tuple(one.port for one in ports if isinstance(one.port, str)))


def _peers(rule: IngressRule | EgressRule, namespace: str) -> Iterator[tuple[str, Entity]]:
    field, peers = ("from", rule.from_) if isinstance(rule, IngressRule) else ("to", rule.to)
    if not peers:
        yield "", ANYONE
    for index, peer in enumerate(peers):
        yield f".{field}[{index}]", _peer(peer, namespace)


def _peer(peer: Peer, namespace: str) -> Entity:
    if block := peer.ip_block:
        return Entity(nets=(strict_network(block.cidr),), not_nets=tuple(map(strict_network, block.except_)))
    if peer.namespace_selector is None:
        where: Selector = Equals(labels.NAMESPACE, namespace)
    else:
        inherited = rekeyed(selector_from(peer.namespace_selector), labels.NAMESPACE_PREFIX)
        where = conjunction(Has(labels.NAMESPACE), inherited)
    return Entity(selector=_pods(peer.pod_selector or LabelSelector(), where))


def _pods(selector: LabelSelector, where: Selector) -> Selector:
    return conjunction(_IS_POD, selector_from(selector), where)


def selector_from(selector: LabelSelector) -> Selector:
    """`{}` selects everything."""
    return conjunction(
        *(Equals(key, value) for key, value in sorted(selector.match_labels.items())),
        *(_requirement(one) for one in selector.match_expressions),
    )


def _requirement(requirement: LabelSelectorRequirement) -> Selector:
    values = tuple(sorted(set(requirement.values)))
    match requirement.operator:
        case "In":
            return In(requirement.key, values)
        case "NotIn":
            return NotIn(requirement.key, values)
        case "Exists":
            return Has(requirement.key)
        case "DoesNotExist":
            return Not(Has(requirement.key))
        case other:
            raise ValueError(f"operator {other!r} has passed validation")
