"""Rules held against points, which are single addresses at single ports."""

from collections.abc import Iterator
from enum import IntEnum
from functools import lru_cache

from percale.dataplane.membership import Membership
from percale.dataplane.peers import NOTHING, Peer, PeerRule
from percale.dataplane.rosters import Roster
from percale.policy.rules import Action, Side
from percale.traffic.addresses import Address
from percale.traffic.intervals import EMPTY
from percale.traffic.protocols import PROTOCOLS_WITH_PORTS
from percale.traffic.traffic import ANY_PORT, Traffic

#: Protocol and destination port.
Port = tuple[int, int]
Point = tuple[Address, int, int]

#: Beyond this a rule's points are better kept as a set of addresses that several classes share.
_MANY_POINTS = 4096
_MANY_PORTS = 64
#: Many rules ask for the same protocols and ports: such answers are kept.
_ASKED_OFTEN = 4096


class Covers(IntEnum):
    """Whether a rule decides each packet of a point. Of several conditions, the least certain tells."""

    NO = 0
    #: On the source port, or on the other end.
    DEPENDS = 1
    YES = 2


class AskedRule:
    """A rule, and the rosters that tell which addresses it is about; `side` is the end that points are of."""

    def __init__(self, rule: PeerRule, side: Side, membership: Membership, version: int) -> None:
        self.rule = rule
        self._peer = peer = rule.end(side)
        self._has_nets = bool(peer.nets or peer.not_nets)
        self._source = side is Side.SOURCE
        self._decides = rule.action is not Action.LOG and rule.end(side.other) == NOTHING
        self.members = membership.members(peer.selector, version) if peer.selector else None
        self._others = membership.members(peer.not_selector, version) if peer.not_selector else None
        self._named = membership.named_ports(peer.named, version) if peer.named else None
        self._not_named = membership.named_ports(peer.not_named, version) if peer.not_named else None
        self._service = membership.service(peer.service, version, ports=not self._source) if peer.service else None
        plain = not (peer.not_selector or peer.named or peer.not_named or peer.service)
        #: Where the rule may be a handful of points.
        self.ports = _destination_ports(rule.traffic) if self._decides and plain and peer.selector else ()
        self._covered_ports: dict[Port, Covers] = {}

    @property
    def rosters(self) -> Iterator[Roster]:
        asked: tuple[Roster | None, ...] = (self.members, self._others, self._named, self._not_named, self._service)
        return filter(None, asked)

    @property
    def is_pointlike(self) -> bool:
        """Whether points are all that it matches, and a handful of them."""
        return bool(self.ports) and not (self.members and self.members.networks) and self.most_points <= _MANY_POINTS

    @property
    def most_points(self) -> int:
        return len(self.members.elements) * len(self.ports) if self.members else 0

    @property
    def covers_every_address(self) -> bool:
        return self._peer == NOTHING

    def is_in_nets(self, address: Address) -> bool:
        return not self._has_nets or _in_nets(address, self._peer)

    def covers(self, address: Address, port: Port) -> Covers:
        most = Covers.YES if self._decides else Covers.DEPENDS
        return min(most, self.covers_port(port), self._covers_address(address), self._covers_both((address, *port)))

    def covers_port(self, port: Port) -> Covers:
        if port not in self._covered_ports:
            self._covered_ports[port] = _covers_port(self.rule.traffic, port)
        return self._covered_ports[port]

    def _covers_address(self, address: Address) -> Covers:
        holds = _in_nets(address, self._peer)
        if holds and self.members:
            holds = address in self.members
        if holds and self._others:
            holds = address not in self._others
        return Covers.YES if holds else Covers.NO

    def _covers_both(self, point: Point) -> Covers:
        """What ties addresses to ports. Of the source it is not the destination port that is so called."""
        if self._service and (point[:1] if self._source else point) not in self._service.elements:
            return Covers.NO
        if self._source and (self._named or self._not_named):
            return Covers.DEPENDS
        if self._named and point not in self._named.elements:
            return Covers.NO
        if self._not_named and point in self._not_named.elements:
            return Covers.NO
        return Covers.YES


def _covers_port(traffic: Traffic, port: Port) -> Covers:
    protocol, number = port
    sources = EMPTY
    for xs, ys in traffic.region(protocol).bands:
        if number in ys:
            sources |= xs
    if not sources:
        return Covers.NO
    return Covers.YES if sources == ANY_PORT else Covers.DEPENDS


def _in_nets(address: Address, peer: Peer) -> bool:
    if peer.nets and not any(address in net for net in peer.nets):
        return False
    return not any(address in net for net in peer.not_nets)


@lru_cache(_ASKED_OFTEN)
def _destination_ports(traffic: Traffic) -> tuple[Port, ...]:
    """Those that say all of the traffic, when they are few; none otherwise."""
    if traffic.rest:
        return ()
    found: list[Port] = []
    for protocol, region in traffic.regions:
        if protocol not in PROTOCOLS_WITH_PORTS or len(region.bands) != 1:
            return ()
        (sources, destinations) = region.bands[0]
        if sources != ANY_PORT or destinations.count > _MANY_PORTS:
            return ()
        found += [(protocol, port) for first, last in destinations for port in range(first, last + 1)]
    return tuple(found)
