"""AdminNetworkPolicy and BaselineAdminNetworkPolicy, by the schema of sigs.k8s.io/network-policy-api."""

from collections.abc import Iterator, Sequence

from percale.resources.admin_network_policy import (
    AdminEgressRule,
    AdminIngressRule,
    AdminNetworkPolicy,
    BaselineAdminNetworkPolicy,
    BaselinePolicySpec,
    PortMatch,
)
from percale.resources.cluster_network_policy import EgressPeer
from percale.resources.faults import Fault, Path
from percale.resources.ports import LAST_PORT
from percale.resources.validation.admin_peers import is_without_named_ports, old_selection_findings
from percale.resources.validation.cluster_network_policies import (
    LAST_PRIORITY,
    LONGEST_RULE_NAME,
    port_range_findings,
)
from percale.resources.validation.kubernetes_policies import protocol_findings
from percale.resources.validation.schema import exactly_one, out_of_range, too_few, too_long, too_many, unsupported

ACTIONS = ("Allow", "Deny", "Pass")
BASELINE_ACTIONS = ("Allow", "Deny")
#: Rules of a direction, peers of a rule and ports of a rule.
MOST = 100


def admin_network_policy_findings(policy: AdminNetworkPolicy) -> Iterator[Fault]:
    yield from out_of_range(policy.spec.priority, 0, LAST_PRIORITY, ("spec", "priority"))
    yield from _spec(policy.spec, ACTIONS)
    for index, rule in enumerate(policy.spec.egress):
        yield from _domains_in_allow(rule, ("spec", "egress", index, "to"))


def baseline_admin_network_policy_findings(policy: BaselineAdminNetworkPolicy) -> Iterator[Fault]:
    if policy.metadata.name not in ("", "default"):
        says = 'Only one baseline admin network policy with metadata.name="default" can be created in the cluster'
        yield Fault(("metadata", "name"), says, "write `name: default`")
    yield from _spec(policy.spec, BASELINE_ACTIONS)
    for index, rule in enumerate(policy.spec.egress):
        for at, peer in enumerate(rule.to):
            if peer.domain_names is not None:
                path = ("spec", "egress", index, "to", at, "domainNames")
                yield Fault(path, "a baseline policy has no domainNames", "an AdminNetworkPolicy has them")


def _spec(spec: BaselinePolicySpec, actions: Sequence[str]) -> Iterator[Fault]:
    yield from old_selection_findings(spec.subject, ("spec", "subject"))
    yield from too_many(spec.ingress, MOST, ("spec", "ingress"))
    for index, ingress in enumerate(spec.ingress):
        path = ("spec", "ingress", index)
        yield from _rule(ingress, actions, path)
        yield from too_few(ingress.from_, 1, (*path, "from"))
        yield from too_many(ingress.from_, MOST, (*path, "from"))
        for at, source in enumerate(ingress.from_):
            yield from old_selection_findings(source, (*path, "from", at))
    yield from too_many(spec.egress, MOST, ("spec", "egress"))
    for index, egress in enumerate(spec.egress):
        path = ("spec", "egress", index)
        yield from _rule(egress, actions, path)
        yield from _destinations(egress.to, (*path, "to"))
        yield from _named_ports(egress, (*path, "ports"))


def _destinations(peers: tuple[EgressPeer, ...], path: Path) -> Iterator[Fault]:
    yield from too_few(peers, 1, path)
    yield from too_many(peers, MOST, path)
    for index, peer in enumerate(peers):
        yield from old_selection_findings(peer, (*path, index))


def _rule(rule: AdminIngressRule | AdminEgressRule, actions: Sequence[str], path: Path) -> Iterator[Fault]:
    hint = "write `Allow`" if rule.action == "Accept" else ""
    yield from unsupported(rule.action, actions, (*path, "action"), hint)
    yield from too_long(rule.name, LONGEST_RULE_NAME, (*path, "name"))
    if rule.ports is None:
        return
    yield from too_few(rule.ports, 1, (*path, "ports"))
    yield from too_many(rule.ports, MOST, (*path, "ports"))
    for index, port in enumerate(rule.ports):
        yield from _port(port, (*path, "ports", index))


def _port(port: PortMatch, path: Path) -> Iterator[Fault]:
    yield from exactly_one(port, path)
    if port.port_number:
        yield from protocol_findings(port.port_number.protocol, (*path, "portNumber", "protocol"))
        yield from out_of_range(port.port_number.port, 1, LAST_PORT, (*path, "portNumber", "port"))
    if port.port_range:
        yield from protocol_findings(port.port_range.protocol, (*path, "portRange", "protocol"))
        yield from port_range_findings(port.port_range.start, port.port_range.end, (*path, "portRange"))


def _named_ports(rule: AdminEgressRule, path: Path) -> Iterator[Fault]:
    named = any(port.named_port is not None for port in rule.ports or ())
    if named and any(is_without_named_ports(peer) for peer in rule.to):
        says = "networks/nodes peer cannot be set with namedPorts since there are no namedPorts for networks/nodes"
        yield Fault(path, says)


def _domains_in_allow(rule: AdminEgressRule, path: Path) -> Iterator[Fault]:
    for index, peer in enumerate(rule.to):
        if peer.domain_names is not None and rule.action in ("Deny", "Pass"):
            says = f"domainNames is only supported for Allow rules, not for {rule.action}"
            yield Fault((*path, index, "domainNames"), says)
