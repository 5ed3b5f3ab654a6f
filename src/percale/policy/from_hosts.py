"""Nodes and host endpoints, the automatic ones among them.

Source: Calico's api/pkg/apis/projectcalico/v3/hostendpoint.go.
"""

import re
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256

from percale.policy.endpoints import Endpoint, EndpointKind, EndpointPort
from percale.policy.policies import Profile
from percale.policy.rules import ALLOW_ALL
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
ALLOW_PROFILE = Profile(DEFAULT_ALLOW, (ALLOW_ALL,), (ALLOW_ALL,))
_INTERNAL = "InternalIP"
_SUFFIX = "auto-hep"
_LONGEST_NAME = 253
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
    clusters = {one.metadata.name: one for one in kubernetes}
    calicos = {one.metadata.name: one for one in calico}
    return tuple(node_from(name, clusters.get(name), calicos.get(name)) for name in clusters | calicos)


def node_from(name: str, kubernetes: KubernetesNode | None, calico: CalicoNode | None) -> Node:
    known = _kubernetes_node(name, kubernetes) if kubernetes else Node(name)
    return _with_calico(known, calico) if calico else known


def _kubernetes_node(name: str, one: KubernetesNode) -> Node:
    texts = {at.address: at.type for at in one.status.addresses if at.type in (_INTERNAL, "ExternalIP")}
    inside = [text for text, kind in texts.items() if kind == _INTERNAL]
    return Node(name, _addresses(texts), labels=one.metadata.labels, expected=_addresses(inside))


def _with_calico(known: Node, one: CalicoNode) -> Node:
    expected = _addresses(_expected(one))
    every = (*known.addresses, *_addresses(at.address for at in one.spec.addresses), *expected)
    return Node(
        known.name,
        tuple(dict.fromkeys(every)),
        {interface.name: _addresses(interface.addresses) for interface in one.spec.interfaces},
        labels={**known.labels, **one.metadata.labels},
        expected=tuple(dict.fromkeys((*known.expected, *expected))),
    )


def _expected(node: CalicoNode) -> Iterator[str]:
    """Where the node controller looks for a node's addresses: external ones are left out."""
    spec = node.spec
    if spec.bgp:
        yield from (spec.bgp.ipv4_address, spec.bgp.ipv6_address, spec.bgp.ipv4_ipip_tunnel_addr)
    yield from (spec.ipv4_vxlan_tunnel_addr, spec.ipv6_vxlan_tunnel_addr)
    if spec.wireguard:
        yield from (spec.wireguard.interface_ipv4_address, spec.wireguard.interface_ipv6_address)
    yield from (at.address for at in spec.addresses if at.type == _INTERNAL)
    for interface in spec.interfaces:
        yield from interface.addresses


def _addresses(texts: Iterable[str]) -> tuple[Address, ...]:
    """With or without the length of their network, each once."""
    return tuple(dict.fromkeys(address(text.partition("/")[0]) for text in texts if text))


def automatic(configurations: Iterable[KubeControllersConfiguration], nodes: Iterable[Node]) -> Iterator[Endpoint]:
    """What the node controller would create; restricts nothing until a policy selects it."""
    for configuration in configurations:
        controller = configuration.spec.controllers.node
        wanted = controller.host_endpoint if controller else None
        if wanted and wanted.auto_create == "Enabled":
            for node in nodes:
                yield from _of_node(wanted, node)


def _of_node(wanted: AutoHostEndpoints, node: Node) -> Iterator[Endpoint]:
    if wanted.create_default_host_endpoint == "Enabled":
        yield _automatic((node.name,), node, EVERY_INTERFACE, node.expected, {})
    for template in wanted.templates:
        if parse(template.node_selector).matches(node.labels):
            yield from _of_template(template, node)


def _of_template(template: HostEndpointTemplate, node: Node) -> Iterator[Endpoint]:
    """One for each interface that the pattern fits; without a pattern, one that its addresses find."""
    parts = (node.name, template.generate_name)
    inside = [lenient_network(text) for text in template.interface_cidrs]
    expected = tuple(one for one in node.expected if any(one in network for network in inside))
    if not template.interface_pattern:
        if expected:
            yield _automatic(parts, node, "", expected, template.labels)
        return
    for name, addresses in node.interfaces.items():
        if re.search(template.interface_pattern, name):
            known = tuple(dict.fromkeys((*expected, *addresses)))
            yield _automatic((*parts, name), node, name, known, template.labels)


def _automatic(
    name: tuple[str, ...], node: Node, interface: str, expected: tuple[Address, ...], labels: Mapping[str, str]
) -> Endpoint:
    return Endpoint(
        kind=EndpointKind.HOST,
        namespace="",
        name=_name("-".join((*name, _SUFFIX))),
        labels={**node.labels, **labels, **_CREATED_BY},
        networks=tuple(map(single, expected)),
        profiles=(DEFAULT_ALLOW,),
        node=node.name,
        resource_kind="HostEndpoint",
        interface=interface,
    )


def _name(text: str) -> str:
    """One that is too long for a name is told by its digest, written as the node controller writes it."""
    if len(text) <= _LONGEST_NAME:
        return text
    digest = urlsafe_b64encode(sha256(text.encode()).digest()).decode()
    return f"{re.sub('[-_=]', '', digest)}-{_SUFFIX}".lower()
