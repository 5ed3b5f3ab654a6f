"""A rule once its own side is known: what is left to ask is the peer's address and the traffic.

The endpoint's own address is fixed when its chain is compiled, so whatever a rule asks of it is answered here, and
endpoints for which the answers are the same share one chain.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from percale.policy.rules import OWN_SIDE, Action, Direction, Entity, IcmpMatch, Ports, Rule, ServiceRef, Side
from percale.policy.world import World
from percale.selector import Selector
from percale.traffic.addresses import Address, Network
from percale.traffic.intervals import Intervals
from percale.traffic.protocols import ICMP, ICMPV6, PROTOCOLS_WITH_PORTS
from percale.traffic.regions import Region
from percale.traffic.traffic import ANY_ICMP, ANY_PORT, Traffic

_WITH_PORTS = Traffic.protocols(*sorted(PROTOCOLS_WITH_PORTS))


@dataclass(frozen=True, slots=True)
class NamedPorts:
    """(address, protocol, port) of every endpoint that the selector holds for and that has a port so called."""

    names: tuple[str, ...]
    selector: Selector | None


@dataclass(frozen=True, slots=True)
class Peer:
    """All that is present must hold of the peer. `service` as a destination includes its ports."""

    nets: tuple[Network, ...] = ()
    not_nets: tuple[Network, ...] = ()
    selector: Selector | None = None
    not_selector: Selector | None = None
    named: NamedPorts | None = None
    not_named: NamedPorts | None = None
    service: ServiceRef | None = None


@dataclass(frozen=True, slots=True)
class PeerRule:
    """`mark` names the rule's counter and action chain."""

    action: Action
    mark: str
    peer: Peer
    traffic: Traffic

    @property
    def is_allow_all(self) -> bool:
        return self.action is Action.ALLOW and self.peer == Peer() and self.traffic == Traffic.everything()


def peer_rules(rule: Rule, mark: str, direction: Direction, own: Address, world: World) -> Iterator[PeerRule]:
    """The rule for one address of an endpoint: none when it cannot match, two for ports by number or by name."""
    own_side = OWN_SIDE[direction]
    mine, theirs = rule.entity(own_side), rule.entity(own_side.other)
    if not rule.applies_to_version(own.version) or not _holds_of(mine, own, world):
        return
    traffic = _protocols(rule, own.version)
    if mine.ports:
        traffic &= _own_ports(mine.ports, mine, own_side, own, world)
    if mine.not_ports:
        traffic -= _own_ports(mine.not_ports, mine, own_side, own, world)
    if theirs.not_ports:
        traffic -= _at_ports(theirs.not_ports.numbers, own_side.other)
    for peer, through in _by_port(theirs, _peer(theirs, own.version), traffic, own_side.other):
        if through:
            yield PeerRule(rule.action, mark, peer, through)


def _by_port(theirs: Entity, peer: Peer, traffic: Traffic, side: Side) -> Iterator[tuple[Peer, Traffic]]:
    """Only where a packet has ports are they looked up: of another packet the same bytes mean something else."""
    with_ports, without = traffic & _WITH_PORTS, traffic - _WITH_PORTS
    if names := theirs.not_ports.names:
        yield from _at_port(theirs, peer, without, side)
        yield from _at_port(theirs, replace(peer, not_named=NamedPorts(names, theirs.selector)), with_ports, side)
    elif peer.service and side is Side.DESTINATION:
        yield from _at_port(theirs, peer, with_ports, side)
    else:
        yield from _at_port(theirs, peer, traffic, side)


def _at_port(theirs: Entity, peer: Peer, traffic: Traffic, side: Side) -> Iterator[tuple[Peer, Traffic]]:
    if not theirs.ports:
        yield peer, traffic
    if theirs.ports.numbers:
        yield peer, traffic & _at_ports(theirs.ports.numbers, side)
    if theirs.ports.names:
        yield replace(peer, named=NamedPorts(theirs.ports.names, theirs.selector)), traffic & _WITH_PORTS


def _holds_of(mine: Entity, own: Address, world: World) -> bool:
    if mine.nets and not any(own in net for net in mine.nets):
        return False
    if any(own in net for net in mine.not_nets):
        return False
    here = list(world.objects_at(own))
    if mine.selector and not any(mine.selector.matches(one.labels) for one in here):
        return False
    return not (mine.not_selector and any(mine.not_selector.matches(one.labels) for one in here))


def _protocols(rule: Rule, version: int) -> Traffic:
    traffic = Traffic.everything() if rule.protocol is None else Traffic.protocols(rule.protocol)
    if rule.not_protocol is not None:
        traffic -= Traffic.protocols(rule.not_protocol)
    if rule.icmp:
        traffic &= _icmp(rule.icmp, version)
    if rule.not_icmp:
        traffic -= _icmp(rule.not_icmp, version)
    return traffic


def _icmp(wanted: IcmpMatch, version: int) -> Traffic:
    codes = ANY_ICMP if wanted.code is None else Intervals.single(wanted.code)
    number = ICMP if version == 4 else ICMPV6
    return Traffic.of({number: Region.product(Intervals.single(wanted.type), codes)})


def _at_ports(numbers: Intervals, side: Side) -> Traffic:
    return Traffic.of({protocol: _region(numbers, side) for protocol in PROTOCOLS_WITH_PORTS})


def _region(numbers: Intervals, side: Side) -> Region:
    if side is Side.SOURCE:
        return Region.product(numbers, ANY_PORT)
    return Region.product(ANY_PORT, numbers)


def _own_ports(ports: Ports, mine: Entity, side: Side, own: Address, world: World) -> Traffic:
    traffic = _at_ports(ports.numbers, side)
    for one in world.objects_at(own):
        if mine.selector is None or mine.selector.matches(one.labels):
            for declared in one.ports:
                if declared.name in ports.names:
                    region = _region(Intervals.single(declared.number), side)
                    traffic |= Traffic.of({declared.protocol: region})
    return traffic


def _peer(theirs: Entity, version: int) -> Peer:
    return Peer(
        nets=tuple(net for net in theirs.nets if net.version == version),
        not_nets=tuple(net for net in theirs.not_nets if net.version == version),
        selector=theirs.selector,
        not_selector=theirs.not_selector,
        service=theirs.service,
    )
