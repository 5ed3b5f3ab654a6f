"""The rules of a tier, as many of them as possible answered by one hash lookup.

A rule that matches single addresses at single ports is a set of points (address, protocol, port), and such rules
together are a map from points to what the first rule that has the point says. One lookup then costs the same for ten
policies and for five thousand.

Where other rules stand between them, the map is asked before those all the same. It leaves out the points that such a
rule decides, and a point that one of them may decide keeps its rule where it stands.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from itertools import groupby, product

from percale.dataplane.membership import Membership
from percale.dataplane.peers import NOTHING, Peer, PeerRule
from percale.policy.rules import Action, Side
from percale.traffic.addresses import Address
from percale.traffic.intervals import EMPTY
from percale.traffic.protocols import PROTOCOLS_WITH_PORTS
from percale.traffic.traffic import ANY_PORT, Traffic

#: Protocol and destination port.
Port = tuple[int, int]
Point = tuple[Address, int, int]

#: Fewer are as quick rule by rule.
_FEWEST_RULES = 4
#: Beyond this a rule's points are better kept as a set of addresses that several classes share.
_MANY_POINTS = 4096
_MANY_PORTS = 64
#: So often is a point of a tier held against a rule before it; rules beyond that stay where they stand.
_MOST_QUESTIONS = 200_000


@dataclass(frozen=True, slots=True)
class PointMap:
    """What the first rule with the point says, by its mark, for every point of several rules."""

    marks: tuple[tuple[Point, str], ...]


Segment = PeerRule | PointMap


def segments(
    rules: Iterable[PeerRule], side: Side, membership: Membership, version: int, room: int
) -> Iterator[Segment]:
    """What is asked in turn until something decides; `side` is the end that the points are of.

    Only runs of rules become maps where more than `room` points would have to be brought forward.
    """
    asked = [_Asked(rule, side, membership, version) for rule in rules]
    marks, rest = _brought_forward(asked, room)
    if marks:
        yield _point_map(marks)
    for pointlike, group in groupby(rest, key=lambda one: one.points is not None):
        run = list(group)
        if pointlike and len(run) >= _FEWEST_RULES:
            yield _point_map({point: one.rule.mark for one in reversed(run) for point in one.points or ()})
        else:
            yield from (one.rule for one in run)


def _point_map(marks: dict[Point, str]) -> PointMap:
    return PointMap(tuple(sorted(marks.items(), key=lambda item: (int(item[0][0]), *item[0][1:]))))


def _brought_forward(rules: "list[_Asked]", room: int) -> "tuple[dict[Point, str], list[_Asked]]":
    """Points that may be asked for before all the rules, with their marks, and the rules that are left then."""
    marks: dict[Point, str] = {}
    passed_over: list[_Asked] = []
    forward = questions = 0
    for one in rules:
        new = None
        if one.points is not None:
            questions += len(one.points) * len(passed_over)
            if questions <= _MOST_QUESTIONS:
                new = _new_points(one.points, marks, passed_over)
        if new is None:
            passed_over.append(one)
        else:
            marks |= dict.fromkeys(new, one.rule.mark)
            forward += bool(new)
            if len(marks) > room:
                return {}, rules
    return (marks, passed_over) if forward >= _FEWEST_RULES else ({}, rules)


def _new_points(points: "Points", marks: dict[Point, str], passed_over: "Sequence[_Asked]") -> set[Point] | None:
    """Those that nothing before the rule decides; None where that depends on more than the point."""
    new = {point for point in points if point not in marks}
    for before in passed_over:
        for point in points.at(port for port in points.ports if before.covers_port(port)):
            if point in new and (covered := before.covers(point)):
                if covered is Covers.DEPENDS:
                    return None
                new.remove(point)
    return new


class Covers(IntEnum):
    """Whether a rule decides each packet of a point. Of several conditions, the least certain tells."""

    NO = 0
    #: On the source port, or on the other end.
    DEPENDS = 1
    YES = 2


@dataclass(frozen=True, slots=True)
class Points:
    """Each of the addresses at each of the ports."""

    addresses: tuple[Address, ...]
    ports: tuple[Port, ...]

    def __len__(self) -> int:
        return len(self.addresses) * len(self.ports)

    def __iter__(self) -> Iterator[Point]:
        return self.at(self.ports)

    def at(self, ports: Iterable[Port]) -> Iterator[Point]:
        return ((address, *port) for port, address in product(ports, self.addresses))


class _Asked:
    """A rule with its answers about points, each worked out once."""

    def __init__(self, rule: PeerRule, side: Side, membership: Membership, version: int) -> None:
        self.rule = rule
        self._side = side
        self._peer = rule.end(side)
        self._membership = membership
        self._version = version
        self._decides = rule.action is not Action.LOG and rule.end(side.other) == NOTHING
        self.points = self._points()
        self.covers_port = cache(self._covers_port)
        self._covers_address = cache(self._covers_address_alone)

    def covers(self, point: Point) -> Covers:
        address, protocol, port = point
        most = Covers.YES if self._decides else Covers.DEPENDS
        return min(most, self.covers_port((protocol, port)), self._covers_address(address), self._covers_both(point))

    def _covers_port(self, port: Port) -> Covers:
        protocol, number = port
        sources = EMPTY
        for xs, ys in self.rule.traffic.region(protocol).bands:
            if number in ys:
                sources |= xs
        if not sources:
            return Covers.NO
        return Covers.YES if sources == ANY_PORT else Covers.DEPENDS

    def _covers_address_alone(self, address: Address) -> Covers:
        peer = self._peer
        holds = _in_nets(address, peer)
        if holds and peer.selector:
            holds = address in self._membership.members(peer.selector, self._version)
        if holds and peer.not_selector:
            holds = address not in self._membership.members(peer.not_selector, self._version)
        return Covers.YES if holds else Covers.NO

    def _covers_both(self, point: Point) -> Covers:
        """What ties addresses to ports. Of the source it is not the destination port that is so called."""
        peer, source = self._peer, self._side is Side.SOURCE
        if peer.service:
            behind = self._membership.service(peer.service, self._version)
            if not (any(point[0] == one[0] for one in behind) if source else point in behind):
                return Covers.NO
        if source and (peer.named or peer.not_named):
            return Covers.DEPENDS
        if peer.named and point not in self._membership.named_ports(peer.named, self._version):
            return Covers.NO
        if peer.not_named and point in self._membership.named_ports(peer.not_named, self._version):
            return Covers.NO
        return Covers.YES

    def _points(self) -> Points | None:
        """All that the rule matches; None for a rule that is not a handful of points."""
        peer, ports = self._peer, _destination_ports(self.rule.traffic)
        if not (self._decides and ports and peer.selector and _is_plain(peer)):
            return None
        members = self._membership.members(peer.selector, self._version)
        if members.networks:
            return None
        inside: Iterable[Address] = members.addresses
        if peer.nets or peer.not_nets:
            inside = (one for one in members.addresses if _in_nets(one, peer))
        points = Points(tuple(inside), ports)
        return points if len(points) <= _MANY_POINTS else None


def _is_plain(peer: Peer) -> bool:
    return not (peer.not_selector or peer.named or peer.not_named or peer.service)


def _in_nets(address: Address, peer: Peer) -> bool:
    if peer.nets and not any(address in net for net in peer.nets):
        return False
    return not any(address in net for net in peer.not_nets)


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
