"""The addresses behind a service, in Kubernetes' two ways: what rules with `services` match (calico-semantics §3.3)."""

from percale.resources.wire import Open
from percale.resources.workload import OpenResource


class TargetReference(Open, frozen=True):
    """The object, most often a pod, that has the address."""

    kind: str = ""
    name: str = ""
    namespace: str = ""


class EndpointConditions(Open, frozen=True):
    """Readiness; rules match an endpoint whatever it is."""

    ready: bool | None = None
    serving: bool | None = None
    terminating: bool | None = None


class SliceEndpoint(Open, frozen=True):
    """One endpoint; all its addresses are of the slice's type."""

    addresses: tuple[str, ...]
    conditions: EndpointConditions = EndpointConditions()
    hostname: str = ""
    node_name: str = ""
    target_ref: TargetReference | None = None


class SlicePort(Open, frozen=True):
    """A port of every endpoint in the slice; without a number it is every port."""

    name: str = ""
    #: `TCP`, `UDP` or `SCTP`.
    protocol: str = "TCP"
    #: 1-65535.
    port: int | None = None


class EndpointSlice(OpenResource, frozen=True, kw_only=True):
    """Some endpoints of a service, `EndpointSlice` of discovery.k8s.io/v1; a label names the service."""

    #: `IPv4`, `IPv6` or `FQDN`; cannot be changed later.
    address_type: str
    #: At most 1000.
    endpoints: tuple[SliceEndpoint, ...] = ()
    #: At most 100.
    ports: tuple[SlicePort, ...] = ()


class EndpointAddress(Open, frozen=True):
    """One address of a subset."""

    ip: str
    hostname: str = ""
    node_name: str = ""
    target_ref: TargetReference | None = None


class SubsetPort(Open, frozen=True):
    """A port of every address in the subset."""

    #: 1-65535.
    port: int
    name: str = ""
    #: `TCP`, `UDP` or `SCTP`.
    protocol: str = "TCP"


class EndpointSubset(Open, frozen=True):
    """Addresses that have the same ports."""

    addresses: tuple[EndpointAddress, ...] = ()
    not_ready_addresses: tuple[EndpointAddress, ...] = ()
    ports: tuple[SubsetPort, ...] = ()


class Endpoints(OpenResource, frozen=True, kw_only=True):
    """All endpoints of the service of the same name, `Endpoints` of v1: the form before slices."""

    subsets: tuple[EndpointSubset, ...] = ()
