"""The judge's word where either end may be a host's own processes."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain

from percale.policy.endpoints import Endpoint
from percale.policy.host_path import Crossing
from percale.policy.selection import Staged
from percale.policy.verdict import Verdict, judge
from percale.policy.world import World
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
    crossings = crossings_of(source_host, destination_host)
    asked = (judge(world, packet, crossing=crossing, staged=staged).host for crossing in crossings)
    return replace(verdict, host=tuple(chain.from_iterable(asked)))


def crossings_of(source: Endpoint | None, destination: Endpoint | None) -> Iterator[Crossing]:
    if source:
        yield Crossing(source.node, None, source.interface)
    if destination:
        yield Crossing(destination.node, destination.interface, None)
