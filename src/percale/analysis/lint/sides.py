"""Rules of one side that the other side never agrees with."""

from collections.abc import Iterator
from functools import cached_property

from percale.analysis.lint.weighing import Instance
from percale.analysis.symbolic.bits import Indices, each
from percale.analysis.symbolic.engine import Engine
from percale.analysis.symbolic.one_way import Hit, OneWay
from percale.policy.rules import OWN_SIDE, Action, Direction, Rule


class Sides:
    """Of one engine, seen from one direction."""

    def __init__(self, engine: Engine, way: OneWay, other: OneWay) -> None:
        self._engine, self._way, self._other = engine, way, other
        #: Rules, by their `id`, of which some packet passes the other side as well.
        self.met: set[int] = set()
        #: An example of each that speaks of workloads and has not been met.
        self.unmet: dict[int, Instance] = {}

    def look(self) -> None:
        for subject in range(self._way.subjects.count):
            if self._is_open(subject):
                for cells in self._way.divided(subject):
                    for hit in self._way.hits(subject, cells & -cells):
                        self._meet(hit, subject, cells)
        for rule in self.met:
            self.unmet.pop(rule, None)

    def _is_open(self, subject: int) -> bool:
        stages = self._way.stages(subject)
        return any(self._is_asked(one.rule) for stage in stages if stage.tier for one in stage.clauses)

    def _is_asked(self, rule: Rule) -> bool:
        """Only those that name their peers by labels, and so mean workloads."""
        peer = rule.entity(OWN_SIDE[self._way.direction].other)
        return rule.action is Action.ALLOW and peer.selector is not None and id(rule) not in self.met

    def _meet(self, hit: Hit, subject: int, cells: int) -> None:
        if hit.clause is None or hit.stage.tier is None or not self._is_asked(hit.clause.rule):
            return
        rule = id(hit.clause.rule)
        workloads = 0
        for peer in each(hit.peers):
            for far in self._far_subjects.get(peer, ()):
                workloads |= 1 << peer
                if self._agrees(far, subject, cells):
                    self.met.add(rule)
                    return
        if workloads:
            self.unmet.setdefault(rule, Instance(self._engine, self._way, subject, workloads, cells))

    def _agrees(self, far: int, subject: int, cells: int) -> bool:
        near = self._near_peers[subject]
        return any(part.wire & cells and part.peers & near for part in self._other.row(far))

    @cached_property
    def _far_subjects(self) -> dict[int, tuple[int, ...]]:
        """Of each peer class, which subject classes of the other side its workloads are in."""
        found: dict[int, dict[int, None]] = {}
        for peer, far in zip(*self._classes(self._way.peers.class_of, self._other.subjects.class_of), strict=True):
            found.setdefault(peer, {})[far] = None
        return {peer: tuple(classes) for peer, classes in found.items()}

    @cached_property
    def _near_peers(self) -> dict[int, int]:
        """Of each subject class, which peer classes of the other side its workloads are in."""
        found: dict[int, int] = {}
        for subject, peer in zip(*self._classes(self._way.subjects.class_of, self._other.peers.class_of), strict=True):
            found[subject] = found.get(subject, 0) | 1 << peer
        return found

    def _classes(self, *of_identity: Indices) -> Iterator[list[int]]:
        count = self._engine.identities.workloads
        return (classes[:count].tolist() for classes in of_identity)


def sides_of(engine: Engine) -> dict[Direction, Sides]:
    found = {
        Direction.EGRESS: Sides(engine, engine.egress, engine.ingress),
        Direction.INGRESS: Sides(engine, engine.ingress, engine.egress),
    }
    for one in found.values():
        one.look()
    return found
