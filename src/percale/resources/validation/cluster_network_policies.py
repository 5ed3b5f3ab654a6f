"""ClusterNetworkPolicy, as the schema of v1alpha2 takes it: sigs.k8s.io/network-policy-api."""

from collections.abc import Iterator

from percale.resources.cluster_network_policy import (
    ClusterNetworkPolicy,
    DestinationPort,
    EgressRule,
    IngressRule,
    Protocol,
    ProtocolMatch,
)
from percale.resources.faults import Fault, Path
from percale.resources.ports import LAST_PORT
from percale.resources.validation.admin_rules import (
    LAST_PRIORITY,
    Words,
    domains_are_allowed,
    is_without_named_ports,
    port_range_findings,
    rule_findings,
    selection_findings,
)
from percale.resources.validation.schema import each, exactly_one, out_of_range, unsupported

TIERS = ("Admin", "Baseline")
ACTIONS = ("Accept", "Deny", "Pass")
#: Rules of a direction, peers of a rule and protocols of a rule.
MOST = 25
_WORDS = Words(ACTIONS, allow="Accept", elsewhere="Allow")


def cluster_network_policy_findings(policy: ClusterNetworkPolicy) -> Iterator[Fault]:
    spec = policy.spec
    yield from unsupported(spec.tier, TIERS, ("spec", "tier"))
    yield from out_of_range(spec.priority, 0, LAST_PRIORITY, ("spec", "priority"))
    yield from selection_findings(spec.subject, ("spec", "subject"))
    yield from each(spec.ingress, ("spec", "ingress"), _ingress, most=MOST)
    yield from each(spec.egress, ("spec", "egress"), _egress, most=MOST)


def _ingress(rule: IngressRule, path: Path) -> Iterator[Fault]:
    yield from _rule(rule, path)
    yield from each(rule.from_, (*path, "from"), selection_findings, least=1, most=MOST)


def _egress(rule: EgressRule, path: Path) -> Iterator[Fault]:
    yield from _rule(rule, path)
    yield from each(rule.to, (*path, "to"), selection_findings, least=1, most=MOST)
    yield from domains_are_allowed(rule.action, _WORDS, rule.to, (*path, "to"))
    named = any(protocol.destination_named_port is not None for protocol in rule.protocols or ())
    if named and any(map(is_without_named_ports, rule.to)):
        says = (
            "networks/nodes/domainNames peer cannot be set with namedPorts "
            "since there are no namedPorts for networks/nodes/domainNames"
        )
        yield Fault((*path, "protocols"), says)


def _rule(rule: IngressRule | EgressRule, path: Path) -> Iterator[Fault]:
    yield from rule_findings(rule, _WORDS, path)
    if rule.protocols is not None:
        yield from each(rule.protocols, (*path, "protocols"), _protocol, least=1, most=MOST)


def _protocol(protocol: Protocol, path: Path) -> Iterator[Fault]:
    yield from exactly_one(protocol, path)
    for name, match in (("tcp", protocol.tcp), ("udp", protocol.udp), ("sctp", protocol.sctp)):
        if match:
            yield from _match(match, (*path, name))


def _match(match: ProtocolMatch, path: Path) -> Iterator[Fault]:
    if match.destination_port is None:
        yield Fault(path, "`destinationPort` must be set", "a protocol cannot be matched without its ports")
    else:
        yield from _port(match.destination_port, (*path, "destinationPort"))


def _port(port: DestinationPort, path: Path) -> Iterator[Fault]:
    yield from exactly_one(port, path)
    if port.number is not None:
        yield from out_of_range(port.number, 1, LAST_PORT, (*path, "number"))
    if port.range:
        yield from port_range_findings(port.range.start, port.range.end, (*path, "range"))
