"""What is tried in a lab, what the model says of it, and what the kernel does."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count

from percale.lab.dialogue import Dialogue, probe_all
from percale.lab.layout import OUTSIDE, LabPod, ListenPort
from percale.lab.topology import Lab
from percale.policy.host_path import Crossing
from percale.policy.verdict import Verdict, judge
from percale.policy.world import World
from percale.traffic.addresses import Address
from percale.traffic.packet import Packet
from percale.traffic.protocols import ICMP, ICMPV6, TCP

#: A port that nobody in the lab declares, unless somebody does: discard, by which nothing is ever served.
_UNDECLARED = 9
_SECURE_SHELL, _HTTPS = 22, 443
_ECHO_REQUEST = {4: (ICMP, 8), 6: (ICMPV6, 128)}
_CLIENT_PORTS = range(32768, 61000)


@dataclass(frozen=True, slots=True)
class Target:
    """What is asked of a destination: a port of it, or an echo when there is none.

    `by_way_of` is the published port that leads there, where the destination itself is not addressed.
    """

    destination: str
    port: ListenPort | None
    declared: bool = True
    by_way_of: str = ""


@dataclass(frozen=True, slots=True)
class Probe:
    source: str
    target: Target
    dialogue: Dialogue
    predicted: Verdict


@dataclass(frozen=True, slots=True)
class Result:
    """`observed` is None where nothing was tried."""

    probe: Probe
    observed: bool | None

    @property
    def agrees(self) -> bool:
        return self.observed in (None, self.probe.predicted.allowed)


@dataclass(frozen=True, slots=True)
class Party:
    name: str
    addresses: tuple[Address, ...]


#: How a packet crosses the node between two parties; the packet before the node's NAT, where that changes it.
Way = Callable[[str, str, Packet | None], Crossing | None]


def planned(
    world: World, pods: Iterable[LabPod], outside: Sequence[Address], *, way: Way = lambda *_: None
) -> list[Probe]:
    """Every ordered pair of pods and the outside, on every declared port, one undeclared one, and an echo.

    The node itself takes part where it has host endpoints; `way` tells how a packet crosses it between two parties.
    """
    pods = list(pods)
    parties = [*(Party(pod.name, pod.addresses) for pod in pods), Party(OUTSIDE, first_of_each(outside))]
    targets = [target for pod in pods for target in _targets(pod)]
    targets += _targets_outside_pods(OUTSIDE)
    if world.host_endpoints:
        parties += [Party(node.name, first_of_each(node.addresses)) for node in world.nodes]
        targets += [target for node in world.nodes for target in _targets_outside_pods(node.name)]
    numbers = count()
    return [
        probe
        for source in parties
        for target in targets
        if source.name != target.destination
        for probe in _probes(
            world, source, target, parties, lambda: next(numbers), way(source.name, target.destination, None)
        )
    ]


def _targets_outside_pods(name: str) -> list[Target]:
    """A port that is a failsafe of every host, one that is none, and an echo."""
    ports = [_SECURE_SHELL, _HTTPS] if name != OUTSIDE else [_HTTPS]
    return [*(Target(name, ListenPort(TCP, port), declared=False) for port in ports), Target(name, None)]


def first_of_each(addresses: Sequence[Address]) -> tuple[Address, ...]:
    return tuple({address.version: address for address in reversed(addresses)}.values())


def _targets(pod: LabPod) -> Iterator[Target]:
    for port in pod.ports:
        yield Target(pod.name, port)
    taken = {port.port for port in pod.ports}
    unused = next(port for port in range(_UNDECLARED, 65536) if port not in taken)
    yield Target(pod.name, ListenPort(TCP, unused), declared=False)
    yield Target(pod.name, None)


def _probes(
    world: World,
    source: Party,
    target: Target,
    parties: Sequence[Party],
    number: Callable[[], int],
    crossing: Crossing | None,
) -> Iterator[Probe]:
    destination = next(party for party in parties if party.name == target.destination)
    for one in source.addresses:
        for other in destination.addresses:
            if one.version == other.version:
                packet = _packet(one, other, target.port, number())
                dialogue = Dialogue(
                    source.name,
                    one,
                    other,
                    packet.protocol,
                    target.port.port if target.port else None,
                    packet.source_port,
                )
                yield Probe(source.name, target, dialogue, judge(world, packet, crossing=crossing))


def _packet(source: Address, destination: Address, port: ListenPort | None, number: int) -> Packet:
    if port is None:
        protocol, echo = _ECHO_REQUEST[source.version]
        return Packet(source, destination, protocol, icmp_type=echo)
    return Packet(source, destination, port.protocol, _CLIENT_PORTS[number % len(_CLIENT_PORTS)], port.port)


def predictions(probes: Iterable[Probe]) -> list[Result]:
    return [Result(probe, None) for probe in probes]


def observe(lab: Lab, probes: Sequence[Probe], *, timeout_s: float) -> list[Result]:
    """Try every probe for real; the lab's listeners must be there."""
    reached = probe_all(lab, [probe.dialogue for probe in probes], timeout_s=timeout_s)
    return [Result(probe, observed) for probe, observed in zip(probes, reached, strict=True)]
