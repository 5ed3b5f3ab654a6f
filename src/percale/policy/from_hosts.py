"""Nodes and host endpoints, the automatic ones among them: calico-semantics §1.9, §1.13 and §1.15."""

import re
from collections.abc import Iterable, Iterator, Mapping

from percale.policy.endpoints import Endpoint, EndpointKind, EndpointPort
from percale.policy.world import EVERY_INTERFACE, Node
from percale.resources.host_endpoint import HostEndpoint
from percale.resources.kube_controllers_configuration import (
    AutoHostEndpoints,
    HostEndpointTemplate,
    KubeControllersConfiguration,
)
from percale.resources.node import CalicoNode, KubernetesNode
from percale.resources.protocol import parse_protocol
from percale.selector import parse
from percale.traffic.addresses import Address, address, lenient_network, single

DEFAULT_ALLOW = "projectcalico-default-allow"
_CREATED_BY = {"projectcalico.org/created-by": "calico-kube-controllers"}


def host_endpoint_from(resource: HostEndpoint, inherited: Mapping[str, str]) -> Endpoint:
    """`inherited` are the labels that its profiles give; its own win, and there are no implicit ones."""
    spec = resource.spec
    return Endpoint(
        kind=EndpointKind.HOST,
        namespace="",
        name=resource.metadata.name,
        labels={**inherited, **resource.metadata.labels},
        networks=tuple(single(address(text)) for text in spec.expected_ips),
        ports=tuple(EndpointPort(parse_protocol(port.protocol), port.port, port.name) for port in spec.ports),
        profiles=spec.profiles,
        node=spec.node,
        resource_kind=resource.kind,
        interface=spec.interface_name,
    )


def nodes_from(kubernetes: Iterable[KubernetesNode], calico: Iterable[CalicoNode]) -> tuple[Node, ...]:
    """A node that both describe is one."""
    found: dict[str, Node] = {}
    for one in kubernetes:
        texts = [at.address for at in one.status.addresses if at.type in ("InternalIP", "ExternalIP")]
        found[one.metadata.name] = Node(one.metadata.name, tuple(map(address, texts)), labels=one.metadata.labels)
    for two in calico:
        known = found.get(two.metadata.name, Node(two.metadata.name))
        found[known.name] = Node(
            known.name,
            tuple(dict.fromkeys([*known.addresses, *_calico_addresses(two)])),
            {interface.name: tuple(map(_bare, interface.addresses)) for interface in two.spec.interfaces},
            labels={**known.labels, **two.metadata.labels},
        )
    return tuple(found.values())


def _calico_addresses(node: CalicoNode) -> Iterator[Address]:
    spec = node.spec
    texts = [at.address for at in spec.addresses]
    if spec.bgp:
        texts += [spec.bgp.ipv4_address, spec.bgp.ipv6_address, spec.bgp.ipv4_ipip_tunnel_addr]
    texts += [spec.ipv4_vxlan_tunnel_addr, spec.ipv6_vxlan_tunnel_addr]
    if spec.wireguard:
        texts += [spec.wireguard.interface_ipv4_address, spec.wireguard.interface_ipv6_address]
    for text in texts:
        if text:
            yield _bare(text)
    for interface in spec.interfaces:
        yield from map(_bare, interface.addresses)


def _bare(text: str) -> Address:
    return address(text.partition("/")[0])


def automatic(configurations: Iterable[KubeControllersConfiguration], nodes: Iterable[Node]) -> Iterator[Endpoint]:
    """What the node controller would create; restricts nothing until a policy selects it (§10, 24)."""
    for configuration in configurations:
        controller = configuration.spec.controllers.node
        wanted = controller.host_endpoint if controller else None
        if wanted and wanted.auto_create == "Enabled":
            for node in nodes:
                yield from _of_node(wanted, node)


def _of_node(wanted: AutoHostEndpoints, node: Node) -> Iterator[Endpoint]:
    if wanted.create_default_host_endpoint == "Enabled":
        yield _automatic(f"{node.name}-auto-hep", node, EVERY_INTERFACE, node.addresses, (DEFAULT_ALLOW,), {})
    for template in wanted.templates:
        if parse(template.node_selector).matches(node.labels):
            yield from _of_template(template, node)


def _of_template(template: HostEndpointTemplate, node: Node) -> Iterator[Endpoint]:
    stem = f"{node.name}-{template.generate_name}"
    inside = [lenient_network(text) for text in template.interface_cidrs]
    expected = tuple(one for one in node.addresses if any(one in network for network in inside))
    if expected:
        yield _automatic(f"{stem}-auto-hep", node, "", expected, (), template.labels)
    if template.interface_pattern:
        for name, addresses in node.interfaces.items():
            if re.search(template.interface_pattern, name):
                yield _automatic(f"{stem}-{name}-auto-hep", node, name, addresses, (), template.labels)


def _automatic(
    name: str,
    node: Node,
    interface: str,
    expected: tuple[Address, ...],
    profiles: tuple[str, ...],
    labels: Mapping[str, str],
) -> Endpoint:
    return Endpoint(
        kind=EndpointKind.HOST,
        namespace="",
        name=name,
        labels={**node.labels, **labels, **_CREATED_BY},
        networks=tuple(map(single, expected)),
        profiles=profiles,
        node=node.name,
        resource_kind="HostEndpoint",
        interface=interface,
    )
