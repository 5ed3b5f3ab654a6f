"""A question in the words of its user, as the flows that it is about, each with its answer."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from percale.analysis.parties import Party, Unaskable, party, private
from percale.analysis.reach import Answer, Wire, ask
from percale.analysis.service_parties import behind, service_named
from percale.analysis.wires import port_number, wires
from percale.policy.world import World
from percale.traffic.addresses import Network
from percale.traffic.intervals import Intervals
from percale.traffic.protocols import ICMP, ICMPV6


@dataclass(frozen=True, slots=True)
class Terms:
    """What a question says beside its two ends: ports as they are written, and where to look for names."""

    ports: Sequence[str] = ()
    source_port: str | None = None
    namespace: str = "default"
    pod_networks: tuple[Network, ...] = ()

    @property
    def networks(self) -> tuple[Network, ...]:
        return self.pod_networks or private()


@dataclass(frozen=True, slots=True)
class Asked:
    """The parties of a question and its answers; `notes` say what the destination was taken for."""

    source: Party
    destination: Party
    answers: list[Answer]
    notes: tuple[str, ...] = ()


def questions(world: World, source: str, destination: str, terms: Terms) -> list[Asked]:
    """One, or one for each endpoint of a Service."""
    near = _party(world, source, terms)
    if near.domain:
        raise Unaskable(f"`{source}` is a domain name, and no source is known by one", hint="say its address")
    service = service_named(destination, terms.namespace)
    if service is None:
        far = _party(world, destination, terms)
        asked = (from_port(wire, terms.source_port) for wire in wires(terms.ports, far))
        return [Asked(near, far, [answer(world, near, far, wire) for wire in asked])]
    return [
        Asked(near, far, [answer(world, near, far, from_port(wire, terms.source_port))], (note,))
        for far, wire, note in behind(service, world, terms.ports, terms.networks)
    ]


def _party(world: World, text: str, terms: Terms) -> Party:
    return party(text, world, namespace=terms.namespace, pod_networks=terms.networks)


def from_port(wire: Wire, source_port: str | None) -> Wire:
    if source_port is None:
        return wire
    return replace(wire, source_ports=Intervals.single(port_number(source_port)))


def answer(world: World, source: Party, destination: Party, wire: Wire) -> Answer:
    """By IPv4, unless one of the two has no such address or ICMPv6 is asked about."""
    for version in _versions(wire):
        if source.of_version(version) and destination.of_version(version):
            found = ask(world, source, destination, wire, version=version)
            if found.cases:
                return found
    raise Unaskable(
        f"no packet can go from `{source.name}` to `{destination.name}`",
        hint="they share no IP version, or are the same address",
    )


def _versions(wire: Wire) -> Iterator[int]:
    if wire.protocol != ICMPV6:
        yield 4
    if wire.protocol != ICMP:
        yield 6
