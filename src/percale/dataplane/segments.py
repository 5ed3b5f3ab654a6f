"""Runs of rules that one hash lookup can answer for.

A rule that matches single addresses at single ports is a set of points (address, protocol, port), and a run of such
rules is a map from points to what the first rule that has the point says. One lookup then costs the same for ten
policies and for five thousand (dataplane notes §2).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from percale.dataplane.membership import Membership
from percale.dataplane.peers import NOTHING, Peer, PeerRule
from percale.policy.rules import Action, Side
from percale.traffic.addresses import Address
from percale.traffic.protocols import PROTOCOLS_WITH_PORTS
from percale.traffic.traffic import ANY_PORT, Traffic

Point = tuple[Address, int, int]

#: A shorter run is as quick rule by rule.
_SHORTEST_RUN = 4
#: Beyond this a rule's points are better kept as a set of addresses that several classes share.
_MANY_POINTS = 4096
_MANY_PORTS = 64


@dataclass(frozen=True, slots=True)
class PointMap:
    """What the first rule with the point says, by its mark, for every point of a run."""

    marks: tuple[tuple[Point, str], ...]


Segment = PeerRule | PointMap


def segments(rules: Iterable[PeerRule], side: Side, membership: Membership, version: int) -> Iterator[Segment]:
    """The rules in order, long runs of pointlike ones replaced by maps; `side` is the end that the points are of."""
    with_points = [(rule, _points(rule, side, membership, version)) for rule in rules]
    for pointlike, group in groupby(with_points, key=lambda pair: pair[1] is not None):
        run = list(group)
        if pointlike and len(run) >= _SHORTEST_RUN:
            yield _merged(run)
        else:
            yield from (rule for rule, _ in run)


def _merged(run: list[tuple[PeerRule, frozenset[Point] | None]]) -> PointMap:
    marks: dict[Point, str] = {}
    for rule, points in run:
        for point in points or ():
            marks.setdefault(point, rule.mark)
    return PointMap(tuple(sorted(marks.items(), key=lambda item: (int(item[0][0]), *item[0][1:]))))


def _points(rule: PeerRule, side: Side, membership: Membership, version: int) -> frozenset[Point] | None:
    """Every point that the rule matches, or None for a rule that is not a handful of points."""
    peer, ports = rule.end(side), _destination_ports(rule.traffic)
    if rule.action is Action.LOG or rule.end(side.other) != NOTHING or peer.selector is None:
        return None
    if ports is None or not _is_plain(peer):
        return None
    if membership.networks(peer.selector, version):
        return None
    addresses = [one for one in membership.addresses(peer.selector, version) if _in_nets(one, peer)]
    if len(addresses) * len(ports) > _MANY_POINTS:
        return None
    return frozenset((address, protocol, port) for address in addresses for protocol, port in ports)


def _is_plain(peer: Peer) -> bool:
    return not (peer.not_selector or peer.named or peer.not_named or peer.service)


def _in_nets(address: Address, peer: Peer) -> bool:
    if peer.nets and not any(address in net for net in peer.nets):
        return False
    return not any(address in net for net in peer.not_nets)


def _destination_ports(traffic: Traffic) -> list[tuple[int, int]] | None:
    """(protocol, port) pairs that say all of the traffic, when they are few."""
    if traffic.rest:
        return None
    found: list[tuple[int, int]] = []
    for protocol, region in traffic.regions:
        if protocol not in PROTOCOLS_WITH_PORTS or len(region.bands) != 1:
            return None
        (sources, destinations) = region.bands[0]
        if sources != ANY_PORT or len(destinations) > _MANY_PORTS:
            return None
        found += [(protocol, port) for first, last in destinations for port in range(first, last + 1)]
    return found
