"""NetworkSet and GlobalNetworkSet: libcalico-go/lib/validator/v3."""

from collections.abc import Iterator

from percale.resources.faults import Fault
from percale.resources.network_set import GlobalNetworkSet, NetworkSet
from percale.resources.validation.domains import domain_findings
from percale.resources.validation.networks import set_net_findings

#: Calico sets it from the namespace; a second one would let a set pose as another namespace's.
NAMESPACE_LABEL = "projectcalico.org/namespace"


def network_set_findings(network_set: NetworkSet | GlobalNetworkSet) -> Iterator[Fault]:
    if NAMESPACE_LABEL in network_set.metadata.labels:
        path = ("metadata", "labels", NAMESPACE_LABEL)
        yield Fault(path, f"{NAMESPACE_LABEL} is not a valid label name", "Calico sets it by itself")
    yield from set_net_findings(network_set.spec.nets, ("spec", "nets"))
    yield from domain_findings(network_set.spec.allowed_egress_domains, ("spec", "allowedEgressDomains"))
