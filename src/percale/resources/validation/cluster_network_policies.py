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
from percale.resources.validation.admin_peers import is_without_named_ports, selection_findings
from percale.resources.validation.schema import exactly_one, out_of_range, too_few, too_long, too_many, unsupported

TIERS = ("Admin", "Baseline")
ACTIONS = ("Accept", "Deny", "Pass")
LAST_PRIORITY = 1000
#: Rules of a direction, peers of a rule and protocols of a rule.
MOST = 25
LONGEST_RULE_NAME = 100


def cluster_network_policy_findings(policy: ClusterNetworkPolicy) -> Iterator[Fault]:
    spec = policy.spec
    yield from unsupported(spec.tier, TIERS, ("spec", "tier"))
    yield from out_of_range(spec.priority, 0, LAST_PRIORITY, ("spec", "priority"))
    yield from selection_findings(spec.subject, ("spec", "subject"))
    yield from too_many(spec.ingress, MOST, ("spec", "ingress"))
    for index, ingress in enumerate(spec.ingress):
        yield from _ingress(ingress, ("spec", "ingress", index))
    yield from too_many(spec.egress, MOST, ("spec", "egress"))
    for index, egress in enumerate(spec.egress):
        yield from _egress(egress, ("spec", "egress", index))


def _ingress(rule: IngressRule, path: Path) -> Iterator[Fault]:
    yield from _rule(rule, path)
    yield from too_few(rule.from_, 1, (*path, "from"))
    yield from too_many(rule.from_, MOST, (*path, "from"))
    for index, peer in enumerate(rule.from_):
        yield from selection_findings(peer, (*path, "from", index))


def _egress(rule: EgressRule, path: Path) -> Iterator[Fault]:
    yield from _rule(rule, path)
    yield from too_few(rule.to, 1, (*path, "to"))
    yield from too_many(rule.to, MOST, (*path, "to"))
    for index, peer in enumerate(rule.to):
        yield from selection_findings(peer, (*path, "to", index))
        if peer.domain_names is not None and rule.action in ("Deny", "Pass"):
            says = f"domainNames is only supported for Accept rules, not for {rule.action}"
            yield Fault((*path, "to", index, "domainNames"), says)
    named = any(protocol.destination_named_port is not None for protocol in rule.protocols or ())
    if named and any(is_without_named_ports(peer) for peer in rule.to):
        says = (
            "networks/nodes/domainNames peer cannot be set with namedPorts "
            "since there are no namedPorts for networks/nodes/domainNames"
        )
        yield Fault((*path, "protocols"), says)


def _rule(rule: IngressRule | EgressRule, path: Path) -> Iterator[Fault]:
    hint = "write `Accept`" if rule.action == "Allow" else ""
    yield from unsupported(rule.action, ACTIONS, (*path, "action"), hint)
    yield from too_long(rule.name, LONGEST_RULE_NAME, (*path, "name"))
    if rule.protocols is None:
        return
    yield from too_few(rule.protocols, 1, (*path, "protocols"))
    yield from too_many(rule.protocols, MOST, (*path, "protocols"))
    for index, protocol in enumerate(rule.protocols):
        yield from _protocol(protocol, (*path, "protocols", index))


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


def port_range_findings(start: int, end: int, path: Path) -> Iterator[Fault]:
    yield from out_of_range(start, 1, LAST_PORT, (*path, "start"))
    yield from out_of_range(end, 1, LAST_PORT, (*path, "end"))
    if start >= end:
        hint = "write one port as a number" if start == end else f"write {end} to {start}"
        yield Fault(path, f"Start port must be less than End port: {start} is not less than {end}", hint)
