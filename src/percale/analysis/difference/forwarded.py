"""Changes of what nodes forward, as their host endpoints have it.

What is said is what one interface's host endpoint lets through by itself: the other interface's may still refuse it,
and so may the policies of pods at the ends. Packets are taken as nothing translates them on the way.
"""

from dataclasses import dataclass, replace
from functools import cached_property

from percale.analysis.difference.changes import Grounds, Parties, Worlds
from percale.analysis.difference.counterexample import Places
from percale.analysis.difference.host_ends import Host
from percale.analysis.difference.pairing import Pair
from percale.analysis.involved import involved
from percale.analysis.witness import packet_at
from percale.policy.deciding import Question, decide_at_host
from percale.policy.endpoints import Endpoint
from percale.policy.host_path import Crossing, host_decisions
from percale.policy.policies import Hook
from percale.policy.reasons import Decision
from percale.policy.rules import Direction
from percale.policy.selection import Staged
from percale.policy.world import EVERY_INTERFACE, World
from percale.traffic.packet import Packet
from percale.traffic.traffic import Traffic

#: An interface that has no host endpoint of its own; longer than a name may be.
_ANOTHER = "an interface of no other"


@dataclass(frozen=True, slots=True)
class Forwarding:
    """What a host endpoint says of a packet, in one world; no decisions where nobody is asked."""

    world: World
    packet: Packet
    decisions: tuple[Decision, ...]

    @property
    def allowed(self) -> bool:
        return all(one.allows for one in self.decisions)


@dataclass(frozen=True, eq=False)
class ForwardChange:
    """Of interfaces that are alike. Coming in is ingress, going out is egress."""

    opens: bool
    hosts: tuple[Host, ...]
    direction: Direction
    sources: Parties
    destinations: Parties
    wire: int
    everywhere: bool
    version: int
    worlds: Worlds
    grounds: Grounds
    places: Places

    @property
    def versions(self) -> tuple[int, ...]:
        return (self.version,)

    @cached_property
    def traffic(self) -> Traffic:
        return self.grounds[0].cells.opened(self.wire)

    @cached_property
    def example(self) -> tuple[Forwarding, Forwarding]:
        """Of the first of the hosts, in the old world and in the new."""
        host, point = self.hosts[0], self.grounds[0].cells.example(self.wire)
        found = []
        for index, world in enumerate(self.worlds):
            source, destination = (place.addresses[index] for place in self.places)
            held = (_holder(place.pair, index) for place in self.places)
            ends = zip(held, (source, destination), strict=True)
            packet = packet_at(source, destination, point, self.destinations.name)
            found.append(_asked(involved(world, *ends), packet, host.governing[index], self.direction))
        return found[0], found[1]


def _asked(world: World, packet: Packet, host: Endpoint | None, direction: Direction) -> Forwarding:
    if host is None:
        return Forwarding(world, packet, ())
    if direction is Direction.EGRESS:
        said = decide_at_host(Question(world, host, direction, packet, Hook.FORWARD))
        return Forwarding(world, packet, (said,) if said else ())
    interface = _ANOTHER if host.interface == EVERY_INTERFACE else host.interface
    alone = replace(world, host_endpoints=(host,))
    decisions = host_decisions(alone, Crossing(host.node, interface, _ANOTHER), packet, Staged.LEFT_OUT)
    return Forwarding(world, packet, tuple(one for one in decisions if one.direction is direction))


def _holder(pair: Pair | None, index: int) -> Endpoint | None:
    return (pair.old, pair.new)[index] if pair else None
