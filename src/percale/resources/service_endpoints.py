"""The addresses behind a service, in Kubernetes' two ways: what rules with `services` match.

Source: Calico's felix/calc/rule_scanner.go.
"""

from percale.resources.wire import Open
from percale.resources.workload import OpenResource


class TargetReference(Open, frozen=True):
    """The object, most often a pod, that has the address."""

    #: The target's kind, most often `Pod`.
    kind: str = ""
    #: The target's name.
    name: str = ""
    #: The target's namespace.
    namespace: str = ""


class EndpointConditions(Open, frozen=True):
    """Readiness; rules match an endpoint whatever it is."""

    #: Whether it takes new connections; no effect on what rules match.
    ready: bool | None = None
    #: Whether it answers; no effect on what rules match.
    serving: bool | None = None
    #: Whether it is about to go; no effect on what rules match.
    terminating: bool | None = None


class SliceEndpoint(Open, frozen=True):
    """One endpoint; all its addresses are of the slice's type."""

    #: The endpoint's addresses, all of the slice's type.
    addresses: tuple[str, ...]
    #: Readiness; rules match an endpoint whatever it is.
    conditions: EndpointConditions = EndpointConditions()
    #: The endpoint's name in DNS; no effect.
    hostname: str = ""
    #: The node that it is on; no effect.
    node_name: str = ""
    #: The object, most often a pod, that has the address.
    target_ref: TargetReference | None = None


class SlicePort(Open, frozen=True):
    """A port of every endpoint in the slice; without a number it is every port."""

    #: The port's name in the Service.
    name: str = ""
    #: The port's protocol.
    protocol: str = "TCP"
    #: The port of the endpoints, after translation. Without it, every port.
    port: int | None = None


class EndpointSlice(OpenResource, frozen=True, kw_only=True):
    """Some endpoints of a service, `EndpointSlice` of discovery.k8s.io/v1; a label names the service."""

    #: What the addresses are; cannot be changed later. Rules match addresses only, never names.
    address_type: str
    #: Some of the Service's endpoints.
    endpoints: tuple[SliceEndpoint, ...] = ()
    #: The ports that every one of them has.
    ports: tuple[SlicePort, ...] = ()


class EndpointAddress(Open, frozen=True):
    """One address of a subset."""

    #: The address.
    ip: str
    #: The endpoint's name in DNS; no effect.
    hostname: str = ""
    #: The node that it is on; no effect.
    node_name: str = ""
    #: The object, most often a pod, that has the address.
    target_ref: TargetReference | None = None


class SubsetPort(Open, frozen=True):
    """A port of every address in the subset."""

    #: The port of the endpoints, after translation.
    port: int
    #: The port's name in the Service; several ports need names.
    name: str = ""
    #: The port's protocol.
    protocol: str = "TCP"


class EndpointSubset(Open, frozen=True):
    """Addresses that have the same ports."""

    #: Endpoints that are ready.
    addresses: tuple[EndpointAddress, ...] = ()
    #: Endpoints that are not ready; rules match them all the same.
    not_ready_addresses: tuple[EndpointAddress, ...] = ()
    #: The ports that every one of them has.
    ports: tuple[SubsetPort, ...] = ()


class Endpoints(OpenResource, frozen=True, kw_only=True):
    """All endpoints of the service of the same name, `Endpoints` of v1: the form before slices."""

    #: The Service's endpoints, grouped by the ports that they share.
    subsets: tuple[EndpointSubset, ...] = ()
