"""A rule as one endpoint enforces it: what of it is left to ask of a packet.

A workload's own address is fixed when its chain is compiled, so whatever a rule asks of it is answered here, and
workloads for which the answers are the same share one chain. A host has many addresses: of it everything is asked.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from percale.policy.endpoints import Endpoint
from percale.policy.rules import OWN_SIDE, Action, Direction, Entity, IcmpMatch, Ports, Rule, ServiceRef, Side
from percale.selector import Selector
from percale.traffic.addresses import Address, Network
from percale.traffic.intervals import Intervals
from percale.traffic.protocols import ICMP, ICMPV6, PROTOCOLS_WITH_PORTS
from percale.traffic.regions import Region
from percale.traffic.traffic import ANY_ICMP, ANY_PORT, Traffic

#: Many rules ask for the same protocols and ports: such answers are kept.
_ASKED_OFTEN = 4096

_WITH_PORTS = Traffic.protocols(*sorted(PROTOCOLS_WITH_PORTS))


@dataclass(frozen=True, slots=True)
class NamedPorts:
    """(address, protocol, port) of every endpoint that the selector holds for and that has a port so called."""

    names: tuple[str, ...]
    selector: Selector | None


@dataclass(frozen=True, slots=True)
class Peer:
    """All that is present must hold of one end. `service` as a destination includes its ports."""

    nets: tuple[Network, ...] = ()
    not_nets: tuple[Network, ...] = ()
    selector: Selector | None = None
    not_selector: Selector | None = None
    named: NamedPorts | None = None
    not_named: NamedPorts | None = None
    service: ServiceRef | None = None


NOTHING = Peer()


@dataclass(frozen=True, slots=True)
class PeerRule:
    """`mark` names the rule's counter and action chain; the endpoint's own end asks nothing when it is a workload."""

    action: Action
    mark: str
    source: Peer
    destination: Peer
    traffic: Traffic

    @property
    def is_allow_all(self) -> bool:
        everyone = self.source == self.destination == NOTHING
        return self.action is Action.ALLOW and everyone and self.traffic == Traffic.everything()

    def end(self, side: Side) -> Peer:
        return self.source if side is Side.SOURCE else self.destination


@dataclass(frozen=True, slots=True)
class Answer:
    """What a rule asks of its own end, answered for one address: of equal answers equal rules are left."""

    holds: bool = True
    #: (protocol, port) of what is declared there under the names that the rule asks for, and asks not to be.
    named: frozenset[tuple[int, int]] = frozenset()
    not_named: frozenset[tuple[int, int]] = frozenset()


ASKED_NOTHING = Answer()


def asks(mine: Entity) -> bool:
    """Whether it depends on the own address what of the rule is left."""
    names = mine.ports.names or mine.not_ports.names
    return bool(mine.nets or mine.not_nets or mine.selector or mine.not_selector or names)


def answer(mine: Entity, own: Address, here: Iterable[Endpoint]) -> Answer:
    """`here` is every endpoint and network set that holds the address."""
    here = tuple(here)
    if not _holds_of(mine, own, here):
        return Answer(holds=False)
    declaring = [one for one in here if mine.selector is None or mine.selector.matches(one.labels)]
    return Answer(named=_declared(mine.ports, declaring), not_named=_declared(mine.not_ports, declaring))


def rules_of_workload(
    rule: Rule, mark: str, direction: Direction, version: int, answered: Answer
) -> Iterator[PeerRule]:
    """For one address of a workload: none when the rule cannot match, two for ports by number or by name."""
    side = OWN_SIDE[direction]
    mine = rule.entity(side)
    if not rule.applies_to_version(version) or not answered.holds:
        return
    traffic = _protocols(rule, version)
    if answered.named:
        traffic &= _own_ports(mine.ports, answered.named, side)
    elif mine.ports:
        traffic = _narrowed(traffic, mine.ports.numbers, side)
    if mine.not_ports:
        traffic -= _own_ports(mine.not_ports, answered.not_named, side)
    for peer, through in _by_port(rule.entity(side.other), version, traffic, side.other):
        source, destination = (peer, NOTHING) if side is Side.DESTINATION else (NOTHING, peer)
        yield PeerRule(rule.action, mark, source, destination, through)


def rules_of_host(rule: Rule, mark: str, version: int) -> Iterator[PeerRule]:
    """For a host endpoint: both ends are asked of the packet."""
    if not rule.applies_to_version(version):
        return
    for source, sent in _by_port(rule.source, version, _protocols(rule, version), Side.SOURCE):
        for destination, through in _by_port(rule.destination, version, sent, Side.DESTINATION):
            yield PeerRule(rule.action, mark, source, destination, through)


def _by_port(theirs: Entity, version: int, traffic: Traffic, side: Side) -> Iterator[tuple[Peer, Traffic]]:
    """Only where a packet has ports are they looked up: of another packet the same bytes mean something else."""
    peer = _peer(theirs, version)
    if theirs.not_ports:
        traffic -= _at_ports(theirs.not_ports.numbers, side)
    alternatives = [(peer, traffic)]
    if names := theirs.not_ports.names:
        unnamed = replace(peer, not_named=NamedPorts(names, theirs.selector))
        alternatives = [(peer, traffic - _WITH_PORTS), (unnamed, traffic & _WITH_PORTS)]
    elif peer.service and side is Side.DESTINATION:
        alternatives = [(peer, traffic & _WITH_PORTS)]
    for one, part in alternatives:
        yield from ((found, through) for found, through in _at_port(theirs, one, part, side) if through)


def _at_port(theirs: Entity, peer: Peer, traffic: Traffic, side: Side) -> Iterator[tuple[Peer, Traffic]]:
    if not theirs.ports:
        yield peer, traffic
    if theirs.ports.numbers:
        yield peer, _narrowed(traffic, theirs.ports.numbers, side)
    if theirs.ports.names:
        yield replace(peer, named=NamedPorts(theirs.ports.names, theirs.selector)), traffic & _WITH_PORTS


def _holds_of(mine: Entity, own: Address, here: Iterable[Endpoint]) -> bool:
    if mine.nets and not any(own in net for net in mine.nets):
        return False
    if any(own in net for net in mine.not_nets):
        return False
    if mine.selector and not any(mine.selector.matches(one.labels) for one in here):
        return False
    return not (mine.not_selector and any(mine.not_selector.matches(one.labels) for one in here))


def _protocols(rule: Rule, version: int) -> Traffic:
    return _asked_protocols(rule.protocol, rule.not_protocol, rule.icmp, rule.not_icmp, version)


@lru_cache(_ASKED_OFTEN)
def _asked_protocols(
    protocol: int | None, not_protocol: int | None, icmp: IcmpMatch | None, not_icmp: IcmpMatch | None, version: int
) -> Traffic:
    traffic = Traffic.everything() if protocol is None else Traffic.protocols(protocol)
    if not_protocol is not None:
        traffic -= Traffic.protocols(not_protocol)
    if icmp:
        traffic &= _icmp(icmp, version)
    if not_icmp:
        traffic -= _icmp(not_icmp, version)
    return traffic


def _icmp(wanted: IcmpMatch, version: int) -> Traffic:
    codes = ANY_ICMP if wanted.code is None else Intervals.single(wanted.code)
    number = ICMP if version == 4 else ICMPV6
    return Traffic.of({number: Region.product(Intervals.single(wanted.type), codes)})


@lru_cache(_ASKED_OFTEN)
def _narrowed(traffic: Traffic, numbers: Intervals, side: Side) -> Traffic:
    return traffic & _at_ports(numbers, side)


def _at_ports(numbers: Intervals, side: Side) -> Traffic:
    return Traffic.of({protocol: _region(numbers, side) for protocol in PROTOCOLS_WITH_PORTS})


def _region(numbers: Intervals, side: Side) -> Region:
    if side is Side.SOURCE:
        return Region.product(numbers, ANY_PORT)
    return Region.product(ANY_PORT, numbers)


def _declared(ports: Ports, declaring: Iterable[Endpoint]) -> frozenset[tuple[int, int]]:
    return frozenset(
        (port.protocol, port.number) for one in declaring for port in one.ports if port.name in ports.names
    )


def _own_ports(ports: Ports, named: Iterable[tuple[int, int]], side: Side) -> Traffic:
    traffic = _at_ports(ports.numbers, side)
    for protocol, number in named:
        traffic |= Traffic.of({protocol: _region(Intervals.single(number), side)})
    return traffic


def _peer(theirs: Entity, version: int) -> Peer:
    return Peer(
        nets=tuple(net for net in theirs.nets if net.version == version),
        not_nets=tuple(net for net in theirs.not_nets if net.version == version),
        selector=theirs.selector,
        not_selector=theirs.not_selector,
        service=theirs.service,
    )
