"""Which ruling decides, by subject class, peer class and cell: made for those subjects that flows are about."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

import numpy as np
import numpy.typing as npt

from percale.analysis.flows.rulings import Rulings
from percale.analysis.symbolic.bits import Indices, indices_of, ones
from percale.analysis.symbolic.engine import Engine
from percale.analysis.symbolic.one_way import Hit, OneWay
from percale.policy.policies import Policy
from percale.policy.reasons import EndOfTier, RuleRef
from percale.policy.rules import Action

#: Of one pair of classes: each ruling with the cells that it decides about.
_Answers = tuple[tuple[int, int], ...]


class RulingRows:
    """Equal answers are kept once; the last row is of those that are no subject."""

    def __init__(self, engine: Engine, way: OneWay, rulings: Rulings) -> None:
        self._cells, self._way, self._rulings = engine.cells, way, rulings
        self._policies = engine.world.policies.policies
        nobody: _Answers = ((0, self._cells.everything),)
        self._known: dict[_Answers, int] = {nobody: 0}
        self._numbers = np.zeros((way.subjects.count + 1, way.peers.count), np.uint16)
        self._by_cell = np.zeros((1, self._cells.size), np.uint32)
        self.made = np.zeros(way.subjects.count + 1, np.bool_)
        self.made[-1] = True

    def make(self, subjects: Iterable[int]) -> None:
        for subject in subjects:
            self._make(subject)
            self.made[subject] = True
        new = list(self._known)[len(self._by_cell) :]
        self._by_cell = np.concatenate([self._by_cell, *(self._listed(one)[None] for one in new)])

    def take(self, where: Indices, cells: Indices) -> npt.NDArray[np.uint32]:
        """`where` are subject classes times the number of peer classes, plus peer classes."""
        at = self._numbers.reshape(-1).take(where).astype(np.intp)
        at *= self._cells.size
        at += cells
        return self._by_cell.reshape(-1).take(at)

    def _listed(self, answers: _Answers) -> npt.NDArray[np.uint32]:
        found = np.zeros(self._cells.size, np.uint32)
        for ruling, cells in answers:
            found[indices_of(cells, self._cells.size)] = ruling
        return found

    def _make(self, subject: int) -> None:
        peers_of = self._answers(subject)
        for answers, peers in peers_of.items():
            number = self._known.setdefault(answers, len(self._known))
            if number > np.iinfo(self._numbers.dtype).max:
                self._numbers = self._numbers.astype(np.uint32)
            self._numbers[subject, indices_of(peers, self._way.peers.count)] = number

    def _answers(self, subject: int) -> dict[_Answers, int]:
        """With the peers that get them."""
        alike: dict[tuple[tuple[int, int], ...], int] = {}
        asked = 0
        for cells in self._way.divided(subject):
            decided = tuple(self._decided(subject, cells & -cells))
            alike[decided] = alike.get(decided, 0) | cells
            asked |= cells
        unasked = self._cells.everything & ~asked
        split: dict[_Answers, int] = {((self._rulings.not_opening, unasked),) if unasked else (): self._everyone}
        for decided, cells in alike.items():
            split = {
                (*answers, (ruling, cells)): common
                for answers, peers in split.items()
                for ruling, held in decided
                if (common := peers & held)
            }
        found: dict[_Answers, int] = {}
        for answers, peers in split.items():
            joined = _joined(answers)
            found[joined] = found.get(joined, 0) | peers
        return found

    def _decided(self, subject: int, cell: int) -> Iterator[tuple[int, int]]:
        """Rulings with the peers that they are about, who are everybody together."""
        left = self._everyone
        for hit in self._way.hits(subject, cell):
            if hit.action is not Action.PASS:
                left ^= hit.peers
                yield self._ruling(hit), hit.peers
        if left:
            yield self._rulings.no_profile, left

    def _ruling(self, hit: Hit) -> int:
        tier, policies, _ = hit.stage
        if hit.clause is None and tier:
            return self._rulings.number(hit.action, EndOfTier(tier, policies))
        if hit.clause is None:
            raise AssertionError("no profile ends")
        rule = hit.clause.rule
        if tier is None:
            return self._rulings.number(hit.action, RuleRef(None, rule))
        policy = next(one for one in self._written_in[id(rule)] if one in policies)
        return self._rulings.number(hit.action, RuleRef(policy, rule, tier=tier.name))

    @cached_property
    def _written_in(self) -> Mapping[int, list[Policy]]:
        """In the order of evaluation: policies may share a rule, and the first that is asked decides."""
        found: dict[int, list[Policy]] = {}
        for policy in self._policies:
            for rule in policy.rules(self._way.direction):
                found.setdefault(id(rule), []).append(policy)
        return found

    @cached_property
    def _everyone(self) -> int:
        return ones(self._way.peers.count)


def _joined(answers: _Answers) -> _Answers:
    """Each ruling once, in the order of their numbers."""
    cells_of: dict[int, int] = {}
    for ruling, cells in answers:
        cells_of[ruling] = cells_of.get(ruling, 0) | cells
    return tuple(sorted(cells_of.items()))
