"""Nodes, as Calico writes them and as Kubernetes does: calico-semantics §1.13."""

import msgspec

from percale.resources.wire import IntOrString, Open, Resource, Wire
from percale.resources.workload import OpenResource


class NodeBgp(Wire, frozen=True):
    """A node's part in BGP: §1.13. Where it is present it is not empty."""

    as_number: IntOrString | None = None
    #: With prefix length: the node's own address in its network.
    ipv4_address: str = ""
    #: With prefix length: the node's own address in its network.
    ipv6_address: str = ""
    ipv4_ipip_tunnel_addr: str = msgspec.field(default="", name="ipv4IPIPTunnelAddr")
    #: Written as an IPv4 address; makes the node a route reflector.
    route_reflector_cluster_id: str = msgspec.field(default="", name="routeReflectorClusterID")


class OrchestratorReference(Wire, frozen=True):
    """The node's name in an orchestrator: §1.13."""

    orchestrator: str
    node_name: str = ""


class NodeWireguard(Wire, frozen=True):
    """Addresses of the node's WireGuard interfaces: §1.13."""

    interface_ipv4_address: str = msgspec.field(default="", name="interfaceIPv4Address")
    interface_ipv6_address: str = msgspec.field(default="", name="interfaceIPv6Address")


class NodeAddress(Wire, frozen=True):
    """One of the addresses by which the node is reached: §1.13."""

    address: str
    #: `CalicoNodeIP`, `InternalIP` or `ExternalIP`.
    type: str = ""


class NodeInterface(Wire, frozen=True):
    """An interface of the node, from which templates make host endpoints: §1.13 and §1.15."""

    name: str = ""
    addresses: tuple[str, ...] = ()


class CalicoNodeSpec(Wire, frozen=True):
    """A node's addresses and tunnels: §1.13."""

    bgp: NodeBgp | None = None
    ipv4_vxlan_tunnel_addr: str = msgspec.field(default="", name="ipv4VXLANTunnelAddr")
    ipv6_vxlan_tunnel_addr: str = msgspec.field(default="", name="ipv6VXLANTunnelAddr")
    vxlan_tunnel_mac_addr: str = msgspec.field(default="", name="vxlanTunnelMACAddr")
    vxlan_tunnel_mac_addr_v6: str = msgspec.field(default="", name="vxlanTunnelMACAddrV6")
    orch_refs: tuple[OrchestratorReference, ...] = ()
    wireguard: NodeWireguard | None = None
    addresses: tuple[NodeAddress, ...] = ()
    interfaces: tuple[NodeInterface, ...] = ()


class CalicoNodeStatus(Open, frozen=True):
    """What a node says of itself: §1.13. Other fields are the server's business."""

    wireguard_public_key: str = ""
    wireguard_public_key_v6: str = msgspec.field(default="", name="wireguardPublicKeyV6")
    pod_cidrs: tuple[str, ...] = msgspec.field(default=(), name="podCIDRs")


class CalicoNode(Resource, frozen=True, kw_only=True):
    """A node in Calico's own words, `Node` of projectcalico.org/v3: §1.13."""

    spec: CalicoNodeSpec = CalicoNodeSpec()
    status: CalicoNodeStatus = CalicoNodeStatus()


class KubernetesNodeSpec(Open, frozen=True):
    """The addresses that the node gives to pods."""

    pod_cidr: str = msgspec.field(default="", name="podCIDR")
    pod_cidrs: tuple[str, ...] = msgspec.field(default=(), name="podCIDRs")


class KubernetesNodeAddress(Open, frozen=True):
    """An address or a host name of the node."""

    address: str
    #: `InternalIP`, `ExternalIP`, `Hostname`, `InternalDNS` or `ExternalDNS`.
    type: str = ""


class KubernetesNodeStatus(Open, frozen=True):
    """How the node is reached."""

    addresses: tuple[KubernetesNodeAddress, ...] = ()


class KubernetesNode(OpenResource, frozen=True, kw_only=True):
    """A node, `Node` of v1: its labels and addresses become those of automatic host endpoints (§1.15)."""

    spec: KubernetesNodeSpec = KubernetesNodeSpec()
    status: KubernetesNodeStatus = KubernetesNodeStatus()
