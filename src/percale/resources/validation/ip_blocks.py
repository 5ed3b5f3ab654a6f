"""The ipBlock of a Kubernetes peer, as strict as a server is since 1.36."""

from collections.abc import Iterator

from percale.resources.faults import Fault, Path
from percale.resources.kubernetes_policy import IpBlock
from percale.resources.validation.networks import has_host_bits, network_in
from percale.selector.errors import shortened
from percale.traffic.addresses import Network


def ip_block_findings(block: IpBlock, path: Path) -> Iterator[Fault]:
    if not block.cidr:
        yield Fault((*path, "cidr"), "Required value: a CIDR is required", "write `0.0.0.0/0` for every IPv4 address")
        return
    yield from _cidr(block.cidr, (*path, "cidr"))
    whole = _network(block.cidr)
    for index, text in enumerate(block.except_):
        yield from _cidr(text, (*path, "except", index))
        part = _network(text)
        if whole and part and not _is_strict_subset(part, whole):
            yield Fault(
                (*path, "except", index), f"must be a strict subset of `cidr`: `{text}` is not inside `{whole}`"
            )


def _network(text: str) -> Network | None:
    return network_in(text) if "/" in text else None


def _cidr(text: str, path: Path) -> Iterator[Fault]:
    network = network_in(text)
    if network is None or "/" not in text:
        hint = f"write `{network}`" if network else ""
        says = f"must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64), found `{shortened(text)}`"
        yield Fault(path, says, hint)
        return
    if has_host_bits(text, network):
        says = f"must not have bits set beyond the prefix length: `{text}`"
        yield Fault(path, says, f"write `{network}`")
    if text.rpartition("/")[2] != str(network.prefixlen):
        yield Fault(path, "must not have leading zeros in prefix length", f"write `{network}`")


def _is_strict_subset(part: Network, whole: Network) -> bool:
    same_family = part.version == whole.version
    return same_family and part.network_address in whole and part.prefixlen > whole.prefixlen
