"""Nodes of Calico and of Kubernetes: libcalico-go/lib/validator/v3."""

import re
from collections.abc import Iterator

from percale.resources.faults import Fault, Path
from percale.resources.node import CalicoNode, KubernetesNode, NodeBgp
from percale.resources.validation.addresses import address_findings, mac_findings
from percale.resources.validation.networks import network_in
from percale.resources.validation.schema import unsupported
from percale.resources.wire import IntOrString
from percale.selector.errors import shortened

ADDRESS_TYPES = ("CalicoNodeIP", "InternalIP", "ExternalIP")
LAST_AS_NUMBER = (1 << 32) - 1

_AS_NUMBER = re.compile(r"[0-9]{1,10}|[0-9]{1,5}\.[0-9]{1,5}")


def calico_node_findings(node: CalicoNode) -> Iterator[Fault]:
    spec = node.spec
    if spec.bgp == NodeBgp():
        yield Fault(("spec", "bgp"), "Spec.BGP should not be empty", "leave `bgp` out")
    elif spec.bgp:
        yield from _bgp(spec.bgp, ("spec", "bgp"))
    yield from _optional(spec.ipv4_vxlan_tunnel_addr, ("spec", "ipv4VXLANTunnelAddr"), 4)
    yield from _optional(spec.ipv6_vxlan_tunnel_addr, ("spec", "ipv6VXLANTunnelAddr"), 6)
    yield from mac_findings(spec.vxlan_tunnel_mac_addr, ("spec", "vxlanTunnelMACAddr"))
    yield from mac_findings(spec.vxlan_tunnel_mac_addr_v6, ("spec", "vxlanTunnelMACAddrV6"))
    if spec.wireguard:
        path = ("spec", "wireguard")
        yield from _optional(spec.wireguard.interface_ipv4_address, (*path, "interfaceIPv4Address"), 4)
        yield from _optional(spec.wireguard.interface_ipv6_address, (*path, "interfaceIPv6Address"), 6)
    for index, found in enumerate(spec.addresses):
        path_of = ("spec", "addresses", index)
        yield from _network(found.address, (*path_of, "address"))
        if found.type:
            yield from unsupported(found.type, ADDRESS_TYPES, (*path_of, "type"))
    for index, interface in enumerate(spec.interfaces):
        for at, text in enumerate(interface.addresses):
            yield from _network(text, ("spec", "interfaces", index, "addresses", at))


def kubernetes_node_findings(node: KubernetesNode) -> Iterator[Fault]:
    if node.spec.pod_cidr:
        yield from _network(node.spec.pod_cidr, ("spec", "podCIDR"))
    for index, text in enumerate(node.spec.pod_cidrs):
        yield from _network(text, ("spec", "podCIDRs", index))


def _bgp(bgp: NodeBgp, path: Path) -> Iterator[Fault]:
    if bgp.as_number is not None and not _is_as_number(bgp.as_number):
        says = f"invalid AS Number `{shortened(str(bgp.as_number))}`: 0 to {LAST_AS_NUMBER}, or two halves as in `1.10`"
        yield Fault((*path, "asNumber"), says)
    yield from _network(bgp.ipv4_address, (*path, "ipv4Address"), 4)
    yield from _network(bgp.ipv6_address, (*path, "ipv6Address"), 6)
    yield from _optional(bgp.ipv4_ipip_tunnel_addr, (*path, "ipv4IPIPTunnelAddr"), 4)
    yield from _optional(bgp.route_reflector_cluster_id, (*path, "routeReflectorClusterID"), 4)


def _is_as_number(value: IntOrString) -> bool:
    if isinstance(value, int):
        return 0 <= value <= LAST_AS_NUMBER
    if not _AS_NUMBER.fullmatch(value):
        return False
    high, dot, low = value.partition(".")
    return max(int(high), int(low)) <= 0xFFFF if dot else int(high) <= LAST_AS_NUMBER


def _optional(text: str, path: Path, version: int) -> Iterator[Fault]:
    if text:
        yield from address_findings(text, path, version=version)


def _network(text: str, path: Path, version: int | None = None) -> Iterator[Fault]:
    """A CIDR or an address, with host bits or without; one of a given version may be left out."""
    if version and not text:
        return
    network = network_in(text)
    if network is None or version not in (None, network.version):
        kind = f"IPv{version} " if version else ""
        yield Fault(path, f"must be a valid {kind}CIDR or address, found `{shortened(text)}`")
