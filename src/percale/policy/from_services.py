"""Services as rules see them: the endpoints behind them, never their own address.

Where the input holds the slices themselves they are believed, ready or not; otherwise what the endpoint slice
controller would make of the Service and the pods.

Source: Calico's felix/calc/rule_scanner.go.
"""

from collections.abc import Iterable, Iterator

from percale.policy.endpoints import Endpoint
from percale.policy.rules import ServiceRef
from percale.policy.world import ServiceBackend
from percale.resources.service_endpoints import Endpoints, EndpointSlice
from percale.resources.workload import Service, ServicePort
from percale.traffic.addresses import address
from percale.traffic.protocols import NUMBER_OF


def backends_of(service: Service, workloads: Iterable[Endpoint]) -> tuple[ServiceBackend, ...]:
    """What the endpoint slice controller would list: each selected pod with each port it can resolve."""
    selector = service.spec.selector
    if not selector or service.spec.type == "ExternalName":
        return ()
    return tuple(
        backend
        for one in workloads
        if one.namespace == service.metadata.namespace and selector.items() <= one.labels.items()
        for port in service.spec.ports
        for backend in _backends(port, one)
    )


def _backends(port: ServicePort, endpoint: Endpoint) -> Iterator[ServiceBackend]:
    protocol, target = NUMBER_OF[port.protocol], port.target_port
    if not target or isinstance(target, int):
        yield ServiceBackend(protocol, target or port.port, str(endpoint), service_port=port.port)
    else:
        for declared in endpoint.ports:
            if (declared.name, declared.protocol) == (target, protocol):
                yield ServiceBackend(protocol, declared.number, str(endpoint), service_port=port.port)


#: By this label a slice names its service.
_SERVICE_NAME = "kubernetes.io/service-name"


def service_of(written: EndpointSlice | Endpoints) -> ServiceRef | None:
    name = written.metadata.name
    if isinstance(written, EndpointSlice):
        name = written.metadata.labels.get(_SERVICE_NAME, "")
    return ServiceRef(written.metadata.namespace, name) if name else None


def listed_backends(written: EndpointSlice | Endpoints) -> Iterator[ServiceBackend]:
    """A port without a number is passed over; an endpoint without ports still is a source."""
    if isinstance(written, EndpointSlice):
        if written.address_type == "FQDN":
            return
        addresses = [text for one in written.endpoints for text in one.addresses]
        yield from _listed(addresses, [(port.protocol, port.port) for port in written.ports if port.port])
        return
    for subset in written.subsets:
        addresses = [one.ip for one in (*subset.addresses, *subset.not_ready_addresses)]
        yield from _listed(addresses, [(port.protocol, port.port) for port in subset.ports])


def _listed(addresses: Iterable[str], ports: list[tuple[str, int]]) -> Iterator[ServiceBackend]:
    for text in addresses:
        for protocol, port in ports or [("TCP", 0)]:
            yield ServiceBackend(NUMBER_OF[protocol], port, address=address(text))
