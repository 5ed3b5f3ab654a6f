"""`percale reach` between sets: what it takes the engine to answer, which a question about one flow does without."""

from argparse import Namespace
from collections.abc import Iterable, Sequence

from percale.analysis.between_sets import Between, between_sets
from percale.analysis.parties import Party, private
from percale.analysis.party_sets import PartySet, party_set
from percale.analysis.reach import Wire
from percale.analysis.symbolic.engine import Engine, Scope
from percale.analysis.versions import versions_of
from percale.cli.exits import Exit, UsageError
from percale.cli.inputs import show
from percale.cli.output import terminal_width
from percale.cli.questions import from_port
from percale.cli.services import service_named
from percale.cli.wires import wires
from percale.policy.endpoints import Endpoint, EndpointKind, EndpointPort
from percale.policy.world import World
from percale.report.between_sets import ALLOW, UNKNOWN, SetReport, verdict_of
from percale.report.traffic import traffic_words
from percale.traffic.protocols import ICMP, ICMPV6, protocol_name


def answer_sets(given: Namespace, world: World, namespace: str) -> Exit:
    if service_named(given.destination, namespace):
        raise UsageError(
            f"`{given.destination}` cannot be asked about by a set",
            hint="name its workloads by their labels, and with -p the port that it leads to",
        )
    limits = given.namespace or ""
    source, destination = (
        party_set(text, world, within=limits, namespace=namespace) for text in (given.source, given.destination)
    )
    if source.domain:
        raise UsageError(f"`{source.name}` is a domain name, and no source is known by one", hint="say its address")
    asked = _wires(given, destination)
    answers = _answers(given, world, source, destination, asked)
    named = [(_wire_words(wire), wire.traffic) for wire in asked]
    report = SetReport(answers, (source.name, destination.name), named, explain=given.explain)
    show(report.json() if given.output == "json" else report.text(terminal_width()))
    return _EXIT.get(verdict_of(answers), Exit.NO)


#: A yes means all that was asked.
_EXIT = {ALLOW: Exit.YES, UNKNOWN: Exit.CANNOT_TELL}


def _answers(
    given: Namespace, world: World, source: PartySet, destination: PartySet, asked: Sequence[Wire]
) -> list[Between]:
    scope = Scope(
        pod_networks=tuple(given.pod_networks or ()) or private(),
        told_apart=(*source.networks, *destination.networks),
        traffic=tuple(wire.traffic for wire in asked),
        names=tuple(one.domain for one in (source, destination) if one.domain),
    )
    found = []
    for version in _versions(world, source, destination):
        fitting = [wire.traffic for wire in asked if wire.protocol != (ICMPV6 if version == 4 else ICMP)]
        if fitting or not asked:
            answer = between_sets(Engine.of(world, version, scope), source, destination, fitting)
            found += [answer] if answer else []
    if not found:
        raise UsageError(
            f"no packet can go from `{source.name}` to `{destination.name}`",
            hint="they share no IP version, or are one and the same",
        )
    return found


def _versions(world: World, *sets: PartySet) -> list[int]:
    """Networks that are asked about speak of their IP version as rules do."""
    named = {net.version for one in sets for net in one.networks if net.prefixlen}
    return sorted({*versions_of(world), *named})


def _wires(given: Namespace, destination: PartySet) -> list[Wire]:
    """None where no port is asked about: then everything is."""
    ports = (port for one in (*destination.workloads, *destination.hosts) for port in one.ports)
    declared = tuple(dict.fromkeys(ports))
    for text in given.ports or ():
        _refuse_ambiguous(text, declared, destination.name)
    stand_in = Endpoint(EndpointKind.WORKLOAD, "", destination.name, {}, ports=declared)
    party = Party(destination.name, stand_in, ())
    return [from_port(wire, given.source_port) for wire in wires(given.ports, party)] if given.ports else []


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
        raise UsageError(f"`{text}` is another port at one than at another of `{destination}`", hint=f"say {listed}")


def _wire_words(wire: Wire) -> str:
    return f"{protocol_name(wire.protocol)} {wire.port}" if wire.port else traffic_words(wire.traffic)
