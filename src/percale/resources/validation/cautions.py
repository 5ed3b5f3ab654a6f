"""What is accepted and yet cannot be meant, or was not written for these objects."""

from collections.abc import Iterator

from percale.resources.calico_policy import GlobalNetworkPolicy, NetworkPolicy
from percale.resources.faults import Fault
from percale.resources.felix_configuration import FelixConfiguration
from percale.resources.kinds import AnyResource
from percale.resources.validation.felix_configurations import is_for_all_or_one

#: How Calico names what it makes from other objects, and what those are: libcalico-go/lib/names.
RESERVED_PREFIXES = {
    NetworkPolicy: {"knp.default.": "a Kubernetes NetworkPolicy", "ossg.default.": "an OpenStack security group"},
    GlobalNetworkPolicy: {"kcnp.": "a ClusterNetworkPolicy"},
}


def cautions(resource: AnyResource) -> Iterator[Fault]:
    """Words about one valid resource, which stand in nobody's way."""
    match resource:
        case NetworkPolicy() | GlobalNetworkPolicy():
            yield from _reserved_name(resource)
        case FelixConfiguration():
            yield from _for_no_node(resource)
        case _:
            return


def _reserved_name(policy: NetworkPolicy | GlobalNetworkPolicy) -> Iterator[Fault]:
    for prefix, source in RESERVED_PREFIXES[type(policy)].items():
        if policy.metadata.name.startswith(prefix):
            says = f"`{prefix}` begins the name of what Calico makes from {source}"
            refused = "kubernetes network policies must be managed through the kubernetes API"
            hint = f"calicoctl refuses it: {refused}" if prefix == "knp.default." else "choose another name"
            yield Fault(("metadata", "name"), says, hint)


def _for_no_node(configuration: FelixConfiguration) -> Iterator[Fault]:
    if configuration.spec.node_selector is None and not is_for_all_or_one(configuration.metadata.name):
        says = "without nodeSelector only the names `default` and `node.NAME` apply to any node: this object to none"
        yield Fault(("metadata", "name"), says, "add `spec.nodeSelector`")
