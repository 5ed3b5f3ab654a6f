"""Services as rules see them: the endpoints behind them, never their own address.

Where the input holds the slices themselves they are believed, ready or not; otherwise what the endpoint slice
controller would make of the Service and the pods.

Source: Calico's felix/calc/rule_scanner.go.
"""

from collections.abc import Iterable, Iterator

from percale.policy.endpoints import Endpoint
from percale.policy.rules import ServiceRef
from percale.policy.world import ExternalPort, ServiceBackend
from percale.resources.service_endpoints import Endpoints, EndpointSlice
from percale.resources.workload import Service, ServicePort, ServiceSpec
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


_WITH_NODE_PORTS = ("NodePort", "LoadBalancer")
_VERSION = {"IPv4": 4, "IPv6": 6}


def external_ports_of(service: Service) -> Iterator[ExternalPort]:
    """None of a Service that only the cluster reaches, or that has no address to translate."""
    spec = service.spec
    has_node_ports = spec.type in _WITH_NODE_PORTS and spec.allocate_load_balancer_node_ports is not False
    if spec.type == "ExternalName" or spec.cluster_ip == "None" or not (has_node_ports or spec.external_ips):
        return
    for port in spec.ports:
        yield ExternalPort(
            ServiceRef(service.metadata.namespace, service.metadata.name),
            NUMBER_OF[port.protocol],
            port.port,
            port.node_port if has_node_ports else port.node_port or None,
            tuple(map(address, spec.external_ips)),
            _versions(spec),
            keeps_source=spec.external_traffic_policy == "Local",
        )


def _versions(spec: ServiceSpec) -> frozenset[int]:
    """Where nothing tells them, both: a cluster would take its own."""
    written = [_VERSION[family] for family in spec.ip_families]
    of_cluster_ips = [6 if ":" in text else 4 for text in (spec.cluster_ip, *spec.cluster_ips) if text]
    return frozenset(written or of_cluster_ips or _VERSION.values())


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
