"""What the rules of administrators' policies share in all three kinds: whom they speak of, actions, names, ranges."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from percale.resources.admin_network_policy import AdminEgressRule, AdminIngressRule
from percale.resources.cluster_network_policy import (
    EgressPeer,
    EgressRule,
    IngressPeer,
    IngressRule,
    NamespacedPods,
    Subject,
)
from percale.resources.faults import Fault, Path
from percale.resources.kubernetes_policy import LabelSelector
from percale.resources.ports import LAST_PORT
from percale.resources.validation.label_selectors import label_selector_findings
from percale.resources.validation.networks import network_in
from percale.resources.validation.schema import (
    duplicates,
    exactly_one,
    out_of_range,
    too_few,
    too_long,
    too_many,
    unsupported,
)
from percale.selector.errors import shortened

#: CIDRs of one peer, and domain names.
MOST_NETWORKS = 25

LONGEST_RULE_NAME = 100
LAST_PRIORITY = 1000

_LABEL = "[a-zA-Z0-9]([-a-zA-Z0-9_]*[a-zA-Z0-9])?"
_DOMAIN = re.compile(rf"(\*\.)?({_LABEL}\.)+{_LABEL}\.?")


@dataclass(frozen=True, slots=True)
class Words:
    """The actions of a kind; what it calls to let through, and what the other kinds do."""

    actions: tuple[str, ...]
    allow: str
    elsewhere: str


def selection_findings(part: Subject | IngressPeer | EgressPeer, path: Path) -> Iterator[Fault]:
    """The one choice that a subject or a peer makes, and the selectors in it."""
    yield from exactly_one(part, path)
    yield from _selector(part.namespaces, (*path, "namespaces"))
    yield from _pods(part.pods, (*path, "pods"))
    if isinstance(part, EgressPeer):
        yield from _selector(part.nodes, (*path, "nodes"))
        if part.networks is not None:
            yield from _networks(part.networks, (*path, "networks"))
        if part.domain_names is not None:
            yield from _domains(part.domain_names, (*path, "domainNames"))


def old_selection_findings(part: Subject | IngressPeer | EgressPeer, path: Path) -> Iterator[Fault]:
    """As v1alpha1 has it: there the namespaces of pods cannot be left out."""
    yield from selection_findings(part, path)
    if part.pods and part.pods.namespace_selector is None:
        hint = "`namespaceSelector: {}` is every namespace"
        yield Fault((*path, "pods"), "field `namespaceSelector` is missing", hint)


def rule_findings(
    rule: IngressRule | EgressRule | AdminIngressRule | AdminEgressRule, words: Words, path: Path
) -> Iterator[Fault]:
    """What the rules of all three kinds begin with."""
    hint = f"write `{words.allow}`" if rule.action == words.elsewhere else ""
    yield from unsupported(rule.action, words.actions, (*path, "action"), hint)
    yield from too_long(rule.name, LONGEST_RULE_NAME, (*path, "name"))


def is_without_named_ports(peer: EgressPeer) -> bool:
    return any(choice is not None for choice in (peer.networks, peer.nodes, peer.domain_names))


def _pods(pods: NamespacedPods | None, path: Path) -> Iterator[Fault]:
    if pods:
        yield from _selector(pods.namespace_selector, (*path, "namespaceSelector"))
        yield from _selector(pods.pod_selector, (*path, "podSelector"))


def _selector(selector: LabelSelector | None, path: Path) -> Iterator[Fault]:
    if selector is not None:
        yield from label_selector_findings(selector, path)


def _networks(networks: tuple[str, ...], path: Path) -> Iterator[Fault]:
    yield from too_few(networks, 1, path)
    yield from too_many(networks, MOST_NETWORKS, path)
    yield from duplicates(networks, path)
    for index, text in enumerate(networks):
        network = network_in(text)
        if network is None or "/" not in text:
            hint = f"write `{network}`" if network else ""
            yield Fault((*path, index), f"Invalid CIDR format provided: `{shortened(text)}`", hint)


def _domains(domains: tuple[str, ...], path: Path) -> Iterator[Fault]:
    yield from too_few(domains, 1, path)
    yield from too_many(domains, MOST_NETWORKS, path)
    yield from duplicates(domains, path)
    for index, text in enumerate(domains):
        # Labels are bounded only here, and a long text takes the pattern's search very long.
        if len(text) > 254 or not _DOMAIN.fullmatch(text):
            yield Fault((*path, index), f"invalid domain name `{shortened(text)}`: `example.com` or `*.example.com`")


def port_range_findings(start: int, end: int, path: Path) -> Iterator[Fault]:
    yield from out_of_range(start, 1, LAST_PORT, (*path, "start"))
    yield from out_of_range(end, 1, LAST_PORT, (*path, "end"))
    if start >= end:
        hint = "write one port as a number" if start == end else f"write {end} to {start}"
        yield Fault(path, f"Start port must be less than End port: {start} is not less than {end}", hint)


def domains_are_allowed(action: str, words: Words, peers: tuple[EgressPeer, ...], path: Path) -> Iterator[Fault]:
    """Only a rule that lets through may speak of names."""
    for index, peer in enumerate(peers):
        if peer.domain_names is not None and action in ("Deny", "Pass"):
            says = f"domainNames is only supported for {words.allow} rules, not for {action}"
            yield Fault((*path, index, "domainNames"), says)
