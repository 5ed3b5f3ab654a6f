# ruff: noqa: INP001, SLF001  a script of the documentation's build, which reads what validation keeps to itself
"""What fields of endpoints, pools and Calico's nodes may hold."""

from collections.abc import Mapping

from limit_words import (
    ADDRESS,
    CIDR,
    PORT,
    PORT_NAME,
    PORT_OR_NONE,
    SELECTOR,
    SUBDOMAIN,
    any_of,
    between,
    one_of,
)

from percale.resources.validation import ip_pools, nodes, qos

_INTERFACE = "`*`, or 1 to 15 letters, digits, `_`, `.`, `-`"
_QOS = {
    f"QosControls.{way}_{limit}": f"0, or {between(*ends)}"
    for way in ("ingress", "egress")
    for limit, ends in qos._RANGES.items()
}

LIMITS: Mapping[str, str] = {
    "EndpointPort.name": PORT_NAME,
    "EndpointPort.port": PORT,
    "HostEndpointSpec.node": SUBDOMAIN,
    "HostEndpointSpec.interface_name": f"{_INTERFACE}; this or `expectedIPs` is required",
    "HostEndpointSpec.expected_ips": f"{ADDRESS} each, each once",
    "HostEndpointSpec.profiles": f"{SUBDOMAIN} each, each once",
    "WorkloadEndpointPort.name": PORT_NAME,
    "WorkloadEndpointPort.port": PORT,
    "WorkloadEndpointPort.host_port": PORT_OR_NONE,
    "WorkloadEndpointPort.host_ip": ADDRESS,
    "IpNat.internal_ip": ADDRESS,
    "IpNat.external_ip": f"{ADDRESS} of the same IP version",
    "QosControls.dscp": f"{between(0, qos.LAST_DSCP)}, or a name: {one_of(sorted(qos.DSCP_NAMES))}",
    "WorkloadEndpointSpec.ip_networks": f"single {ADDRESS} each: /32 or /128",
    "WorkloadEndpointSpec.ipv4_gateway": "IPv4 address",
    "WorkloadEndpointSpec.ipv6_gateway": "IPv6 address",
    "WorkloadEndpointSpec.interface_name": _INTERFACE,
    "WorkloadEndpointSpec.mac": "hardware address",
    "WorkloadEndpointSpec.allow_spoofed_source_prefixes": f"{CIDR} each",
    "WorkloadEndpointSpec.profiles": f"{SUBDOMAIN} each",
    "IpPoolSpec.cidr": f"{CIDR} without host bits, not link-local",
    "IpPoolSpec.vxlan_mode": f"{one_of(ip_pools.TUNNEL_MODES)}; not both modes",
    "IpPoolSpec.ipip_mode": f"{one_of(ip_pools.TUNNEL_MODES)}; not both modes, IPv4 only",
    "IpPoolSpec.block_size": "; ".join(
        f"IPv{version}: {between(smallest, largest)}, {usual} if left out"
        for version, (smallest, usual, largest) in ip_pools.BLOCK_SIZES.items()
    ),
    "IpPoolSpec.node_selector": SELECTOR,
    "IpPoolSpec.namespace_selector": SELECTOR,
    "IpPoolSpec.allowed_uses": f"{any_of(ip_pools.USES)}; `LoadBalancer` alone",
    "IpPoolSpec.assignment_mode": one_of(ip_pools.ASSIGNMENT_MODES),
    "NodeBgp.as_number": f"{between(0, nodes.LAST_AS_NUMBER)}, or two halves as in `1.10`",
    "NodeBgp.ipv4_address": f"IPv4 {CIDR} or address",
    "NodeBgp.ipv6_address": f"IPv6 {CIDR} or address",
    "NodeBgp.ipv4_ipip_tunnel_addr": "IPv4 address",
    "NodeBgp.route_reflector_cluster_id": "IPv4 address",
    "NodeAddress.address": f"{CIDR} or {ADDRESS}",
    "NodeAddress.type": one_of(nodes.ADDRESS_TYPES),
    "NodeInterface.addresses": f"{CIDR} or {ADDRESS} each",
    "NodeWireguard.interface_ipv4_address": "IPv4 address",
    "NodeWireguard.interface_ipv6_address": "IPv6 address",
    "CalicoNodeSpec.ipv4_vxlan_tunnel_addr": "IPv4 address",
    "CalicoNodeSpec.ipv6_vxlan_tunnel_addr": "IPv6 address",
    "CalicoNodeSpec.vxlan_tunnel_mac_addr": "hardware address",
    "CalicoNodeSpec.vxlan_tunnel_mac_addr_v6": "hardware address",
} | _QOS
