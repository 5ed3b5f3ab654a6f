"""EndpointSlice and Endpoints: what the API server refuses of what policy reads."""

from collections.abc import Iterator

from percale.resources.faults import Fault, Path
from percale.resources.ports import LAST_PORT
from percale.resources.service_endpoints import Endpoints, EndpointSlice, EndpointSubset, SliceEndpoint
from percale.resources.validation import names
from percale.resources.validation.addresses import address_findings
from percale.resources.validation.kubernetes_policies import protocol_findings
from percale.resources.validation.schema import out_of_range, too_few, too_many, unsupported
from percale.selector.errors import shortened

ADDRESS_TYPES = ("IPv4", "IPv6", "FQDN")
MOST_ENDPOINTS = 1000
MOST_ADDRESSES = 100
MOST_PORTS = 100

_VERSIONS = {"IPv4": 4, "IPv6": 6}


def endpoint_slice_findings(part: EndpointSlice) -> Iterator[Fault]:
    yield from unsupported(part.address_type, ADDRESS_TYPES, ("addressType",))
    yield from too_many(part.endpoints, MOST_ENDPOINTS, ("endpoints",))
    for index, endpoint in enumerate(part.endpoints):
        yield from _endpoint(endpoint, part.address_type, ("endpoints", index, "addresses"))
    yield from too_many(part.ports, MOST_PORTS, ("ports",))
    first: dict[str, Path] = {}
    for index, port in enumerate(part.ports):
        yield from _port(port.name, port.protocol, port.port, ("ports", index))
        path: Path = ("ports", index, "name")
        if first.setdefault(port.name, path) != path:
            yield Fault(path, f'Duplicate value: "{shortened(port.name)}"', rests_on=(first[port.name],))


def endpoints_findings(endpoints: Endpoints) -> Iterator[Fault]:
    for index, subset in enumerate(endpoints.subsets):
        yield from _subset(subset, ("subsets", index))


def _endpoint(endpoint: SliceEndpoint, kind: str, path: Path) -> Iterator[Fault]:
    yield from too_few(endpoint.addresses, 1, path)
    yield from too_many(endpoint.addresses, MOST_ADDRESSES, path)
    for index, text in enumerate(endpoint.addresses):
        if kind in _VERSIONS:
            yield from address_findings(text, (*path, index), version=_VERSIONS[kind])
        elif kind == "FQDN":
            yield from (Fault((*path, index), wrong) for wrong in names.subdomain(text.removesuffix(".")))


def _subset(subset: EndpointSubset, path: Path) -> Iterator[Fault]:
    for name, addresses in (
        ("addresses", subset.addresses),
        ("notReadyAddresses", subset.not_ready_addresses),
    ):
        for index, found in enumerate(addresses):
            yield from address_findings(found.ip, (*path, name, index, "ip"))
    for index, port in enumerate(subset.ports):
        if not port.name and len(subset.ports) > 1:
            yield Fault((*path, "ports", index, "name"), "Required value: one of several ports needs a name")
        yield from _port(port.name, port.protocol, port.port, (*path, "ports", index))


def _port(name: str, protocol: str, port: int | None, path: Path) -> Iterator[Fault]:
    if name:
        yield from (Fault((*path, "name"), f"port name: {wrong}") for wrong in names.label(name))
    yield from protocol_findings(protocol, (*path, "protocol"))
    if port is not None:
        yield from out_of_range(port, 1, LAST_PORT, (*path, "port"))
