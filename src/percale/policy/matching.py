"""Whether one rule matches one packet, said criterion by criterion.

Plain on purpose. Everything clever in Percale is held against this.

Source: Calico's felix/rules/policy.go.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

from percale.policy.domains import covers
from percale.policy.endpoints import Endpoint, EndpointKind
from percale.policy.rules import Entity, IcmpMatch, Ports, Rule, ServiceRef, Side
from percale.policy.world import World
from percale.selector import Selector
from percale.traffic.addresses import Address
from percale.traffic.packet import Packet


class Criterion(Enum):
    IP_VERSION = auto()
    PROTOCOL = auto()
    ICMP = auto()
    NETS = auto()
    SELECTOR = auto()
    NOT_SELECTOR = auto()
    PORTS = auto()
    SERVICE = auto()
    DOMAINS = auto()


@dataclass(frozen=True, slots=True)
class Miss:
    """A criterion of a rule that a packet does not meet, and on which side of the packet."""

    criterion: Criterion
    side: Side | None = None


def matches(rule: Rule, packet: Packet, world: World) -> bool:
    return next(misses(rule, packet, world), None) is None


def misses(rule: Rule, packet: Packet, world: World) -> Iterator[Miss]:
    """All that keeps the rule from matching; nothing when it matches."""
    if not rule.applies_to_version(packet.version):
        yield Miss(Criterion.IP_VERSION)
    if rule.protocol not in (None, packet.protocol) or rule.not_protocol == packet.protocol:
        yield Miss(Criterion.PROTOCOL)
    if rule.icmp and not _has_icmp(rule.icmp, packet):
        yield Miss(Criterion.ICMP)
    if rule.not_icmp and _has_icmp(rule.not_icmp, packet):
        yield Miss(Criterion.ICMP)
    for side in Side:
        for criterion in _entity_misses(rule, side, packet, world):
            yield Miss(criterion, side)


def _has_icmp(wanted: IcmpMatch, packet: Packet) -> bool:
    return packet.is_icmp and packet.icmp_type == wanted.type and wanted.code in (None, packet.icmp_code)


@dataclass(frozen=True, slots=True)
class _End:
    """One end of the packet, as the entity of a rule is held against it."""

    side: Side
    address: Address
    port: int
    packet: Packet
    world: World

    def is_in(self, selector: Selector) -> bool:
        return any(selector.matches(one.labels) for one in self.objects())

    def objects(self) -> Iterator[Endpoint]:
        """What is here by its address, and what is here by the name that the address was looked up by."""
        yield from self.world.objects_at(self.address)
        if self.side is Side.DESTINATION:
            yield from self.world.named(self.packet.destination_name)


def _entity_misses(rule: Rule, side: Side, packet: Packet, world: World) -> Iterator[Criterion]:
    entity, end = rule.entity(side), _End(side, *address_and_port(packet, side), packet, world)
    if not _in_nets(entity, end.address):
        yield Criterion.NETS
    if entity.selector and not end.is_in(entity.selector):
        yield Criterion.SELECTOR
    if entity.not_selector and end.is_in(entity.not_selector):
        yield Criterion.NOT_SELECTOR
    if entity.ports and not _has_port(entity.ports, entity, end):
        yield Criterion.PORTS
    if entity.not_ports and _has_port(entity.not_ports, entity, end):
        yield Criterion.PORTS
    if entity.service and not _serves(entity.service, end):
        yield Criterion.SERVICE
    if entity.domains and not any(covers(name, packet.destination_name) for name in entity.domains):
        yield Criterion.DOMAINS


def address_and_port(packet: Packet, side: Side) -> tuple[Address, int]:
    if side is Side.SOURCE:
        return packet.source, packet.source_port
    return packet.destination, packet.destination_port


def _in_nets(entity: Entity, address: Address) -> bool:
    if entity.nets and not any(address in net for net in entity.nets):
        return False
    return not any(address in net for net in entity.not_nets)


def _has_port(ports: Ports, entity: Entity, end: _End) -> bool:
    if not end.packet.has_ports:
        return False
    return end.port in ports.numbers or any(_is_named(name, entity, end) for name in ports.names)


def _is_named(name: str, entity: Entity, end: _End) -> bool:
    """A name stands for (address, protocol, port) of every endpoint that the same entity selects."""
    return any(
        (declared.name, declared.protocol, declared.number) == (name, end.packet.protocol, end.port)
        for one in end.world.objects_at(end.address)
        if entity.selector is None or entity.selector.matches(one.labels)
        for declared in one.ports
    )


def _serves(service: ServiceRef, end: _End) -> bool:
    """As destination an endpoint's address with its target port, as source its address alone."""
    # A network set may bear a pod's name.
    here = {str(one) for one in end.world.objects_at(end.address) if one.kind is EndpointKind.WORKLOAD}
    return any(
        (backend.endpoint in here or backend.address == end.address)
        and (end.side is Side.SOURCE or (backend.protocol, backend.port) == (end.packet.protocol, end.port))
        for backend in end.world.services.get(service, ())
    )
