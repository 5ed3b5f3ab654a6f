"""A question between sets in the words of its user, and what the engine answers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from percale.analysis.asking import Terms, from_port
from percale.analysis.between_sets import Between, between_sets
from percale.analysis.parties import Party, Unaskable
from percale.analysis.party_sets import PartySet, party_set
from percale.analysis.reach import Wire
from percale.analysis.service_parties import service_named
from percale.analysis.symbolic.engine import Engine, Scope
from percale.analysis.versions import versions_of
from percale.analysis.wires import wires
from percale.policy.endpoints import Endpoint, EndpointKind, EndpointPort
from percale.policy.world import World
from percale.traffic.protocols import ICMP, ICMPV6, protocol_name


@dataclass(frozen=True, slots=True)
class AskedOfSets:
    """`wires` are what the question named, none if it is about everything; `answers` are by IP version."""

    source: PartySet
    destination: PartySet
    wires: tuple[Wire, ...]
    answers: tuple[Between, ...]


def ask_sets(world: World, source: str, destination: str, terms: Terms, *, within: str = "") -> AskedOfSets:
    """`within` is the namespace that selectors are limited to."""
    if service_named(destination, terms.namespace):
        raise Unaskable(
            f"`{destination}` cannot be asked about by a set",
            hint="name its workloads by their labels, and the port that it leads to",
        )
    near, far = (party_set(text, world, within=within, namespace=terms.namespace) for text in (source, destination))
    if near.domain:
        raise Unaskable(f"`{near.name}` is a domain name, and no source is known by one", hint="say its address")
    named = tuple(_wires(terms, far))
    answers = tuple(_answers(world, near, far, named, terms))
    if not answers:
        raise Unaskable(
            f"no packet can go from `{near.name}` to `{far.name}`",
            hint="they share no IP version, or are one and the same",
        )
    return AskedOfSets(near, far, named, answers)


def _answers(
    world: World, source: PartySet, destination: PartySet, asked: Sequence[Wire], terms: Terms
) -> Iterable[Between]:
    scope = Scope(
        pod_networks=terms.networks,
        told_apart=(*source.networks, *destination.networks),
        traffic=tuple(wire.traffic for wire in asked),
        names=tuple(one.domain for one in (source, destination) if one.domain),
    )
    for version in _versions(world, source, destination):
        fitting = [wire.traffic for wire in asked if wire.protocol != (ICMPV6 if version == 4 else ICMP)]
        if fitting or not asked:
            answer = between_sets(Engine.of(world, version, scope), source, destination, fitting)
            yield from [answer] if answer else []


def _versions(world: World, *sets: PartySet) -> list[int]:
    """Networks that are asked about speak of their IP version as rules do."""
    named = {net.version for one in sets for net in one.networks if net.prefixlen}
    return sorted({*versions_of(world), *named})


def _wires(terms: Terms, destination: PartySet) -> list[Wire]:
    """None where no port is asked about: then everything is."""
    ports = (port for one in (*destination.workloads, *destination.hosts) for port in one.ports)
    declared = tuple(dict.fromkeys(ports))
    for text in terms.ports:
        _refuse_ambiguous(text, declared, destination.name)
    stand_in = Endpoint(EndpointKind.WORKLOAD, "", destination.name, {}, ports=declared)
    party = Party(destination.name, stand_in, ())
    return [from_port(wire, terms.source_port) for wire in wires(terms.ports, party)] if terms.ports else []


def _refuse_ambiguous(text: str, declared: Iterable[EndpointPort], destination: str) -> None:
    """A name may mean another number at each destination."""
    parts = {part.lower() for part in text.strip().split("/")}
    numbers = {
        (port.protocol, port.number)
        for port in declared
        if port.name in parts and (protocol_name(port.protocol).lower() in parts or len(parts) == 1)
    }
    if len({number for _, number in numbers}) > 1:
        listed = ", ".join(f"{number}/{protocol_name(protocol).lower()}" for protocol, number in sorted(numbers))
        raise Unaskable(f"`{text}` is another port at one than at another of `{destination}`", hint=f"say {listed}")
