"""Whom the policies of administrators govern and speak of: the same in all three kinds."""

import re
from collections.abc import Iterator

from percale.resources.cluster_network_policy import EgressPeer, IngressPeer, NamespacedPods, Subject
from percale.resources.faults import Fault, Path
from percale.resources.kubernetes_policy import LabelSelector
from percale.resources.validation.label_selectors import label_selector_findings
from percale.resources.validation.networks import network_in
from percale.resources.validation.schema import duplicates, exactly_one, too_few, too_many
from percale.selector.errors import shortened

#: CIDRs of one peer, and domain names.
MOST_NETWORKS = 25

_LABEL = "[a-zA-Z0-9]([-a-zA-Z0-9_]*[a-zA-Z0-9])?"
_DOMAIN = re.compile(rf"(\*\.)?({_LABEL}\.)+{_LABEL}\.?")


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
