"""CIDRs in rules and network sets, and what a rule's four lists of them must have in common."""

from collections.abc import Iterator
from functools import lru_cache
from ipaddress import IPv6Network

from percale.resources.faults import Fault, Path
from percale.resources.rule import Rule
from percale.resources.validation.names import is_host_name
from percale.selector.errors import shortened
from percale.traffic.addresses import Network, address, lenient_network


@lru_cache(maxsize=4096)
def network_in(text: str) -> Network | None:
    """With host bits and bare addresses allowed; None for anything but addresses as Go reads them."""
    _, slash, length = text.partition("/")
    # The library takes a netmask for a prefix length, which no part of Calico or Kubernetes does.
    if slash and not (length.isascii() and length.isdigit()):
        return None
    try:
        network = lenient_network(text)
    except ValueError:
        return None
    if isinstance(network, IPv6Network) and network.network_address.ipv4_mapped:
        return None
    return network


@lru_cache(maxsize=4096)
def has_host_bits(text: str, network: Network) -> bool:
    return address(text.partition("/")[0]) != network.network_address


def rule_net_findings(nets: tuple[str, ...], path: Path) -> Iterator[Fault]:
    """Rules want the prefix length, and nothing set beyond it."""
    for index, text in enumerate(nets):
        yield from _rule_net(text, (*path, index), f"{str(path[-1])[0].upper()}{str(path[-1])[1:]}[{index}]")


def _rule_net(text: str, path: Path, field: str) -> Iterator[Fault]:
    network = network_in(text)
    if network is None:
        yield Fault(path, f"invalid CIDR `{shortened(text)}`", _meant(text))
    elif "/" not in text:
        yield Fault(path, f"invalid CIDR `{text}`: the prefix length is missing", f"write `{network}`")
    elif has_host_bits(text, network):
        says = f"failed to validate Field: {field} because of Tag: net: `{text}` has bits set beyond the prefix length"
        yield Fault(path, says, f"write `{network}`")


def set_net_findings(nets: tuple[str, ...], path: Path) -> Iterator[Fault]:
    """Network sets take bare addresses, and networks with host bits."""
    for index, text in enumerate(nets):
        if network_in(text) is None:
            says = f"failed to validate Field: Nets[{index}] because of Tag: cidr: `{shortened(text)}` is no CIDR"
            hint = "host names belong in `allowedEgressDomains`" if is_host_name(text.removeprefix("*.")) else ""
            yield Fault((*path, index), says, hint or _meant(text))


def version_findings(rule: Rule, path: Path) -> Iterator[Fault]:
    """One IP version over all lists of a rule; reported at the list that breaks it."""
    seen: set[int] = set()
    for side, name, nets in _lists(rule):
        versions = {network.version for network in map(network_in, nets) if network}
        if rule.ip_version in (4, 6) and versions - {rule.ip_version}:
            says = f"rule IP version doesn't match CIDR version: the rule has `ipVersion: {rule.ip_version}`"
            yield Fault((*path, side, name), says)
        if versions and len(versions | seen) > 1:
            hint = "write one rule for each IP version"
            yield Fault((*path, side, name), "rule contains both IPv4 and IPv6 CIDRs", hint)
        seen |= versions


def _lists(rule: Rule) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    for side, entity in (("source", rule.source), ("destination", rule.destination)):
        if entity.nets:
            yield side, "nets", entity.nets
        if entity.not_nets:
            yield side, "notNets", entity.not_nets


def catch_all_findings(not_nets: tuple[str, ...], path: Path) -> Iterator[Fault]:
    for index, text in enumerate(not_nets):
        network = network_in(text)
        if network and network.prefixlen == 0:
            says = "catch-all CIDR in negation creates logical contradiction (matches no traffic)"
            yield Fault((*path, index), says)


def _meant(text: str) -> str:
    if is_host_name(text.removeprefix("*.")):
        return "host names belong in `destination.domains` of an egress Allow rule"
    host, slash, mask = text.partition("/")
    if slash and "." in mask:
        try:
            return f"write `{lenient_network(f'{host}/{mask}')}`"
        except ValueError:
            return ""
    return "write it in the IPv4 form" if text.lower().startswith("::ffff:") else ""
