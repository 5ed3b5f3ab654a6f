"""What has labels and addresses: workloads, and the network sets that rules match beside them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from percale.policy import labels as well_known
from percale.traffic.addresses import Address, Network, single


class EndpointKind(StrEnum):
    WORKLOAD = "workload"
    HOST = "host endpoint"
    NETWORK_SET = "network set"


@dataclass(frozen=True, slots=True)
class EndpointPort:
    """A port that an endpoint declares; rules may call it by its name."""

    protocol: int
    number: int
    name: str = ""
    #: A port of the node that leads here, 0 for none; of the node's address that is written, or of every one.
    host_port: int = 0
    host_ip: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Endpoint:
    """`labels` are those that selectors see: own, implicit and inherited ones together.

    A workload that manifests describe has no networks until something gives it an address.
    """

    kind: EndpointKind
    namespace: str
    name: str
    labels: Mapping[str, str]
    networks: tuple[Network, ...] = ()
    ports: tuple[EndpointPort, ...] = ()
    profiles: tuple[str, ...] = ()
    node: str = ""
    #: The resource it comes from, `Deployment`, and those that own it, `Deployment/api`.
    resource_kind: str = ""
    owners: tuple[str, ...] = ()
    #: A host endpoint's own interface: a name, `*` for every other one, or none where its addresses tell.
    interface: str = ""
    #: Names that a network set holds beside its networks.
    domains: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.namespace}/{self.name}" if self.namespace else self.name

    @property
    def addresses(self) -> tuple[Address, ...]:
        return tuple(network.network_address for network in self.networks)

    def at(self, *addresses: Address) -> "Endpoint":
        """The same endpoint with these addresses and no others."""
        return replace(self, networks=tuple(single(address) for address in addresses))

    @property
    def namespace_labels(self) -> dict[str, str]:
        """The namespace's labels, as namespace selectors see them."""
        return _stripped(self.labels, well_known.NAMESPACE_PREFIX)


def _stripped(labels: Mapping[str, str], prefix: str) -> dict[str, str]:
    return {key.removeprefix(prefix): value for key, value in labels.items() if key.startswith(prefix)}
