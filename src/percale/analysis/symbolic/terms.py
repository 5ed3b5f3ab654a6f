"""All that the rules in force can ask of a packet: what no rule asks, nothing has to tell apart."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from percale.analysis.symbolic.cells import WireCut
from percale.policy.conntrack import opening_types
from percale.policy.endpoints import Endpoint
from percale.policy.policies import Policy, Profile
from percale.policy.rules import ANYONE, Entity, IcmpMatch, Rule, ServiceRef, Side
from percale.policy.selection import Staged
from percale.policy.settings import FailsafePort
from percale.policy.world import World
from percale.selector import Selector
from percale.traffic.addresses import Network
from percale.traffic.intervals import EMPTY, Intervals
from percale.traffic.protocols import ICMP, ICMPV6, PROTOCOLS_WITH_PORTS


@dataclass(frozen=True)
class Terms:
    """Of one IP version: rules that do not exist in it are left out."""

    world: World
    version: int
    policies: tuple[Policy, ...]
    rules: tuple[Rule, ...]

    @classmethod
    def of(cls, world: World, version: int, staged: Staged) -> "Terms":
        policies = tuple(one for one in world.policies.policies if not one.staged or staged is Staged.AS_IF_ENFORCED)
        written = (*_rules_of(policies), *_rules_of(world.profiles.values()))
        return cls(world, version, policies, tuple(one for one in written if one.applies_to_version(version)))

    @cached_property
    def _sides(self) -> list[tuple[Side, Entity]]:
        """All that rules ask of either end."""
        both = ((side, rule.entity(side)) for rule in self.rules for side in Side)
        return [one for one in both if one[1] is not ANYONE]

    def profiles_of(self, one: Endpoint) -> tuple[Profile, ...]:
        """Without their names, so that those which say the same are alike: every namespace has one that allows all."""
        there = (self.world.profiles.get(name) for name in one.profiles)
        return tuple(Profile("", it.ingress, it.egress) for it in there if it and (it.ingress or it.egress))

    def selectors(self) -> Iterator[Selector]:
        yield from (policy.subject for policy in self.policies)
        for _, entity in self._sides:
            yield from (one for one in (entity.selector, entity.not_selector) if one)

    def networks(self) -> set[tuple[Network, ...]]:
        spared = {(one.net,) for one in self.failsafes() if one.net}
        return spared | {nets for _, entity in self._sides for nets in (entity.nets, entity.not_nets) if nets}

    def domains(self) -> set[str]:
        held = {name for one in self.world.network_sets for name in one.domains}
        return held | {name for rule in self.rules for name in rule.destination.domains}

    def services(self) -> set[ServiceRef]:
        return {entity.service for _, entity in self._sides if entity.service}

    def port_names(self) -> dict[Side, set[str]]:
        names: dict[Side, set[str]] = {side: set() for side in Side}
        for side, entity in self._sides:
            names[side].update(entity.ports.names, entity.not_ports.names)
        return names

    def wire_cuts(self) -> "Iterator[WireCut]":
        yield from self._rule_cuts()
        yield from self._named_cuts()
        yield from self._service_cuts()
        yield from self._other_cuts()

    def _rule_cuts(self) -> "Iterator[WireCut]":
        named = {number for rule in self.rules for number in (rule.protocol, rule.not_protocol) if number is not None}
        yield from map(WireCut, named)
        for protocol, side, spans in {
            (rule.protocol, side, ports.numbers.spans)
            for rule in self.rules
            for side, entity in ((Side.SOURCE, rule.source), (Side.DESTINATION, rule.destination))
            if entity is not ANYONE
            for ports in (entity.ports, entity.not_ports)
            if ports.numbers
        }:
            for one in PROTOCOLS_WITH_PORTS if protocol is None else PROTOCOLS_WITH_PORTS & {protocol}:
                yield _at_side(side, one, Intervals(spans))
        for match in {match for rule in self.rules for match in (rule.icmp, rule.not_icmp) if match}:
            yield self._icmp_cut(match)

    def _icmp_cut(self, match: IcmpMatch) -> "WireCut":
        codes = EMPTY if match.code is None else Intervals.single(match.code)
        return WireCut(self.icmp, Intervals.single(match.type), codes)

    @property
    def icmp(self) -> int:
        return ICMP if self.version == 4 else ICMPV6

    def _named_cuts(self) -> "Iterator[WireCut]":
        names = self.port_names()
        if not any(names.values()):
            return
        for one in self.holders():
            for port in one.ports:
                for side in Side:
                    if port.name in names[side]:
                        yield _at_side(side, port.protocol, Intervals.single(port.number))

    def _service_cuts(self) -> "Iterator[WireCut]":
        for service in self.services():
            for backend in self.world.services.get(service, ()):
                yield _at_side(Side.DESTINATION, backend.protocol, Intervals.single(backend.port))

    def _other_cuts(self) -> "Iterator[WireCut]":
        yield WireCut(self.icmp, opening_types(self.version))
        for one in self.failsafes():
            yield WireCut(one.protocol, Intervals.single(one.port), Intervals.single(one.port))

    def failsafes(self) -> Iterator[FailsafePort]:
        """Of all nodes, if there is a host endpoint to be spared by them."""
        if self.world.host_endpoints:
            for settings in (self.world.settings, *self.world.settings_of_node.values()):
                yield from (*settings.failsafe_inbound, *settings.failsafe_outbound)

    def holders(self) -> Iterable[Endpoint]:
        """Whatever an address may lead to, besides network sets."""
        return (*self.world.workloads, *self.world.host_endpoints)


def _at_side(side: Side, protocol: int, ports: Intervals) -> WireCut:
    return WireCut(protocol, x=ports) if side is Side.SOURCE else WireCut(protocol, y=ports)


def _rules_of(holders: Iterable[Policy | Profile]) -> Iterator[Rule]:
    for one in holders:
        yield from one.ingress
        yield from one.egress
