"""Services as rules see them: the endpoints behind them, never their own address (calico-semantics §3.3)."""

from collections.abc import Iterable, Iterator

from percale.policy.endpoints import Endpoint
from percale.policy.world import ServiceBackend
from percale.resources.workload import Service, ServicePort
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
        yield ServiceBackend(str(endpoint), protocol, target or port.port)
    else:
        for declared in endpoint.ports:
            if (declared.name, declared.protocol) == (target, protocol):
                yield ServiceBackend(str(endpoint), protocol, declared.number)
