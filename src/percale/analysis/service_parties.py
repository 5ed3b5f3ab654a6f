"""A Service as destination: policy is asked after its address has been translated, so its endpoints are meant."""

from collections.abc import Iterator, Sequence

from percale.analysis.parties import NoSuchParty, Party, Unaskable, party
from percale.analysis.reach import Wire
from percale.policy.rules import ServiceRef
from percale.policy.world import ServiceBackend, World
from percale.traffic.addresses import Network
from percale.traffic.protocols import protocol_name

_KINDS = ("service", "svc", "services")


def service_named(text: str, namespace: str) -> ServiceRef | None:
    """`service/shop/web`, or `service/web` in the given namespace; None for what is no Service."""
    kind, *rest = text.split("/")
    if kind.lower() not in _KINDS or len(rest) not in (1, 2):
        return None
    return ServiceRef(rest[0] if len(rest) == 2 else namespace, rest[-1])


def behind(
    service: ServiceRef, world: World, ports: Sequence[str], pod_networks: tuple[Network, ...]
) -> Iterator[tuple[Party, Wire, str]]:
    """Each endpoint with the port that the Service's leads to, and a line that says so."""
    if service not in world.services:
        known = ", ".join(f"`service/{one.namespace}/{one.name}`" for one in sorted(world.services, key=str))
        raise NoSuchParty(
            f"no service is called `{service.namespace}/{service.name}`",
            hint=f"there is {known}" if known else "the input holds no Service",
        )
    chosen = [one for one in world.services[service] if one.port and _is_asked(one, ports)]
    if not chosen:
        raise Unaskable(
            f"no endpoint is behind service `{service.namespace}/{service.name}` at that port",
            hint="its selector may match no workload, or its target port none of theirs",
        )
    for one in chosen:
        text = one.endpoint or str(one.address)
        there = party(text, world, namespace=service.namespace, pod_networks=pod_networks)
        name = f"{protocol_name(one.protocol)} {one.port} of {there.name}"
        yield there, Wire(one.protocol, one.port), f"service {service.namespace}/{service.name} leads to {name}"


def _is_asked(backend: ServiceBackend, ports: Sequence[str]) -> bool:
    """By the Service's own port; where the input does not tell it, every endpoint is meant."""
    if not ports or not backend.service_port:
        return True
    names = {f"{backend.service_port}", f"{backend.service_port}/{protocol_name(backend.protocol).lower()}"}
    return any(port.strip().lower() in names for port in ports)
