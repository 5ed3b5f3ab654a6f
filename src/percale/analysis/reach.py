"""Can A reach B: one flow put to the judge, under everything that could still be so.

A workload in a manifest has no address yet, a network has many, and a client's port is the kernel's choice. The rules
of a world tell apart only so many of each, so one packet for each of the kinds that they do tell apart is enough to
know the answer, or to know that it depends.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain, pairwise, product

from percale.analysis.crossings import judged
from percale.analysis.parties import Party
from percale.errors import PercaleError
from percale.policy.rules import Direction, Rule, Side
from percale.policy.selection import Staged
from percale.policy.verdict import Verdict
from percale.policy.world import World
from percale.selector import Selector
from percale.traffic.addresses import Address, AddressSet, Network, address_at
from percale.traffic.intervals import Intervals
from percale.traffic.packet import Packet
from percale.traffic.protocols import ICMP, ICMPV6, PROTOCOLS_WITH_PORTS
from percale.traffic.regions import Region
from percale.traffic.traffic import Traffic

#: The ports that Linux gives to clients unless told otherwise: net.ipv4.ip_local_port_range.
CLIENT_PORTS = Intervals(((32768, 60999),))

#: Beyond this many combinations the question is too open to be worth asking.
_MANY = 20_000


class TooOpen(PercaleError):
    """More kinds of packets than are sensible to try."""


@dataclass(frozen=True, slots=True)
class Wire:
    """What the flow is on the wire; `source_ports` are those that the client may have."""

    protocol: int
    port: int = 0
    source_ports: Intervals = CLIENT_PORTS
    icmp_type: int = 0
    icmp_code: int = 0

    @property
    def traffic(self) -> Traffic:
        if self.protocol in PROTOCOLS_WITH_PORTS:
            return Traffic.of({self.protocol: Region.product(self.source_ports, Intervals.single(self.port))})
        if self.protocol in (ICMP, ICMPV6):
            kind = Region.product(Intervals.single(self.icmp_type), Intervals.single(self.icmp_code))
            return Traffic.of({self.protocol: kind})
        return Traffic.protocols(self.protocol)


@dataclass(frozen=True, slots=True)
class Case:
    """One packet of its kind, in a world where both parties are where the packet has them.

    `pending` is what the verdict would be if every staged policy were enforced.
    """

    world: World
    verdict: Verdict
    pending: Verdict


@dataclass(frozen=True, slots=True)
class Answer:
    """The cases that differ in their verdict, allow first."""

    cases: tuple[Case, ...]

    @property
    def is_certain(self) -> bool:
        return len(self.cases) == 1

    @property
    def allowed(self) -> bool:
        return all(case.verdict.allowed for case in self.cases)


def ask(world: World, source: Party, destination: Party, wire: Wire, *, version: int) -> Answer:
    """Of one IP version; no verdict at all where a party has no address of that version."""
    rules = list(_rules(world, source, destination))
    ends = [list(_representatives(world, rules, one, version)) for one in (source, destination)]
    ports = list(_source_ports(world, rules, wire))
    if len(ends[0]) * len(ends[1]) * len(ports) > _MANY:
        raise TooOpen(
            f"the rules tell apart too many addresses of {source.name} and {destination.name}",
            hint="give --pod-network, or ask about a smaller network",
        )
    found: dict[bool, Case] = {}
    for (one, other), port in product(product(ends[0], ends[1]), ports):
        if one != other:
            numbers = (wire.protocol, port, wire.port, wire.icmp_type, wire.icmp_code)
            packet = Packet(one, other, *numbers, destination_name=destination.domain)
            placed = _with_parties(world, (source, one), (destination, other))
            verdict = judged(placed, packet, source.host, destination.host)
            if verdict.allowed not in found:
                pending = judged(placed, packet, source.host, destination.host, staged=Staged.AS_IF_ENFORCED)
                found[verdict.allowed] = Case(placed, verdict, pending)
    return Answer(tuple(found[allowed] for allowed in (True, False) if allowed in found))


def _with_parties(world: World, *places: tuple[Party, Address]) -> World:
    """Both ends where the packet has them; a workload that has its addresses keeps them all."""
    # Of a workload that talks to itself, one replica talks to another: then both addresses are its own.
    moved = {
        one.endpoint: tuple(at for other, at in places if other.endpoint is one.endpoint)
        for one, _ in places
        if one.endpoint and not one.endpoint.networks
    }
    if not moved:
        return world
    # Not by name, which a Deployment and a StatefulSet may share.
    return replace(world, workloads=tuple(one.at(*moved[one]) if one in moved else one for one in world.workloads))


def _rules(world: World, source: Party, destination: Party) -> Iterator[Rule]:
    """Those that can be asked: of policies that select one of the two, in its direction; of hosts, all."""
    asked = [
        (source.host or source.endpoint, Direction.EGRESS),
        (destination.host or destination.endpoint, Direction.INGRESS),
    ]
    for policy in world.policies.policies:
        for endpoint, direction in asked:
            if endpoint and policy.subject.matches(endpoint.labels):
                yield from policy.rules(direction)


def _representatives(world: World, rules: Iterable[Rule], one: Party, version: int) -> Iterator[Address]:
    """An address of each kind: which networks of rules and sets hold it is all that can matter."""
    if one.endpoint and one.endpoint.networks:
        yield from (address for address in one.endpoint.addresses if address.version == version)
        return
    taken = AddressSet.of(network for other in world.workloads for network in other.networks)
    possible = AddressSet.of(one.of_version(version)) - taken
    nets = {net for net in _networks(world, rules) if net.version == version}
    # Two of each kind, so that both parties can have one.
    found: Counter[frozenset[Network]] = Counter()
    for first, last in _alike(possible.version(version), nets):
        kind = frozenset(net for net in nets if address_at(first, version) in net)
        for number in range(first, min(first + 2 - found[kind], last + 1)):
            found[kind] += 1
            yield address_at(number, version)


def _alike(possible: Intervals, nets: Iterable[Network]) -> Iterator[tuple[int, int]]:
    """What is possible, cut wherever a network begins or ends."""
    edges = {edge for net in nets for edge in (int(net[0]), int(net[-1]) + 1)}
    for first, last in possible:
        cuts = sorted({first, last + 1, *(edge for edge in edges if first < edge <= last)})
        yield from ((cut, following - 1) for cut, following in pairwise(cuts))


def _networks(world: World, rules: Iterable[Rule]) -> Iterator[Network]:
    """Of the rules, and of the network sets that one of their selectors holds for."""
    selectors: set[Selector] = set()
    for rule in rules:
        for side in Side:
            entity = rule.entity(side)
            yield from (*entity.nets, *entity.not_nets)
            selectors |= {one for one in (entity.selector, entity.not_selector) if one}
    for one in world.network_sets:
        if any(selector.matches(one.labels) for selector in selectors):
            yield from one.networks


def _source_ports(world: World, rules: Iterable[Rule], wire: Wire) -> Iterator[int]:
    if wire.protocol not in PROTOCOLS_WITH_PORTS:
        yield 0
        return
    # By its name a rule may ask for any port that a workload declares.
    declared = [(port.number, port.number) for one in world.workloads for port in one.ports if port.name]
    spans = chain(declared, *(_port_spans(rule) for rule in rules))
    cuts = {edge for span in spans for edge in (span[0], span[1] + 1)}
    yield from sorted({first for first, _ in wire.source_ports} | {cut for cut in cuts if cut in wire.source_ports})


def _port_spans(rule: Rule) -> Iterator[tuple[int, int]]:
    yield from rule.source.ports.numbers
    yield from rule.source.not_ports.numbers
