"""Sources checked at the ports of a bridge, where alone the port is known.

The IP hooks see a bridged packet as the bridge's. Connection tracking does not exist in this family, and is not
needed to tell whether an address belongs to a port.
"""

from percale.dataplane import naming
from percale.dataplane.base_chains import WorkloadInterface
from percale.dataplane.ruleset import (
    Chain,
    Compare,
    Family,
    Field,
    Hook,
    Key,
    Lookup,
    Match,
    Rule,
    Set,
    Table,
    Verdict,
)

_BEFORE_BRIDGE_NAT = -305
_SOURCES_4, _SOURCES_6 = f"{naming.SOURCES}4", f"{naming.SOURCES}6"


def bridge_table(interfaces: tuple[WorkloadInterface, ...]) -> Table:
    ports = tuple(one for one in interfaces if one.bridged)
    sets = (
        Set(naming.WORKLOAD_INTERFACES, (Key.INTERFACE,), frozenset((one.name,) for one in ports)),
        _pairs(_SOURCES_4, Key.IPV4, ports, 4),
        _pairs(_SOURCES_6, Key.IPV6, ports, 6),
    )
    link_local = tuple(
        Rule((Compare(Field.ETHER_TYPE, "ip6"), Compare(Field.IP6_SADDR, net)), (Verdict.ACCEPT,))
        for net in ("fe80::/10", "::")
    )
    checks = (
        _check("ip", Field.IP_SADDR, _SOURCES_4),
        _check("ip6", Field.IP6_SADDR, _SOURCES_6),
        _check("arp", Field.ARP_SADDR, _SOURCES_4),
    )
    chain = Chain("prerouting", (*link_local, *checks), Hook("prerouting", _BEFORE_BRIDGE_NAT))
    return Table(Family.BRIDGE, {chain.name: chain}, {one.name: one for one in sets})


def _pairs(name: str, key: Key, ports: tuple[WorkloadInterface, ...], version: int) -> Set:
    pairs = ((one.name, address) for one in ports for address in one.addresses if address.version == version)
    return Set(name, (Key.INTERFACE, key), frozenset(pairs))


def _check(ether_type: str, source: Field, allowed: str) -> Rule:
    matches: tuple[Match, ...] = (
        Compare(Field.ETHER_TYPE, ether_type),
        Lookup((Field.IIFNAME,), naming.WORKLOAD_INTERFACES),
        Lookup((Field.IIFNAME, source), allowed, negated=True),
    )
    return Rule(matches, (Verdict.DROP,), "not this pod's address")
