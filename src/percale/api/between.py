"""The answer to `World.between`."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, cast

from percale.analysis.asking import Terms
from percale.analysis.asking_sets import AskedOfSets, ask_sets
from percale.analysis.between_sets import Between as Answer
from percale.analysis.between_sets import Part as AnswerPart
from percale.analysis.connectivity import Group
from percale.policy.from_resources import DEFAULT_NAMESPACE
from percale.policy.world import World
from percale.report.between_sets import SetReport, hosts_name, verdict_of
from percale.report.groups import GroupNames, together
from percale.traffic.traffic import Traffic

_USUAL_WIDTH = 100


@dataclass(frozen=True, slots=True)
class Part:
    """Pairs that fare alike. `depends` is what is let through only at some addresses that the two may have."""

    source: str
    destination: str
    ip_version: int
    allowed: Traffic
    depends: Traffic
    denied: Traffic

    def __str__(self) -> str:
        return f"{self.source} -> {self.destination}: {self.allowed or self.depends or 'nothing'}"


@dataclass(frozen=True, slots=True)
class Between:
    """`some` is that a part of all that was asked is let through. It is true where all of it is, and only there."""

    verdict: Literal["allow", "some", "deny", "unknown"]
    parts: tuple[Part, ...]
    _asked: AskedOfSets = field(repr=False, compare=False)

    @property
    def allowed(self) -> bool:
        return self.verdict == "allow"

    def __bool__(self) -> bool:
        return self.allowed

    def __str__(self) -> str:
        """As `percale reach` prints it, each claim with a packet and the reasons."""
        return self._report().text(_USUAL_WIDTH)

    def json(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self._report().json())
        return found

    def _report(self) -> SetReport:
        return SetReport(self._asked, explain=False)


def between(world: World, source: str, destination: str, terms: Terms) -> Between:
    within = "" if terms.namespace == DEFAULT_NAMESPACE else terms.namespace
    asked = ask_sets(world, source, destination, terms, within=within)
    verdict = cast('Literal["allow", "some", "deny", "unknown"]', verdict_of(asked.answers))
    return Between(verdict, tuple(part for answer in asked.answers for part in _parts(answer)), asked)


def _parts(answer: Answer) -> list[Part]:
    names = GroupNames(answer.connectivity)
    return [_part(answer, part, names) for part in answer.parts]


def _part(answer: Answer, part: AnswerPart, names: GroupNames) -> Part:
    cells = answer.cells
    source, destination = (_name(groups, names) for groups in (part.sources, part.destinations))
    allowed, depends, denied = (cells.opened(mask) for mask in (part.allowed, part.depending, part.denied))
    return Part(source, destination, cells.version, allowed, depends, denied)


def _name(groups: Sequence[Group], names: GroupNames) -> str:
    return hosts_name(groups) or names.name(together(groups))
