"""Administrators' policies: ClusterNetworkPolicy, and the two kinds that it replaced.

The newest Calico ignores AdminNetworkPolicy and BaselineAdminNetworkPolicy. They are read here all the same, into the
tiers that Calico 3.29 to 3.31 gave them and with the meaning that the API's own text has.

Source: Calico's libcalico-go/lib/backend/k8s/conversion.
"""

from collections.abc import Iterator, Sequence

from percale.policy import labels
from percale.policy.from_kubernetes import selector_from
from percale.policy.policies import Policy, PolicyId, Tier
from percale.policy.rules import ANYONE, Action, Direction, Entity, Ports, Rule
from percale.resources.admin_network_policy import (
    AdminEgressRule,
    AdminIngressRule,
    AdminNetworkPolicy,
    BaselineAdminNetworkPolicy,
    PortMatch,
)
from percale.resources.cluster_network_policy import (
    ClusterNetworkPolicy,
    EgressPeer,
    EgressRule,
    IngressPeer,
    IngressRule,
    Protocol,
    ProtocolMatch,
    Subject,
)
from percale.resources.kubernetes_policy import LabelSelector
from percale.resources.problems import Place
from percale.selector import Equals, Has, Selector, conjunction, rekeyed
from percale.traffic.addresses import lenient_network
from percale.traffic.intervals import Intervals
from percale.traffic.protocols import NUMBER_OF, SCTP, TCP, UDP

AdminResource = ClusterNetworkPolicy | AdminNetworkPolicy | BaselineAdminNetworkPolicy
_AnyRule = IngressRule | EgressRule | AdminIngressRule | AdminEgressRule
#: A protocol, or None for any, with the ports that are meant.
_Match = tuple[int | None, Ports]

_IS_POD = Equals(labels.ORCHESTRATOR, labels.KUBERNETES)
_TIER = {"Admin": "kube-admin", "Baseline": "kube-baseline"}
_ACTION = {"Accept": Action.ALLOW, "Allow": Action.ALLOW, "Deny": Action.DENY, "Pass": Action.PASS}
#: Where the single baseline policy stands in its tier.
_BASELINE_ORDER = 1000.0

ADMIN_TIER = Tier("adminnetworkpolicy", 1000.0, passes=True)
BASELINE_TIER = Tier("baselineadminnetworkpolicy", 10_000_000.0, passes=True)


def policy_from(resource: AdminResource, place: Place | None = None) -> Policy:
    tier, order = _position(resource)
    ingress = tuple(_rules(resource.spec.ingress, Direction.INGRESS))
    egress = tuple(_rules(resource.spec.egress, Direction.EGRESS))
    governed = {Direction.INGRESS: resource.spec.ingress, Direction.EGRESS: resource.spec.egress}
    return Policy(
        id=PolicyId(resource.kind, "", resource.metadata.name),
        subject=_subject(resource.spec.subject),
        governs=frozenset(direction for direction, rules in governed.items() if rules),
        ingress=ingress,
        egress=egress,
        tier=tier,
        order=order,
        place=place,
    )


def _position(resource: AdminResource) -> tuple[str, float]:
    match resource:
        case ClusterNetworkPolicy():
            return _TIER[resource.spec.tier], float(resource.spec.priority)
        case AdminNetworkPolicy():
            return ADMIN_TIER.name, float(resource.spec.priority)
        case BaselineAdminNetworkPolicy():
            return BASELINE_TIER.name, _BASELINE_ORDER


def _subject(subject: Subject) -> Selector:
    if subject.pods:
        return _pods(subject.pods.namespace_selector, subject.pods.pod_selector)
    return _pods(subject.namespaces, None)


def _pods(namespaces: LabelSelector | None, pods: LabelSelector | None) -> Selector:
    """Pods, never hosts: hence the test for the orchestrator."""
    where = rekeyed(selector_from(namespaces or LabelSelector()), labels.NAMESPACE_PREFIX)
    return conjunction(_IS_POD, Has(labels.NAMESPACE), where, selector_from(pods or LabelSelector()))


def _rules(rules: Sequence[_AnyRule], direction: Direction) -> Iterator[Rule]:
    """One rule for each combination of a peer and a protocol; a rule that cannot be meant as a whole fails closed."""
    for index, rule in enumerate(rules):
        path, action = f"{direction}[{index}]", _ACTION[rule.action]
        field, peers = _peers(rule)
        entities = [(f"{path}.{field}[{number}]", _entity(peer)) for number, peer in enumerate(peers)]
        unknown = next((place for place, entity in entities if entity is None), None)
        if unknown and action is not Action.ALLOW:
            yield Rule(Action.DENY, unknown)
        for place, entity in entities:
            if entity is not None and not unknown:
                yield from (_rule(direction, action, place, entity, *match) for match in _matches(rule))


def _peers(rule: _AnyRule) -> tuple[str, Sequence[IngressPeer | EgressPeer]]:
    if isinstance(rule, IngressRule | AdminIngressRule):
        return "from", rule.from_
    return "to", rule.to


def _entity(peer: IngressPeer | EgressPeer) -> Entity | None:
    """None for a peer that Calico's converter does not know: nodes."""
    if peer.namespaces is not None:
        return Entity(selector=_pods(peer.namespaces, None))
    if peer.pods is not None:
        return Entity(selector=_pods(peer.pods.namespace_selector, peer.pods.pod_selector))
    if isinstance(peer, EgressPeer) and peer.networks:
        return Entity(nets=tuple(map(lenient_network, peer.networks)))
    if isinstance(peer, EgressPeer) and peer.domain_names:
        return Entity(domains=peer.domain_names)
    return None


def _rule(direction: Direction, action: Action, path: str, peer: Entity, protocol: int | None, ports: Ports) -> Rule:
    if direction is Direction.INGRESS:
        return Rule(action, path, source=peer, destination=Entity(ports=ports), protocol=protocol)
    there = Entity(peer.nets, peer.not_nets, peer.selector, ports=ports, domains=peer.domains)
    return Rule(action, path, source=ANYONE, destination=there, protocol=protocol)


def _matches(rule: _AnyRule) -> Iterator[_Match]:
    if isinstance(rule, AdminIngressRule | AdminEgressRule):
        for port in rule.ports or ():
            yield _port(port)
        wanted = rule.ports is not None
    else:
        for protocol in rule.protocols or ():
            yield from _protocol(protocol)
        wanted = rule.protocols is not None
    if not wanted:
        yield None, Ports()


def _protocol(protocol: Protocol) -> Iterator[_Match]:
    for number, match in ((TCP, protocol.tcp), (UDP, protocol.udp), (SCTP, protocol.sctp)):
        if match is not None:
            yield number, _destination_port(match)
    if protocol.destination_named_port:
        yield None, Ports(names=(protocol.destination_named_port,))


def _destination_port(match: ProtocolMatch) -> Ports:
    port = match.destination_port
    if port is None:
        return Ports()
    if port.range:
        return Ports(Intervals.of([(port.range.start, port.range.end)]))
    return Ports(Intervals.single(port.number)) if port.number else Ports()


def _port(port: PortMatch) -> _Match:
    if port.port_number:
        return NUMBER_OF[port.port_number.protocol], Ports(Intervals.single(port.port_number.port))
    if port.port_range:
        span = (port.port_range.start, port.port_range.end)
        return NUMBER_OF[port.port_range.protocol], Ports(Intervals.of([span]))
    return None, Ports(names=(port.named_port,)) if port.named_port else Ports()
