"""Where workloads' addresses come from: calico-semantics §1.12."""

import msgspec

from percale.resources.wire import Resource, Wire


class IpPoolSpec(Wire, frozen=True):
    """Addresses and how traffic between them travels: §1.12."""

    #: Without host bits; cannot be changed later.
    cidr: str = ""
    #: `Never`, `Always` or `CrossSubnet`; excludes `ipipMode`.
    vxlan_mode: str = "Never"
    #: `Never`, `Always` or `CrossSubnet`; IPv4 only, excludes `vxlanMode`.
    ipip_mode: str = "Never"
    #: Masquerades what leaves the pools, after all policy.
    nat_outgoing: bool = False
    disabled: bool = False
    disable_bgp_export: bool = msgspec.field(default=False, name="disableBGPExport")
    #: Prefix length of what one node takes at a time: 20-32 and 26 if left out, for IPv6 116-128 and 122.
    block_size: int | None = None
    node_selector: str = "all()"
    namespace_selector: str = ""
    #: `Workload` and `Tunnel`, or `LoadBalancer` alone.
    allowed_uses: tuple[str, ...] = ("Workload", "Tunnel")
    #: `Automatic` or `Manual`.
    assignment_mode: str = "Automatic"


class IpPool(Resource, frozen=True, kw_only=True):
    """Addresses for workloads: §1.12. No verdict depends on a pool."""

    spec: IpPoolSpec = IpPoolSpec()
