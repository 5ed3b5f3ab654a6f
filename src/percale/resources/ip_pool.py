"""Where workloads' addresses come from.

Source: Calico's api/pkg/apis/projectcalico/v3/ippool.go.
"""

import msgspec

from percale.resources.wire import Resource, Wire


class IpPoolSpec(Wire, frozen=True):
    """Addresses and how traffic between them travels."""

    #: The pool's addresses; cannot be changed later. Required.
    cidr: str = ""
    #: When traffic between nodes is wrapped in VXLAN: never, always, or only between subnets.
    vxlan_mode: str = "Never"
    #: When traffic between nodes is wrapped in IP-in-IP: never, always, or only between subnets.
    ipip_mode: str = "Never"
    #: Whether what leaves the pools is masqueraded, which happens after all policy.
    nat_outgoing: bool = False
    #: Whether the pool gives out no new addresses.
    disabled: bool = False
    #: Whether the pool's routes are kept from BGP peers.
    disable_bgp_export: bool = msgspec.field(default=False, name="disableBGPExport")
    #: Prefix length of what one node takes at a time; cannot be changed later.
    block_size: int | None = None
    #: The nodes that take addresses from the pool.
    node_selector: str = "all()"
    #: The namespaces whose pods take addresses from the pool. Empty is all.
    namespace_selector: str = ""
    #: What the addresses are for: workloads and tunnels, or load balancers.
    allowed_uses: tuple[str, ...] = ("Workload", "Tunnel")
    #: Whether addresses are given out by themselves or only where they are asked for by name.
    assignment_mode: str = "Automatic"


class IpPool(Resource, frozen=True, kw_only=True):
    """Addresses for workloads. No verdict depends on a pool."""

    #: The pool's addresses and how traffic between them travels.
    spec: IpPoolSpec = IpPoolSpec()
