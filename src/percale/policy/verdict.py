"""The plain judge: one packet that opens a flow, everybody on its way asked, each answer with its reason.

A reply and whatever else belongs to a flow that was let through is let through too, so only the first packet of a
flow is ever judged.

Source: Calico's felix/rules/endpoints.go.
"""

from dataclasses import dataclass

from percale.policy.deciding import Question, decide
from percale.policy.endpoints import Endpoint
from percale.policy.host_path import Crossing, host_decisions, is_untracked
from percale.policy.reasons import Decision
from percale.policy.rules import Direction
from percale.policy.selection import Staged
from percale.policy.world import World
from percale.traffic.packet import Packet


@dataclass(frozen=True, slots=True)
class Verdict:
    """None on a side says that no workload of ours is there; `host` are host endpoints, in the order they are asked."""

    packet: Packet
    egress: Decision | None
    ingress: Decision | None
    host: tuple[Decision, ...] = ()

    @property
    def decisions(self) -> tuple[Decision, ...]:
        return tuple(one for one in (self.egress, self.ingress, *self.host) if one)

    @property
    def allowed(self) -> bool:
        return all(one.allows for one in self.decisions)


def judge(
    world: World, packet: Packet, *, crossing: Crossing | None = None, staged: Staged = Staged.LEFT_OUT
) -> Verdict:
    """`packet` is as it is after destination NAT. Host endpoints are asked only on a crossing that is told."""
    host = tuple(host_decisions(world, crossing, packet, staged)) if crossing else ()
    tracked = not any(map(is_untracked, host))

    def asked(endpoint: Endpoint | None, direction: Direction) -> Decision | None:
        if endpoint is None:
            return None
        return decide(Question(world, endpoint, direction, packet, staged=staged, tracked=tracked))

    source, destination = world.workload_at(packet.source), world.workload_at(packet.destination)
    return Verdict(packet, asked(source, Direction.EGRESS), asked(destination, Direction.INGRESS), host)
