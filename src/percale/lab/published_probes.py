"""What is tried of published ports: from everywhere, by every one of them, to every backend."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import count

from percale.lab.dialogue import Dialogue
from percale.lab.layout import NODE, ListenPort
from percale.lab.probes import Party, Probe, Target, Way
from percale.lab.published import Backend, PublishedPort
from percale.policy.host_path import is_untracked
from percale.policy.policies import Hook
from percale.policy.verdict import judge
from percale.policy.world import World
from percale.traffic.addresses import Address
from percale.traffic.packet import Packet


def through_published(
    world: World, parties: Iterable[Party], ports: Sequence[PublishedPort], *, way: Way
) -> list[Probe]:
    """A backend does not try itself by way of the node."""
    return [probe for party in parties for probe in _from(world, party, ports, way)]


def _from(world: World, party: Party, ports: Sequence[PublishedPort], way: Way) -> Iterator[Probe]:
    numbers = count()
    for port in ports:
        for source in (one for one in party.addresses if one.version == port.address.version):
            for index, backend in enumerate(port.backends):
                clients = port.clients_of(index)
                packet = _packet(source, port, clients[next(numbers) % len(clients)])
                if backend.pod != party.name and (probe := _probe(world, party, port, backend, packet, way)):
                    yield probe


def _packet(source: Address, port: PublishedPort, client: int) -> Packet:
    return Packet(source, port.address, port.protocol, source_port=client, destination_port=port.port)


def _probe(world: World, party: Party, port: PublishedPort, backend: Backend, packet: Packet, way: Way) -> Probe | None:
    """None for what policy takes out of connection tracking: that is not translated either, and goes astray."""
    if party.name == NODE and port.address not in party.addresses and _has_untracked(world):
        return None
    translated = replace(packet, destination=backend.address, destination_port=backend.port)
    verdict = judge(world, translated, crossing=way(party.name, backend.pod, packet))
    if any(map(is_untracked, verdict.host)):
        return None
    target = Target(backend.pod, ListenPort(port.protocol, backend.port), by_way_of=port.called)
    dialogue = Dialogue(
        party.name, packet.source, port.address, port.protocol, port.port, packet.source_port, backend.address
    )
    return Probe(party.name, target, dialogue, verdict)


def _has_untracked(world: World) -> bool:
    """Of what the node sends, such policy is asked before it is known by which interface that leaves in the end."""
    return any(Hook.UNTRACKED in policy.hooks for policy in world.policies.policies)
