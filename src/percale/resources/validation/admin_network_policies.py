"""AdminNetworkPolicy and BaselineAdminNetworkPolicy, by the schema of sigs.k8s.io/network-policy-api."""

from collections.abc import Iterator
from functools import partial

from percale.resources.admin_network_policy import (
    AdminEgressRule,
    AdminIngressRule,
    AdminNetworkPolicy,
    BaselineAdminNetworkPolicy,
    BaselinePolicySpec,
    PortMatch,
)
from percale.resources.faults import Fault, Path
from percale.resources.ports import LAST_PORT
from percale.resources.validation.admin_rules import (
    LAST_PRIORITY,
    Words,
    domains_are_allowed,
    is_without_named_ports,
    old_selection_findings,
    port_range_findings,
    rule_findings,
)
from percale.resources.validation.kubernetes_policies import protocol_findings
from percale.resources.validation.schema import each, exactly_one, out_of_range

ACTIONS = ("Allow", "Deny", "Pass")
BASELINE_ACTIONS = ("Allow", "Deny")
#: Rules of a direction, peers of a rule and ports of a rule.
MOST = 100
_WORDS = Words(ACTIONS, allow="Allow", elsewhere="Accept")
_BASELINE_WORDS = Words(BASELINE_ACTIONS, allow="Allow", elsewhere="Accept")


def admin_network_policy_findings(policy: AdminNetworkPolicy) -> Iterator[Fault]:
    yield from out_of_range(policy.spec.priority, 0, LAST_PRIORITY, ("spec", "priority"))
    yield from _spec(policy.spec, _WORDS)
    for index, rule in enumerate(policy.spec.egress):
        yield from domains_are_allowed(rule.action, _WORDS, rule.to, ("spec", "egress", index, "to"))


def baseline_admin_network_policy_findings(policy: BaselineAdminNetworkPolicy) -> Iterator[Fault]:
    if policy.metadata.name not in ("", "default"):
        says = 'Only one baseline admin network policy with metadata.name="default" can be created in the cluster'
        yield Fault(("metadata", "name"), says, "write `name: default`")
    yield from _spec(policy.spec, _BASELINE_WORDS)
    for index, rule in enumerate(policy.spec.egress):
        for at, peer in enumerate(rule.to):
            if peer.domain_names is not None:
                path = ("spec", "egress", index, "to", at, "domainNames")
                yield Fault(path, "a baseline policy has no domainNames", "an AdminNetworkPolicy has them")


def _spec(spec: BaselinePolicySpec, words: Words) -> Iterator[Fault]:
    yield from old_selection_findings(spec.subject, ("spec", "subject"))
    yield from each(spec.ingress, ("spec", "ingress"), partial(_ingress, words), most=MOST)
    yield from each(spec.egress, ("spec", "egress"), partial(_egress, words), most=MOST)


def _ingress(words: Words, rule: AdminIngressRule, path: Path) -> Iterator[Fault]:
    yield from _rule(words, rule, path)
    yield from each(rule.from_, (*path, "from"), old_selection_findings, least=1, most=MOST)


def _egress(words: Words, rule: AdminEgressRule, path: Path) -> Iterator[Fault]:
    yield from _rule(words, rule, path)
    yield from each(rule.to, (*path, "to"), old_selection_findings, least=1, most=MOST)
    named = any(port.named_port is not None for port in rule.ports or ())
    if named and any(map(is_without_named_ports, rule.to)):
        says = "networks/nodes peer cannot be set with namedPorts since there are no namedPorts for networks/nodes"
        yield Fault((*path, "ports"), says)


def _rule(words: Words, rule: AdminIngressRule | AdminEgressRule, path: Path) -> Iterator[Fault]:
    yield from rule_findings(rule, words, path)
    if rule.ports is not None:
        yield from each(rule.ports, (*path, "ports"), _port, least=1, most=MOST)


def _port(port: PortMatch, path: Path) -> Iterator[Fault]:
    yield from exactly_one(port, path)
    if port.port_number:
        yield from protocol_findings(port.port_number.protocol, (*path, "portNumber", "protocol"))
        yield from out_of_range(port.port_number.port, 1, LAST_PORT, (*path, "portNumber", "port"))
    if port.port_range:
        yield from protocol_findings(port.port_range.protocol, (*path, "portRange", "protocol"))
        yield from port_range_findings(port.port_range.start, port.port_range.end, (*path, "portRange"))
