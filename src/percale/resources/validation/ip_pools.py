"""IPPool: libcalico-go/lib/validator/v3."""

from collections.abc import Iterator
from ipaddress import ip_network

from percale.resources.faults import Fault
from percale.resources.ip_pool import IpPool, IpPoolSpec
from percale.resources.validation.networks import has_host_bits, network_in
from percale.resources.validation.schema import duplicates, unsupported
from percale.resources.validation.selectors import selector_findings
from percale.selector.errors import shortened
from percale.traffic.addresses import Network

TUNNEL_MODES = ("Never", "Always", "CrossSubnet")
USES = ("Workload", "Tunnel", "LoadBalancer")
ASSIGNMENT_MODES = ("Automatic", "Manual")
#: Smallest, usual and largest prefix length of a block, by IP version.
BLOCK_SIZES = {4: (20, 26, 32), 6: (116, 122, 128)}

_LINK_LOCAL = {4: ip_network("169.254.0.0/16"), 6: ip_network("fe80::/10")}


def ip_pool_findings(pool: IpPool) -> Iterator[Fault]:
    spec = pool.spec
    network = network_in(spec.cidr)
    if not spec.cidr:
        yield Fault(("spec", "cidr"), "IPPool CIDR must be specified", "add `cidr`")
    elif network is None:
        yield Fault(("spec", "cidr"), f"IPPool CIDR must be a valid subnet, found `{shortened(spec.cidr)}`")
    else:
        yield from _cidr(spec, network)
        yield from _block_size(spec, network)
    yield from _modes(spec, network)
    yield from selector_findings(spec.node_selector, ("spec", "nodeSelector"))
    yield from selector_findings(spec.namespace_selector, ("spec", "namespaceSelector"))
    yield from _uses(spec)
    yield from unsupported(spec.assignment_mode, ASSIGNMENT_MODES, ("spec", "assignmentMode"))


def _cidr(spec: IpPoolSpec, network: Network) -> Iterator[Fault]:
    path, link_local = ("spec", "cidr"), _LINK_LOCAL[network.version]
    if has_host_bits(spec.cidr, network):
        yield Fault(path, f"IP pool CIDR is not strictly masked: `{spec.cidr}`", f"write `{network}`")
    if network.overlaps(link_local):
        yield Fault(path, f"IPPool CIDR overlaps with IPv{network.version} link local range {link_local}")


def _block_size(spec: IpPoolSpec, network: Network) -> Iterator[Fault]:
    smallest, usual, largest = BLOCK_SIZES[network.version]
    size = spec.block_size or usual
    if not smallest <= size <= largest:
        says = "blockSize must be between 20 and 32 for IPv4 pools, and between 116 and 128 for IPv6 pools"
        yield Fault(("spec", "blockSize"), f"{says}, found {size}")
    elif not spec.disabled and network.prefixlen > size:
        says = "IP pool size is too small for use with Calico IPAM. It must be equal to or greater than the block size."
        hint = f"a block is a /{size}: write a larger `cidr`, or a `blockSize` of {network.prefixlen} or more"
        yield Fault(("spec", "cidr"), says, hint, rests_on=(("spec", "blockSize"), ("spec", "disabled")))


def _modes(spec: IpPoolSpec, network: Network | None) -> Iterator[Fault]:
    yield from unsupported(spec.ipip_mode, TUNNEL_MODES, ("spec", "ipipMode"))
    yield from unsupported(spec.vxlan_mode, TUNNEL_MODES, ("spec", "vxlanMode"))
    by_ipip, by_vxlan = (mode in ("Always", "CrossSubnet") for mode in (spec.ipip_mode, spec.vxlan_mode))
    if by_ipip and by_vxlan:
        yield Fault(("spec", "ipipMode"), "ipipMode and vxlanMode cannot both be enabled")
    if by_ipip and network and network.version == 6:
        yield Fault(("spec", "ipipMode"), "IPIP is not supported on IPv6 pools", "IPv6 travels by `vxlanMode`")
    if (by_ipip or by_vxlan) and "LoadBalancer" in spec.allowed_uses:
        says = "Neither IPIPMode nor VXLANMode can be enabled on AllowedUses LoadBalancer IP pool"
        yield Fault(("spec", "ipipMode" if by_ipip else "vxlanMode"), says)


def _uses(spec: IpPoolSpec) -> Iterator[Fault]:
    path = ("spec", "allowedUses")
    yield from duplicates(spec.allowed_uses, path)
    for index, use in enumerate(spec.allowed_uses):
        yield from unsupported(use, USES, (*path, index))
        if "LoadBalancer" in spec.allowed_uses and use in ("Workload", "Tunnel"):
            yield Fault((*path, index), f"LoadBalancer cannot be used at the same time as: {use}")
    if "LoadBalancer" in spec.allowed_uses and spec.node_selector != "all()":
        says = "IP Pool with AllowedUse LoadBalancer must have node selector set to all()"
        yield Fault(("spec", "nodeSelector"), says, "leave `nodeSelector` out")
