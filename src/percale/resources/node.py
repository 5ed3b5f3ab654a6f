"""Nodes, as Calico writes them and as Kubernetes does.

Source: Calico's libcalico-go/lib/apis/internalapi/node.go.
"""

import msgspec

from percale.resources.wire import IntOrString, Open, Resource, Wire
from percale.resources.workload import OpenResource


class NodeBgp(Wire, frozen=True):
    """A node's part in BGP. Where it is present it is not empty."""

    #: The node's autonomous system. Default: that of the cluster.
    as_number: IntOrString | None = None
    #: The node's own address, with the prefix length of its network.
    ipv4_address: str = ""
    #: The node's own address, with the prefix length of its network.
    ipv6_address: str = ""
    #: The address of the node's IP-in-IP tunnel; an automatic host endpoint expects it.
    ipv4_ipip_tunnel_addr: str = msgspec.field(default="", name="ipv4IPIPTunnelAddr")
    #: Written as an IPv4 address; makes the node a route reflector.
    route_reflector_cluster_id: str = msgspec.field(default="", name="routeReflectorClusterID")


class OrchestratorReference(Wire, frozen=True):
    """The node's name in an orchestrator."""

    #: Which orchestrator, such as `k8s`.
    orchestrator: str
    #: What it calls the node.
    node_name: str = ""


class NodeWireguard(Wire, frozen=True):
    """Addresses of the node's WireGuard interfaces."""

    #: The address of the node's WireGuard interface; an automatic host endpoint expects it.
    interface_ipv4_address: str = msgspec.field(default="", name="interfaceIPv4Address")
    #: The address of the node's WireGuard interface; an automatic host endpoint expects it.
    interface_ipv6_address: str = msgspec.field(default="", name="interfaceIPv6Address")


class NodeAddress(Wire, frozen=True):
    """One of the addresses by which the node is reached."""

    #: The address, with or without a prefix length.
    address: str
    #: What the address is for: `CalicoNodeIP` is the one of BGP.
    type: str = ""


class NodeInterface(Wire, frozen=True):
    """An interface of the node, from which templates make host endpoints."""

    #: The interface's name.
    name: str = ""
    #: The interface's addresses.
    addresses: tuple[str, ...] = ()


class CalicoNodeSpec(Wire, frozen=True):
    """A node's addresses and tunnels."""

    #: The node's part in BGP; where it is present it is not empty.
    bgp: NodeBgp | None = None
    #: The address of the node's VXLAN tunnel; an automatic host endpoint expects it.
    ipv4_vxlan_tunnel_addr: str = msgspec.field(default="", name="ipv4VXLANTunnelAddr")
    #: The address of the node's VXLAN tunnel; an automatic host endpoint expects it.
    ipv6_vxlan_tunnel_addr: str = msgspec.field(default="", name="ipv6VXLANTunnelAddr")
    #: The hardware address of the IPv4 tunnel; no effect on verdicts.
    vxlan_tunnel_mac_addr: str = msgspec.field(default="", name="vxlanTunnelMACAddr")
    #: The hardware address of the IPv6 tunnel; no effect on verdicts.
    vxlan_tunnel_mac_addr_v6: str = msgspec.field(default="", name="vxlanTunnelMACAddrV6")
    #: What orchestrators call the node.
    orch_refs: tuple[OrchestratorReference, ...] = ()
    #: The node's WireGuard interfaces.
    wireguard: NodeWireguard | None = None
    #: Addresses by which the node is reached.
    addresses: tuple[NodeAddress, ...] = ()
    #: The node's interfaces, from which templates make host endpoints.
    interfaces: tuple[NodeInterface, ...] = ()


class CalicoNodeStatus(Open, frozen=True):
    """What a node says of itself. Other fields are the server's business."""

    #: The key of the node's WireGuard interface; no effect.
    wireguard_public_key: str = ""
    #: The key of the node's WireGuard interface for IPv6; no effect.
    wireguard_public_key_v6: str = msgspec.field(default="", name="wireguardPublicKeyV6")
    #: Networks that the node gives to pods; no effect on verdicts.
    pod_cidrs: tuple[str, ...] = msgspec.field(default=(), name="podCIDRs")


class CalicoNode(Resource, frozen=True, kw_only=True):
    """A node in Calico's own words, `Node` of projectcalico.org/v3."""

    #: The node's addresses and tunnels.
    spec: CalicoNodeSpec = CalicoNodeSpec()
    #: What the node says of itself.
    status: CalicoNodeStatus = CalicoNodeStatus()


class KubernetesNodeSpec(Open, frozen=True):
    """The addresses that the node gives to pods."""

    #: The network that the node gives to pods; no effect on verdicts.
    pod_cidr: str = msgspec.field(default="", name="podCIDR")
    #: The networks that the node gives to pods, one for each IP version; no effect on verdicts.
    pod_cidrs: tuple[str, ...] = msgspec.field(default=(), name="podCIDRs")


class KubernetesNodeAddress(Open, frozen=True):
    """An address or a host name of the node."""

    #: The address, or a host name.
    address: str
    #: What the address is: an automatic host endpoint expects those of type `InternalIP`.
    type: str = ""


class KubernetesNodeStatus(Open, frozen=True):
    """How the node is reached."""

    #: How the node is reached.
    addresses: tuple[KubernetesNodeAddress, ...] = ()


class KubernetesNode(OpenResource, frozen=True, kw_only=True):
    """A node, `Node` of v1: its labels and addresses become those of automatic host endpoints."""

    #: The networks of the node's pods.
    spec: KubernetesNodeSpec = KubernetesNodeSpec()
    #: The node's addresses.
    status: KubernetesNodeStatus = KubernetesNodeStatus()
