"""What a host endpoint lets through of what its node forwards, hook by hook as `policy.host_path` has them.

Coming in, it is asked before routing and after it; going out, only after. Subject 0 stands for the end that rules call
their own: the destination of what comes in, the source of what goes out.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from pyroaring import FrozenBitMap

from percale.analysis.symbolic.engine import Engine
from percale.analysis.symbolic.one_way import OneWay, Part, Stage, divided, hits_of
from percale.policy.endpoints import Endpoint
from percale.policy.policies import Hook
from percale.policy.rules import Action, Direction
from percale.policy.settings import FailsafePort, HostSettings
from percale.policy.world import EVERY_INTERFACE
from percale.traffic.intervals import Intervals
from percale.traffic.traffic import ANY_PORT


def hooks_of(host: Endpoint, direction: Direction) -> tuple[Hook, ...]:
    """Those at which it is asked of what is forwarded, in their order."""
    if direction is Direction.EGRESS:
        return (Hook.FORWARD,)
    early = (Hook.PRE_DNAT,) if host.interface == EVERY_INTERFACE else (Hook.UNTRACKED, Hook.PRE_DNAT)
    return (*early, Hook.FORWARD)


@dataclass(frozen=True, slots=True)
class ForwardWay:
    """Of one direction."""

    engine: Engine
    host: Endpoint
    direction: Direction

    @property
    def _way(self) -> OneWay:
        return self.engine.egress if self.direction is Direction.EGRESS else self.engine.ingress

    def told_apart(self) -> tuple[FrozenBitMap, ...]:
        """Sets of identities, as the end that is the rules' own."""
        return tuple(dict.fromkeys(self._way.told_apart_at(hooks_of(self.host, self.direction), self.host)))

    def peer(self, identity: int) -> int:
        """The class of the other end."""
        return int(self._way.peers.class_of[identity])

    def row(self, identity: int) -> tuple[Part, ...]:
        """All that passes, of flows that are opened, by classes of the other end; parts are disjoint."""
        cells = self.engine.cells
        hooks = hooks_of(self.host, self.direction)
        stages = {hook: self._way.stages_at(hook, self.host, identity) for hook in hooks}
        spared = (wire for hook in hooks for wire, _ in self._failsafes(hook, stages[hook]))
        parts = divided(cells.opening, chain.from_iterable(stages.values()), spared)
        return tuple(Part(wire, peers) for wire in parts if (peers := self._passing(stages, wire & -wire)))

    def _passing(self, stages: dict[Hook, tuple[Stage, ...]], cell: int) -> int:
        """A rule's Allow before routing spares the packet what follows on the way in; a failsafe only its own hook."""
        through, left = 0, self._way.everyone
        for hook, asked in stages.items():
            spared = 0
            for wire, peers in self._failsafes(hook, asked):
                spared |= left & peers if wire & cell else 0
            left ^= spared
            for hit in hits_of(asked, 0, left, cell, ends=hook is Hook.FORWARD):
                if hit.action is Action.ALLOW:
                    through |= hit.peers
                if hit.action in (Action.ALLOW, Action.DENY):
                    left ^= hit.peers
            left |= spared
        # Whom no rule decides about at the last hook goes on too.
        return through | left

    def _failsafes(self, hook: Hook, asked: tuple[Stage, ...]) -> Iterator[tuple[int, int]]:
        """Cells and peers, where the hook has them: where nothing is tracked, also the other direction's ports."""
        if hook is Hook.FORWARD or not asked:
            return
        settings = self._settings
        yield from ((self._cells(ANY_PORT, one), self._from(one)) for one in settings.failsafe_inbound)
        if hook is Hook.UNTRACKED:
            for one in settings.failsafe_outbound:
                mask = self.engine.cells.mask(one.protocol, Intervals.single(one.port), ANY_PORT)
                yield mask, self._from(one)

    @property
    def _settings(self) -> HostSettings:
        return self.engine.world.settings_for(self.host.node)

    def _cells(self, source_ports: Intervals, one: FailsafePort) -> int:
        return self.engine.cells.mask(one.protocol, source_ports, Intervals.single(one.port))

    def _from(self, one: FailsafePort) -> int:
        if one.net is None:
            return self._way.everyone
        return self._way.peers.column(self.engine.identities.within((one.net,)))
