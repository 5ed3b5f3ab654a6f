"""HostEndpoint: libcalico-go/lib/validator/v3."""

from collections.abc import Iterator

from percale.resources.faults import Fault
from percale.resources.host_endpoint import HostEndpoint
from percale.resources.validation.addresses import address_findings
from percale.resources.validation.endpoint_ports import (
    endpoint_port_findings,
    interface_findings,
    name_findings,
    port_name_findings,
    profile_findings,
)
from percale.resources.validation.schema import duplicates


def host_endpoint_findings(endpoint: HostEndpoint) -> Iterator[Fault]:
    spec = endpoint.spec
    if not spec.node:
        yield Fault(("spec", "node"), "node must be specified", "add `node`, the host's name as Felix knows it")
    yield from name_findings(spec.node, ("spec", "node"), "node")
    if spec.interface_name:
        yield from interface_findings(spec.interface_name, ("spec", "interfaceName"))
    elif not spec.expected_ips:
        says = "at least one of interfaceName or expectedIPs must be specified"
        hint = 'write `interfaceName: "*"` for every interface'
        yield Fault(("spec", "interfaceName"), says, hint, rests_on=(("spec", "expectedIPs"),))
    yield from duplicates(spec.expected_ips, ("spec", "expectedIPs"))
    for index, address in enumerate(spec.expected_ips):
        yield from address_findings(address, ("spec", "expectedIPs", index))
    yield from duplicates(spec.profiles, ("spec", "profiles"))
    yield from profile_findings(spec.profiles, ("spec", "profiles"))
    for index, port in enumerate(spec.ports):
        path = ("spec", "ports", index)
        yield from port_name_findings(port.name, (*path, "name"))
        yield from endpoint_port_findings("EndpointPort", port.protocol, port.port, path)
