"""The judge's word where either end may be a host's own processes."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain

from percale.policy.endpoints import Endpoint
from percale.policy.host_path import A_WORKLOADS_INTERFACE, Crossing
from percale.policy.selection import Staged
from percale.policy.verdict import Verdict, judge
from percale.policy.world import World
from percale.traffic.addresses import Address
from percale.traffic.packet import Packet


def judged(
    world: World,
    packet: Packet,
    source_host: Endpoint | None,
    destination_host: Endpoint | None,
    *,
    staged: Staged = Staged.LEFT_OUT,
) -> Verdict:
    """Each host on the way is a crossing of its own: out of the one, into the other."""
    verdict = judge(world, packet, staged=staged)
    crossings = crossings_of(world, packet, source_host, destination_host)
    asked = (judge(world, packet, crossing=crossing, staged=staged).host for crossing in crossings)
    return replace(verdict, host=tuple(chain.from_iterable(asked)))


def crossings_of(
    world: World, packet: Packet, source: Endpoint | None, destination: Endpoint | None
) -> Iterator[Crossing]:
    """To a pod of its own, and from one, a host has the pod's interface instead of those that its policy governs."""
    if source:
        yield Crossing(source.node, None, _interface(world, source, packet.destination))
    if destination:
        yield Crossing(destination.node, _interface(world, destination, packet.source), None)


def _interface(world: World, host: Endpoint, other_end: Address) -> str:
    workload = world.workload_at(other_end)
    return A_WORKLOADS_INTERFACE if workload and workload.node == host.node else host.interface
