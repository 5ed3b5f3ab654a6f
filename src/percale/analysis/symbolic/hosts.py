"""What a host's own processes send and take past its host endpoint, hook by hook as `policy.host_path` has them.

Subject 0 stands for the host at one of its addresses.
"""

from collections.abc import Iterator
from functools import cached_property
from itertools import chain

from percale.analysis.symbolic.cells import Cells
from percale.analysis.symbolic.identities import Identities
from percale.analysis.symbolic.one_way import OneWay, Part, Stage, divided, hits_of
from percale.policy.endpoints import Endpoint
from percale.policy.policies import Hook
from percale.policy.rules import Action, Direction
from percale.policy.settings import FailsafePort, HostSettings
from percale.policy.world import EVERY_INTERFACE
from percale.traffic.intervals import Intervals
from percale.traffic.traffic import ANY_PORT


class HostWay:
    """Of one direction; `identity` is that of the host's address."""

    def __init__(
        self, way: OneWay, cells: Cells, identities: Identities, settings: HostSettings, host: Endpoint, identity: int
    ) -> None:
        self._way, self._cells, self._identities, self._settings = way, cells, identities, settings
        self._host, self._identity = host, identity

    @cached_property
    def row(self) -> tuple[Part, ...]:
        """All that passes; parts are disjoint."""
        stages = chain.from_iterable(self._stages.values())
        spared = (cells for hook in self._stages for cells, _ in self._failsafes(hook))
        parts = divided(self._cells.everything, stages, (*spared, self._cells.opening))
        found = (Part(wire, self._passing(wire & -wire)) for wire in parts)
        return tuple(part for part in found if part.peers)

    def allowed(self, peer: int) -> int:
        peers = 1 << int(self._way.peers.class_of[peer])
        return sum(part.wire for part in self.row if part.peers & peers)

    @property
    def _hooks(self) -> Iterator[Hook]:
        if self._host.interface != EVERY_INTERFACE:
            yield Hook.UNTRACKED
        if self._way.direction is Direction.INGRESS:
            yield Hook.PRE_DNAT
        yield Hook.NORMAL

    @cached_property
    def _stages(self) -> dict[Hook, tuple[Stage, ...]]:
        return {hook: self._way.stages_at(hook, self._host, self._identity) for hook in self._hooks}

    def _passing(self, cell: int) -> int:
        """Peer classes; a rule's Allow at an early hook spares the packet all that follows."""
        through, left = 0, self._way.everyone
        for hook, stages in self._stages.items():
            if hook is Hook.NORMAL:
                return through | self._past_normal(stages, left, cell)
            spared = left & self._spared(hook, cell)
            left ^= spared
            for hit in hits_of(stages, 0, left, cell, ends=False):
                if hit.action is Action.ALLOW:
                    through |= hit.peers
                if hit.action in (Action.ALLOW, Action.DENY):
                    left ^= hit.peers
            left |= spared
        return through

    def _past_normal(self, stages: tuple[Stage, ...], left: int, cell: int) -> int:
        if self._settings.drops_invalid and not cell & self._cells.opening:
            return 0
        spared = left & self._spared(Hook.NORMAL, cell)
        hits = hits_of(stages, 0, left ^ spared, cell)
        return spared | sum(hit.peers for hit in hits if hit.action is Action.ALLOW)

    def _spared(self, hook: Hook, cell: int) -> int:
        found = 0
        for cells, peers in self._failsafes(hook):
            if cells & cell:
                found |= peers
        return found

    def _failsafes(self, hook: Hook) -> Iterator[tuple[int, int]]:
        """Cells and peers; where nothing is tracked, also what comes back from the other direction's ports."""
        inbound, outbound = self._settings.failsafe_inbound, self._settings.failsafe_outbound
        here, there = (inbound, outbound) if self._way.direction is Direction.INGRESS else (outbound, inbound)
        yield from ((self._to(one), self._from(one)) for one in here)
        if hook is Hook.UNTRACKED:
            yield from ((self._cells.mask(one.protocol, _port(one), ANY_PORT), self._from(one)) for one in there)

    def _to(self, one: FailsafePort) -> int:
        return self._cells.mask(one.protocol, ANY_PORT, _port(one))

    def _from(self, one: FailsafePort) -> int:
        if one.net is None:
            return self._way.everyone
        return self._way.peers.column(self._identities.within((one.net,)))


def _port(one: FailsafePort) -> Intervals:
    return Intervals.single(one.port)
