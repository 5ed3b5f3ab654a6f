"""Kubernetes' Service: what the API server refuses of what is read of it."""

from collections.abc import Iterator
from ipaddress import ip_network

from percale.resources.faults import Fault, Path
from percale.resources.ports import LAST_PORT, port_name_faults
from percale.resources.validation.addresses import address_findings, address_in
from percale.resources.validation.kubernetes_policies import protocol_findings
from percale.resources.validation.metadata import label_findings
from percale.resources.validation.schema import duplicates, out_of_range, unsupported
from percale.resources.workload import Service, ServicePort, ServiceSpec
from percale.selector.errors import shortened

TYPES = ("ClusterIP", "ExternalName", "LoadBalancer", "NodePort")
TRAFFIC_POLICIES = ("Cluster", "Local")
IP_FAMILIES = ("IPv4", "IPv6")

_TYPE: Path = ("spec", "type")

#: In the order and the words of ValidateEndpointIP.
_SPECIAL = {
    "may not be unspecified": ("0.0.0.0/32", "::/128"),
    "may not be in the loopback range (127.0.0.0/8, ::1/128)": ("127.0.0.0/8", "::1/128"),
    "may not be in the link-local range (169.254.0.0/16, fe80::/10)": ("169.254.0.0/16", "fe80::/10"),
    "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)": ("224.0.0.0/24", "ff02::/16"),
}


def service_findings(service: Service) -> Iterator[Fault]:
    spec = service.spec
    yield from label_findings(spec.selector, ("spec", "selector"))
    yield from unsupported(spec.type, TYPES, _TYPE)
    for index, port in enumerate(spec.ports):
        yield from _port(port, ("spec", "ports", index))
    yield from _node_ports(spec)
    for index, text in enumerate(spec.external_ips):
        yield from _external_ip(text, ("spec", "externalIPs", index))
    yield from _traffic_policy(spec)
    yield from _ip_families(spec)
    if spec.allocate_load_balancer_node_ports is not None and spec.type != "LoadBalancer":
        says = "Forbidden: may only be used when `type` is 'LoadBalancer'"
        yield Fault(("spec", "allocateLoadBalancerNodePorts"), says, rests_on=(_TYPE,))


def _port(port: ServicePort, path: Path) -> Iterator[Fault]:
    yield from out_of_range(port.port, 1, LAST_PORT, (*path, "port"))
    if port.node_port:
        yield from out_of_range(port.node_port, 1, LAST_PORT, (*path, "nodePort"))
    yield from protocol_findings(port.protocol, (*path, "protocol"))
    match port.target_port:
        case int(number) if number:
            yield from out_of_range(number, 1, LAST_PORT, (*path, "targetPort"))
        case str(name) if name:
            wrongs = port_name_faults(name)
            yield from (Fault((*path, "targetPort"), f"port name: {wrong}") for wrong in wrongs)


def _node_ports(spec: ServiceSpec) -> Iterator[Fault]:
    first: dict[tuple[str, int], Path] = {}
    for index, port in enumerate(spec.ports):
        path: Path = ("spec", "ports", index)
        at = (*path, "nodePort")
        if not port.node_port:
            continue
        if spec.type == "ClusterIP":
            says = "Forbidden: may not be used when `type` is 'ClusterIP'"
            yield Fault(at, says, "set `type` to `NodePort`", rests_on=(_TYPE,))
        if (before := first.setdefault((port.protocol, port.node_port), path)) != path:
            grounds = ((*path, "protocol"), (*before, "nodePort"), (*before, "protocol"))
            yield Fault(at, f"Duplicate value: {port.node_port}", rests_on=grounds)


def _external_ip(text: str, path: Path) -> Iterator[Fault]:
    yield from address_findings(text, path)
    found = address_in(text)
    for says, networks in _SPECIAL.items():
        if found and any(found in ip_network(network) for network in networks):
            yield Fault(path, f'Invalid value: "{shortened(text)}": {says}')


def _traffic_policy(spec: ServiceSpec) -> Iterator[Fault]:
    path: Path = ("spec", "externalTrafficPolicy")
    if not spec.external_traffic_policy:
        return
    if spec.type in ("NodePort", "LoadBalancer") or (spec.type == "ClusterIP" and spec.external_ips):
        yield from unsupported(spec.external_traffic_policy, TRAFFIC_POLICIES, path)
    else:
        says = f'Invalid value: "{shortened(spec.external_traffic_policy)}"'
        grounds = (_TYPE, ("spec", "externalIPs"))
        yield Fault(path, f"{says}: may only be set for externally-accessible services", rests_on=grounds)


def _ip_families(spec: ServiceSpec) -> Iterator[Fault]:
    path: Path = ("spec", "ipFamilies")
    if spec.type == "ExternalName" and spec.ip_families:
        yield Fault(path, "Forbidden: may not be set for ExternalName services", rests_on=(_TYPE,))
        return
    for index, family in enumerate(spec.ip_families):
        yield from unsupported(family, IP_FAMILIES, (*path, index))
    yield from duplicates(spec.ip_families, path)
