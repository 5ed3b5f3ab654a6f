"""Ports by name, and services in rules."""

from collections.abc import Iterable, Iterator

from percale.analysis.lint.context import Context
from percale.analysis.lint.entities import Said
from percale.analysis.lint.findings import Members, Spot
from percale.policy.endpoints import Endpoint
from percale.policy.rules import ServiceRef
from percale.policy.world import ServiceBackend
from percale.resources.service_endpoints import Endpoints, EndpointSlice
from percale.traffic.addresses import address
from percale.traffic.protocols import protocol_name


def named_port_undeclared(context: Context) -> Iterator[Spot]:
    for one in context.said:
        for name in dict.fromkeys((*one.entity.ports.names, *one.entity.not_ports.names)):
            meant = list(_meant(context, one))
            if meant and not any(port.name == name for endpoint in meant for port in endpoint.ports):
                yield one.policy.spot(
                    one.path,
                    f"no endpoint that is meant declares a port named `{name}`, so that it matches nothing",
                    "name the container's port so, or write its number",
                    Members("without that port", tuple(meant)),
                )


def named_port_differs(context: Context) -> Iterator[Spot]:
    for one in context.said:
        for name in one.entity.ports.names:
            meant = _meant(context, one)
            numbers = sorted({port.number for endpoint in meant for port in endpoint.ports if port.name == name})
            if len(numbers) > 1:
                yield one.policy.spot(
                    one.path,
                    f"the port named `{name}` is {' here and '.join(map(str, numbers))} there: each endpoint's own "
                    "is meant",
                    "give the ports different names, unless that is meant",
                )


def _meant(context: Context, one: Said) -> Iterator[Endpoint]:
    """Whoever may declare the port: peers by their selector, or the policy's own endpoints."""
    inventory = context.inventory
    selector = one.entity.selector if one.is_peer else one.policy.policy.subject
    for alike in (inventory.workloads, inventory.hosts):
        yield from alike.members(alike.matching(selector)) if selector else alike.everyone()


def service_without_endpoints(context: Context) -> Iterator[Spot]:
    for one in context.said:
        service = one.entity.service
        if service and not context.world.services.get(service):
            known = service in context.world.services
            says = "has no endpoint" if known else "is not among the manifests"
            yield one.policy.spot(
                (*one.path, "services"),
                f"service {service.namespace}/{service.name} {says}: the rule matches nothing",
                "correct the name, or give the Service a selector that finds pods",
            )


def service_port_for_target(context: Context) -> Iterator[Spot]:
    """Policy sees a packet after its destination has been translated: the port of the pod, not of the Service."""
    translated = dict(_translated(context))
    if not translated:
        return
    by_name = {str(one): one for one in context.world.workloads}
    for one in context.said:
        if one.is_peer != (one.side.value == "destination" and one.direction.value == "egress"):
            continue
        selector = one.entity.selector if one.is_peer else one.policy.policy.subject
        if selector is None or not one.entity.ports.numbers:
            continue
        for (protocol, port), backends in translated.items():
            if port not in one.entity.ports.numbers or one.rule.protocol not in (None, protocol):
                continue
            for service, backend in backends:
                endpoint = by_name.get(backend.endpoint)
                if endpoint and selector.matches(endpoint.labels) and not _reached(one, endpoint, backend, port):
                    yield one.policy.spot(
                        one.path,
                        f"{protocol_name(protocol)} {port} is the port of service {service.namespace}/{service.name}: "
                        f"policy sees the pods' own, {backend.port}",
                        f"write {backend.port}",
                        Members("behind the service", (endpoint,)),
                    )
                    break


def _reached(one: Said, endpoint: Endpoint, backend: ServiceBackend, port: int) -> bool:
    """Whether the rule means a port of the pod after all."""
    return backend.port in one.entity.ports.numbers or any(declared.number == port for declared in endpoint.ports)


_Backends = list[tuple[ServiceRef, ServiceBackend]]


def _translated(context: Context) -> Iterable[tuple[tuple[int, int], _Backends]]:
    found: dict[tuple[int, int], _Backends] = {}
    for service, backends in context.world.services.items():
        for one in backends:
            if one.service_port and one.service_port != one.port and one.endpoint:
                found.setdefault((one.protocol, one.service_port), []).append((service, one))
    return found.items()


def backend_of_the_node_itself(context: Context) -> Iterator[Spot]:
    """Loopback and link-local addresses behind a Service lead into the node, or to its cloud's metadata."""
    for item in context.manifests.items:
        for number, text in enumerate(_addresses(item.resource)):
            at = address(text)
            if at.is_loopback or at.is_link_local:
                yield Spot(
                    item.document,
                    ("endpoints", number) if item.resource.kind == "EndpointSlice" else ("subsets",),
                    f"{at} is an address of the node itself, or of its metadata service: a Service must not lead there",
                    "list addresses of pods or of hosts outside",
                )


def _addresses(resource: object) -> Iterator[str]:
    match resource:
        case EndpointSlice(address_type="FQDN"):
            return
        case EndpointSlice(endpoints=endpoints):
            yield from (text for one in endpoints for text in one.addresses)
        case Endpoints(subsets=subsets):
            yield from (at.ip for one in subsets for at in (*one.addresses, *one.not_ready_addresses))
        case _:
            return
