"""Which of the flows that a node remembers are to be cut: those that the judge denies today."""

from collections.abc import Iterable, Iterator

from percale.dataplane.cut import CutFlow
from percale.host.conntrack import Flow
from percale.policy.endpoints import Endpoint
from percale.policy.verdict import judge
from percale.policy.world import World
from percale.traffic.packet import Packet


def denied(world: World, local: Iterable[Endpoint], flows: Iterable[Flow]) -> Iterator[CutFlow]:
    """Of those that begin or end at a local workload, but for flows that another one has announced."""
    here = {address for one in local for address in one.addresses}
    for flow in flows:
        source, destination = flow.source.address, flow.destination.address
        if not flow.expected and (source in here or destination in here):
            packet = Packet(source, destination, flow.protocol, flow.source.port, flow.destination.port)
            if not judge(world, packet).allowed:
                yield CutFlow(flow.protocol, source, flow.source.port, destination, flow.destination.port)
