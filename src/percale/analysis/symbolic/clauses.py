"""Rules as sets: on the wire, of the policy's own endpoint, and of its peer."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Generic, TypeVar

from pyroaring import FrozenBitMap

from percale.analysis.symbolic.cells import Cells
from percale.analysis.symbolic.identities import Identities
from percale.policy.rules import ANYONE, OWN_SIDE, Action, Direction, Entity, IcmpMatch, Ports, Rule, ServiceRef, Side
from percale.traffic.intervals import Intervals
from percale.traffic.protocols import ICMP, ICMPV6, PROTOCOLS_WITH_PORTS
from percale.traffic.traffic import ANY_ICMP, ANY_PORT

S = TypeVar("S")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Choice(Generic[S]):
    """Holds where one of the alternatives does, each a set of parties on a set of cells; or where none does."""

    on_peer: bool
    alternatives: tuple[tuple[S, int], ...]
    negated: bool = False

    def holding(self: "Choice[int]", cell: int) -> int:
        """Classes for which it holds on a part of the wire that no alternative divides."""
        found = 0
        for classes, wire in self.alternatives:
            if wire & cell:
                found |= classes
        return ~found if self.negated else found


@dataclass(frozen=True, slots=True)
class Clause(Generic[S]):
    """A rule of one direction. `own` and `peer` are sets of parties, `wire` is cells; all choices must hold as well.

    Made of a rule, parties are identities. To be evaluated they are classes, as bits.
    """

    rule: Rule
    wire: int
    own: S
    peer: S
    choices: tuple[Choice[S], ...] = ()

    def localised(self, *, own: Callable[[S], T], peer: Callable[[S], T]) -> "Clause[T]":
        """The same about classes, instead of identities."""

        def choice(one: Choice[S]) -> Choice[T]:
            local = peer if one.on_peer else own
            return Choice(one.on_peer, tuple((local(held), wire) for held, wire in one.alternatives), one.negated)

        return Clause(self.rule, self.wire, own(self.own), peer(self.peer), tuple(map(choice, self.choices)))

    def divides(self) -> Iterator[int]:
        """The sets of cells that it tells apart."""
        yield self.wire
        for choice in self.choices:
            yield from (wire for _, wire in choice.alternatives)


class Clauses:
    """Makes clauses of rules, in one IP version."""

    def __init__(self, cells: Cells, identities: Identities) -> None:
        self._cells = cells
        self._identities = identities
        self._wires: dict[tuple[object, ...], int] = {}

    def of(self, rules: Iterable[Rule], direction: Direction) -> list[Clause[FrozenBitMap]]:
        """Without those that say nothing about a verdict: Log, and rules of the other IP version."""
        return [
            self._clause(rule, direction)
            for rule in rules
            if rule.action is not Action.LOG and rule.applies_to_version(self._cells.version)
        ]

    def _clause(self, rule: Rule, direction: Direction) -> Clause[FrozenBitMap]:
        own = OWN_SIDE[direction]
        return Clause(
            rule,
            self._wire(rule),
            self._held(rule, own),
            self._held(rule, own.other),
            tuple(
                choice for side in Side for choice in self._choices(rule.entity(side), side, on_peer=side is not own)
            ),
        )

    def _held(self, rule: Rule, side: Side) -> FrozenBitMap:
        entity, identities = rule.entity(side), self._identities
        found = identities.everyone
        if entity is ANYONE:
            return found
        if entity.nets:
            found &= identities.within(entity.nets)
        if entity.not_nets:
            found -= identities.within(entity.not_nets)
        if entity.selector:
            found &= identities.matching(entity.selector)
        if entity.not_selector:
            found -= identities.matching(entity.not_selector)
        if entity.domains:
            found &= identities.looked_up(entity.domains)
        return found

    # The wire.

    def _wire(self, rule: Rule) -> int:
        key = (
            rule.protocol,
            rule.not_protocol,
            rule.icmp,
            rule.not_icmp,
            *(
                () if ports.names else ports.numbers.spans
                for one in (rule.source, rule.destination)
                for ports in (one.ports, one.not_ports)
            ),
        )
        wire = self._wires.get(key)
        if wire is None:
            wire = self._wires[key] = self._wire_of(rule)
        return wire

    def _wire_of(self, rule: Rule) -> int:
        cells = self._cells
        found = cells.everything if rule.protocol is None else cells.protocols((rule.protocol,))
        if rule.not_protocol is not None:
            found &= ~cells.protocols((rule.not_protocol,))
        if rule.icmp:
            found &= self._icmp(rule.icmp)
        if rule.not_icmp:
            found &= ~self._icmp(rule.not_icmp)
        for side, entity in ((Side.SOURCE, rule.source), (Side.DESTINATION, rule.destination)):
            if entity.ports and not entity.ports.names:
                found &= self._ports(side, entity.ports.numbers)
            if entity.not_ports and not entity.not_ports.names:
                found &= ~self._ports(side, entity.not_ports.numbers)
        return found

    def _icmp(self, match: IcmpMatch) -> int:
        codes = ANY_ICMP if match.code is None else Intervals.single(match.code)
        protocol = ICMP if self._cells.version == 4 else ICMPV6
        return self._cells.mask(protocol, Intervals.single(match.type), codes)

    def _ports(self, side: Side, numbers: Intervals, protocols: Iterable[int] = PROTOCOLS_WITH_PORTS) -> int:
        axes = (numbers, ANY_PORT) if side is Side.SOURCE else (ANY_PORT, numbers)
        return reduce(or_, (self._cells.mask(protocol, *axes) for protocol in protocols), 0)

    # What ties the wire to an end.

    def _choices(self, entity: Entity, side: Side, *, on_peer: bool) -> Iterator[Choice[FrozenBitMap]]:
        if entity.ports.names:
            yield Choice(on_peer, self._named(entity.ports, entity, side))
        if entity.not_ports.names:
            yield Choice(on_peer, self._named(entity.not_ports, entity, side), negated=True)
        if entity.service:
            yield Choice(on_peer, tuple(self._serving(entity.service, side)))

    def _named(self, ports: Ports, entity: Entity, side: Side) -> tuple[tuple[FrozenBitMap, int], ...]:
        found = [(self._identities.everyone, self._ports(side, ports.numbers))] if ports.numbers else []
        for name in ports.names:
            for protocol, number, held in self._identities.with_port(name, entity.selector):
                if protocol in PROTOCOLS_WITH_PORTS:
                    found.append((held, self._ports(side, Intervals.single(number), (protocol,))))
        return tuple(found)

    def _serving(self, service: ServiceRef, side: Side) -> Iterator[tuple[FrozenBitMap, int]]:
        """As a destination with the port behind the service, as a source with any."""
        for protocol, port, held in self._identities.serving(service):
            if side is Side.SOURCE:
                yield held, self._cells.everything
            elif protocol in PROTOCOLS_WITH_PORTS:
                yield held, self._ports(side, Intervals.single(port), (protocol,))


def sets_on(clause: Clause[S], *, of_peer: bool) -> Iterator[S]:
    """The sets of parties, peers or the policy's own endpoints, that the clause tells apart."""
    yield clause.peer if of_peer else clause.own
    for choice in clause.choices:
        if choice.on_peer is of_peer:
            yield from (held for held, _ in choice.alternatives)
