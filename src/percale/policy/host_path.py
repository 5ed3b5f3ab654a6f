"""The way of a packet through one node, and which host endpoints are asked on it.

Source: Calico's felix/rules/endpoints.go.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from percale.policy.deciding import Question, decide_at_host
from percale.policy.endpoints import Endpoint
from percale.policy.policies import Hook
from percale.policy.reasons import Decision, RuleRef
from percale.policy.rules import Direction
from percale.policy.selection import Staged
from percale.policy.world import EVERY_INTERFACE, World
from percale.traffic.packet import Packet

#: Any interface that a workload hangs on; longer than a name may be, so that none is called so.
A_WORKLOADS_INTERFACE = "a workload's interface"


@dataclass(frozen=True, slots=True)
class Crossing:
    """Names of interfaces of the node; None stands for the host's own processes.

    `original` is the packet before destination NAT, where that differs.
    """

    node: str
    incoming: str | None
    outgoing: str | None
    original: Packet | None = None


def host_decisions(world: World, crossing: Crossing, packet: Packet, staged: Staged) -> Iterator[Decision]:
    """In the order of the kernel's hooks, up to the first that denies."""
    return (decision for _, decision in host_questions(world, crossing, packet, staged) if decision)


def host_questions(
    world: World, crossing: Crossing, packet: Packet, staged: Staged
) -> Iterator[tuple[Question, Decision | None]]:
    """Also those that no policy had an answer to."""
    way = _Way(world, crossing, packet, staged)
    accepted, tracked = False, True
    for hook, direction, name in way.early():
        asked = way.question(hook, direction, name, crossing.original or packet)
        decision = decide_at_host(asked) if asked else None
        if asked:
            yield asked, decision
        if decision:
            if not decision.allows:
                return
            # A failsafe ends its own hook only; a rule's Allow spares the packet what follows on the way in.
            accepted = isinstance(decision.because, RuleRef)
            tracked = not is_untracked(decision)
        if accepted:
            break
    for hook, direction, name in way.late(accepted=accepted):
        if asked := way.question(hook, direction, name, packet, tracked=tracked):
            decision = decide_at_host(asked)
            yield asked, decision
            if decision and not decision.allows:
                return


def is_untracked(decision: Decision) -> bool:
    """Whether it took the packet out of connection tracking."""
    return decision.hook is Hook.UNTRACKED and decision.allows and isinstance(decision.because, RuleRef)


@dataclass(frozen=True, slots=True)
class _Way:
    world: World
    crossing: Crossing
    packet: Packet
    staged: Staged

    def question(
        self, hook: Hook, direction: Direction, interface: str, packet: Packet, *, tracked: bool = True
    ) -> Question | None:
        """None where no host endpoint is asked."""
        endpoint = self._governing(interface)
        if endpoint is None or (hook is Hook.UNTRACKED and endpoint.interface == EVERY_INTERFACE):
            return None
        return Question(self.world, endpoint, direction, packet, hook, self.staged, tracked)

    def early(self) -> Iterator[tuple[Hook, Direction, str]]:
        """Before destination NAT."""
        incoming, outgoing = self.crossing.incoming, self.crossing.outgoing
        if incoming is not None:
            if not self._is_workload(incoming):
                yield Hook.UNTRACKED, Direction.INGRESS, incoming
            yield Hook.PRE_DNAT, Direction.INGRESS, incoming
        elif outgoing is not None:
            yield Hook.UNTRACKED, Direction.EGRESS, outgoing

    def late(self, *, accepted: bool) -> Iterator[tuple[Hook, Direction, str]]:
        incoming, outgoing = self.crossing.incoming, self.crossing.outgoing
        if incoming is not None and outgoing is not None:
            if not accepted:
                yield Hook.FORWARD, Direction.INGRESS, incoming
            yield Hook.FORWARD, Direction.EGRESS, outgoing
        elif accepted:
            return
        elif incoming is not None and not self._is_workload(incoming):
            yield Hook.NORMAL, Direction.INGRESS, incoming
        elif outgoing is not None and not self._is_workload(outgoing):
            yield Hook.NORMAL, Direction.EGRESS, outgoing

    def _governing(self, interface: str) -> Endpoint | None:
        return self.world.host_endpoint(self.crossing.node, interface)

    def _is_workload(self, interface: str) -> bool:
        if interface == A_WORKLOADS_INTERFACE:
            return True
        return interface in self.world.node(self.crossing.node).workload_interfaces
