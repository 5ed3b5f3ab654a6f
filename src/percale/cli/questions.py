"""What `percale reach` and `calico-validate` share: two parties, ports, and the answers' exit code."""

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Sequence
from dataclasses import dataclass, replace

from percale.analysis.parties import Party, party, private
from percale.analysis.reach import Answer, Wire, ask
from percale.cli.exits import Exit, UsageError
from percale.cli.services import behind, service_named
from percale.cli.wires import port_number, wires
from percale.policy.world import World
from percale.traffic.addresses import Network, network_text
from percale.traffic.intervals import Intervals
from percale.traffic.protocols import ICMP, ICMPV6


def add_question(parser: ArgumentParser) -> None:
    parser.add_argument(
        "-p",
        "--port",
        dest="ports",
        action="append",
        metavar="PORT",
        help="5432/tcp, 53/udp, a port's name, icmp, icmp/8, proto/47; by default all that the destination declares",
    )
    parser.add_argument("--source-port", metavar="N", help="where the client sends from")
    add_pod_networks(parser)


def add_pod_networks(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--pod-network",
        dest="pod_networks",
        action="append",
        type=network,
        metavar="CIDR",
        help="where pods without an address get theirs from; by default any private network",
    )


def network(text: str) -> Network:
    if found := network_text(text):
        return found
    raise ArgumentTypeError(f"`{text}` is no network: write it as 10.244.0.0/16")


def ends(given: Namespace, texts: Sequence[str], world: World) -> list[Party]:
    networks: tuple[Network, ...] = tuple(given.pod_networks or ()) or private()
    return [party(text, world, namespace=given.namespace, pod_networks=networks) for text in texts]


def answers(given: Namespace, world: World, source: Party, destination: Party) -> list[Answer]:
    asked = (from_port(wire, given.source_port) for wire in wires(given.ports, destination))
    return [_answer(world, source, destination, wire) for wire in asked]


@dataclass(frozen=True, slots=True)
class Asked:
    """The parties of a question and its answers; `notes` say what the destination was taken for."""

    source: Party
    destination: Party
    answers: list[Answer]
    notes: tuple[str, ...] = ()


def questions(given: Namespace, world: World, source: str, destination: str) -> list[Asked]:
    """One, or one for each endpoint of a Service."""
    if ends(given, (source,), world)[0].domain:
        raise UsageError(f"`{source}` is a domain name, and no source is known by one", hint="say its address")
    service = service_named(destination, given.namespace)
    if service is None:
        near, far = ends(given, (source, destination), world)
        return [Asked(near, far, answers(given, world, near, far))]
    (near,) = ends(given, (source,), world)
    networks = tuple(given.pod_networks or ()) or private()
    return [
        Asked(near, far, [_answer(world, near, far, from_port(wire, given.source_port))], (note,))
        for far, wire, note in behind(service, world, given.ports, networks)
    ]


def exit_code(answers: Sequence[Answer]) -> Exit:
    """Denied as soon as one port is, since a yes must hold for all that was asked."""
    if any(answer.is_certain and not answer.allowed for answer in answers):
        return Exit.NO
    return Exit.YES if all(answer.is_certain for answer in answers) else Exit.CANNOT_TELL


def from_port(wire: Wire, source_port: str | None) -> Wire:
    if source_port is None:
        return wire
    return replace(wire, source_ports=Intervals.single(port_number(source_port)))


def _answer(world: World, source: Party, destination: Party, wire: Wire) -> Answer:
    """By IPv4, unless one of the two has no such address or ICMPv6 is asked about."""
    for version in (4, 6):
        fitting = wire.protocol not in (ICMP, ICMPV6) or (wire.protocol == ICMP) == (version == 4)
        if fitting and source.of_version(version) and destination.of_version(version):
            answer = ask(world, source, destination, wire, version=version)
            if answer.cases:
                return answer
    raise UsageError(
        f"no packet can go from `{source.name}` to `{destination.name}`",
        hint="they share no IP version, or are the same address",
    )
