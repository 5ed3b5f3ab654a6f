"""WorkloadEndpoint: libcalico-go/lib/validator/v3."""

import re
from collections.abc import Iterator

from percale.resources.faults import Fault, Path
from percale.resources.ports import LAST_PORT
from percale.resources.validation.addresses import address_findings, address_in, mac_findings
from percale.resources.validation.endpoint_ports import (
    endpoint_port_findings,
    interface_findings,
    name_findings,
    port_name_findings,
    profile_findings,
)
from percale.resources.validation.networks import has_host_bits, network_in
from percale.resources.validation.qos import qos_findings
from percale.resources.validation.schema import out_of_range
from percale.resources.workload_endpoint import IpNat, WorkloadEndpoint, WorkloadEndpointPort, WorkloadEndpointSpec
from percale.selector.errors import shortened

_CONTAINER_ID = re.compile(r"[a-zA-Z0-9]([-a-zA-Z0-9]*[a-zA-Z0-9])?")
#: Which part of the spec stands between orchestrator and endpoint in the object's name; `workload` for others.
_THIRD_PART = {"k8s": "pod", "cni": "containerID", "libnetwork": "orchestrator"}


def workload_endpoint_findings(endpoint: WorkloadEndpoint) -> Iterator[Fault]:
    spec = endpoint.spec
    yield from _name(endpoint)
    for field in ("orchestrator", "workload", "node", "pod", "endpoint"):
        yield from name_findings(getattr(spec, field), ("spec", field), field)
    yield from name_findings(spec.service_account_name, ("spec", "serviceAccountName"), "service account")
    if spec.container_id and not _CONTAINER_ID.fullmatch(spec.container_id):
        says = f"container ID: `{shortened(spec.container_id)}` is not letters and digits with hyphens between them"
        yield Fault(("spec", "containerID"), says)
    yield from interface_findings(spec.interface_name, ("spec", "interfaceName"))
    yield from mac_findings(spec.mac, ("spec", "mac"))
    yield from _addresses(spec)
    yield from profile_findings(spec.profiles, ("spec", "profiles"))
    for index, port in enumerate(spec.ports):
        yield from _port(port, ("spec", "ports", index))
    if spec.qos_controls:
        yield from qos_findings(spec.qos_controls, ("spec", "qosControls"))


def _name(endpoint: WorkloadEndpoint) -> Iterator[Fault]:
    """The name that the spec yields; each part has its hyphens doubled, so that single ones stand between parts."""
    spec = endpoint.spec
    third = _THIRD_PART.get(spec.orchestrator, "workload")
    fields = {"containerID": spec.container_id, "pod": spec.pod, "workload": spec.workload}
    parts = {
        "node": spec.node,
        "orchestrator": spec.orchestrator,
        third: fields.get(third, spec.orchestrator),
        "endpoint": spec.endpoint,
    }
    missing = [name for name, part in parts.items() if not part]
    for name in missing:
        kind = ("spec", "orchestrator")
        yield Fault(("spec", name), "field should be assigned", "it is part of the name", rests_on=(kind,))
    values = [spec.node, spec.orchestrator, parts[third], spec.endpoint]
    name = "-".join(part.replace("-", "--") for part in values)
    if not missing and endpoint.metadata.name and endpoint.metadata.name != name:
        says = "the WorkloadEndpoint name does not match the primary identifiers assigned in the Spec"
        of_spec = tuple(("spec", part) for part in parts)
        yield Fault(("metadata", "name"), f"{says}: expected name {shortened(name)}", rests_on=of_spec)


def _addresses(spec: WorkloadEndpointSpec) -> Iterator[Fault]:
    for index, text in enumerate(spec.ip_networks):
        yield from _single(text, ("spec", "ipNetworks", index))
    for index, nat in enumerate(spec.ip_nats):
        yield from _nat(nat, spec.ip_networks, ("spec", "ipNATs", index))
    if spec.ipv4_gateway:
        yield from address_findings(spec.ipv4_gateway, ("spec", "ipv4Gateway"), version=4)
    if spec.ipv6_gateway:
        yield from address_findings(spec.ipv6_gateway, ("spec", "ipv6Gateway"), version=6)
    for index, text in enumerate(spec.allow_spoofed_source_prefixes):
        if network_in(text) is None:
            yield Fault(("spec", "allowSpoofedSourcePrefixes", index), f"invalid CIDR `{shortened(text)}`")


def _single(text: str, path: Path) -> Iterator[Fault]:
    network = network_in(text)
    if network is None:
        yield Fault(path, f"invalid CIDR `{shortened(text)}`")
    elif network.prefixlen != network.max_prefixlen:
        # With bits beyond the prefix length Calico finds fault with those first; one complaint is enough.
        hint = f"write `{text.partition('/')[0]}`" if has_host_bits(text, network) else ""
        yield Fault(path, f"IP network contains multiple addresses: `{text}`", hint)


def _nat(nat: IpNat, networks: tuple[str, ...], path: Path) -> Iterator[Fault]:
    inside, outside = address_in(nat.internal_ip), address_in(nat.external_ip)
    for name, text, address in (("internalIP", nat.internal_ip, inside), ("externalIP", nat.external_ip, outside)):
        if address is None:
            yield Fault((*path, name), f"invalid IP address `{shortened(text)}`")
    if inside and outside and inside.version != outside.version:
        yield Fault((*path, "externalIP"), "mismatched IP versions")
    own = [network for network in map(network_in, networks) if network]
    if inside and not any(inside in network for network in own if network.version == inside.version):
        says = f"NAT is not in the endpoint networks: `{inside}` is none of `ipNetworks`"
        yield Fault((*path, "internalIP"), says, rests_on=(("spec", "ipNetworks"),))


def _port(port: WorkloadEndpointPort, path: Path) -> Iterator[Fault]:
    if port.name:
        yield from port_name_findings(port.name, (*path, "name"))
    elif not port.host_port:
        says = "WorkloadEndpointPort name must not be empty if no HostPort is specified"
        yield Fault((*path, "name"), says, rests_on=((*path, "hostPort"),))
    yield from endpoint_port_findings("WorkloadEndpointPort", port.protocol, port.port, path)
    if port.host_port:
        yield from out_of_range(port.host_port, 1, LAST_PORT, (*path, "hostPort"))
    if port.host_ip:
        yield from address_findings(port.host_ip, (*path, "hostIP"))
