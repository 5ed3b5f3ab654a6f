"""The chains that hang on the kernel's hooks, and the backstops behind every lookup.

Only ever drop: accept in one table never overrides a drop in another, so whatever else filters on the host keeps its
say. No packet mark is used, since every bit of it belongs to somebody.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from percale.dataplane import naming
from percale.dataplane.ruleset import (
    Chain,
    Compare,
    Dispatch,
    Field,
    Goto,
    Hook,
    Jump,
    Key,
    Lookup,
    Match,
    Rule,
    Set,
    Verdict,
)
from percale.policy.settings import HostSettings, ToHost
from percale.traffic.addresses import Address, Network
from percale.traffic.protocols import ICMPV6

#: Before Kubernetes, Docker and firewalld at 0, after everybody's destination NAT; never 0 itself, where the order
#: of registration would decide.
_FILTER = -5
#: Before connection tracking.
_RAW = -305

#: Neighbour discovery and multicast listener messages, without which IPv6 does not work on a link.
_NEIGHBOUR_DISCOVERY = (130, 131, 132, 133, 134, 135, 136, 143)


@dataclass(frozen=True, slots=True)
class WorkloadInterface:
    """The host's end of a pod's link, and the only addresses that may come in by it."""

    name: str
    addresses: tuple[Address, ...]
    #: A bridge port: its packets come to the IP hooks as the bridge's, so sources are checked in the bridge.
    bridged: bool = False


def stage_chains(version: int, guarded: tuple[Network, ...]) -> Iterator[Chain]:
    """What an egress verdict goes on to, what an ingress verdict goes on to, and where strays end."""
    guards = [net for net in guarded if net.version == version]
    yield Chain(naming.OK, (Rule((), (Verdict.ACCEPT,)),))
    yield Chain(
        naming.TO_POD,
        (
            Rule((), (Dispatch((Field.DADDR,), naming.INGRESS_OF),)),
            *(_unknown_destination(net) for net in guards),
            Rule((), (Goto(naming.OK),)),
        ),
    )
    yield Chain(
        naming.STRAY,
        tuple(
            Rule((Lookup((field,), naming.LOCAL),), (Verdict.DROP,), "connection tracking finds it invalid")
            for field in (Field.SADDR, Field.DADDR)
        ),
    )


def _unknown_destination(net: Network) -> Rule:
    """A pod that nobody has told us of yet; the host may have an address of its own among the pods'."""
    matches: tuple[Match, ...] = (
        Compare(Field.DADDR, net),
        Compare(Field.DESTINATION_TYPE, "local", negated=True),
    )
    return Rule(matches, (Verdict.DROP,), "no such pod is known")


def hook_chains(version: int, guarded: tuple[Network, ...], settings: HostSettings) -> Iterator[Chain]:
    guards = tuple(
        Rule((Compare(Field.SADDR, net),), (Verdict.DROP,), "no such pod is known")
        for net in guarded
        if net.version == version
    )
    strays = (Rule((Compare(Field.CT_STATE, "invalid"),), (Jump(naming.STRAY),)),) if settings.drops_invalid else ()
    first = (Rule((Compare(Field.CT_STATE, ("established", "related")),), (Verdict.ACCEPT,)), *strays)
    from_pods = Rule((), (Dispatch((Field.SADDR,), naming.EGRESS_OF),))
    yield Chain(
        "forward",
        (*_on_link(version), *first, from_pods, *guards, Rule((), (Jump(naming.TO_POD),))),
        Hook("forward", _FILTER),
    )
    refused = (Rule((Lookup((Field.SADDR,), naming.LOCAL),), (Verdict.DROP,), "pods may not reach the host"),)
    own_host = refused if settings.to_host is ToHost.DROP else (from_pods, *guards)
    yield Chain("input", (*_to_neighbour(version), *first, *own_host), Hook("input", _FILTER))


def _on_link(version: int) -> tuple[Rule, ...]:
    """Neighbour discovery between ports of one bridge: a hop limit of 255 has crossed no router."""
    if version == 4:
        return ()
    return (Rule((*discovery(), Compare(Field.HOP_LIMIT, 255)), (Verdict.ACCEPT,)),)


def _to_neighbour(version: int) -> tuple[Rule, ...]:
    """From pod to host these pass whatever policy says."""
    return () if version == 4 else (Rule(discovery(), (Verdict.ACCEPT,)),)


def discovery() -> tuple[Match, Match]:
    return Compare(Field.L4PROTO, ICMPV6), Compare(Field.ICMP_TYPE, _NEIGHBOUR_DISCOVERY)


def source_checks(version: int) -> Chain:
    """No packet comes in from a pod under an address that is not its own, nor from elsewhere under a pod's."""
    return Chain(
        "prerouting",
        (
            # First, since nearly every packet of a pod ends here: the route back is a costly question.
            Rule((Lookup((Field.IIFNAME, Field.SADDR), naming.SOURCES),), (Verdict.ACCEPT,)),
            *_link_local(version),
            Rule((Lookup((Field.IIFNAME,), naming.WORKLOAD_INTERFACES),), (Verdict.DROP,), "not this pod's address"),
            Rule(
                (Lookup((Field.SADDR,), naming.LOCAL), Compare(Field.REVERSE_ROUTE, "missing")),
                (Verdict.DROP,),
                "a pod's address from elsewhere",
            ),
        ),
        Hook("prerouting", _RAW),
    )


def _link_local(version: int) -> tuple[Rule, ...]:
    if version == 4:
        return ()
    return tuple(
        Rule((Compare(Field.SADDR, net),), (Verdict.ACCEPT,), "never leaves its link") for net in ("fe80::/10", "::")
    )


def source_sets(interfaces: tuple[WorkloadInterface, ...], version: int) -> Iterator[Set]:
    key = Key.IPV4 if version == 4 else Key.IPV6
    names = frozenset((one.name,) for one in interfaces)
    pairs = frozenset(
        (one.name, address) for one in interfaces for address in one.addresses if address.version == version
    )
    yield Set(naming.WORKLOAD_INTERFACES, (Key.INTERFACE,), names)
    yield Set(naming.SOURCES, (Key.INTERFACE, key), pairs)
