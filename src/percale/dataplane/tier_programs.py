"""Tiers and profiles as programs: what of their rules is left to ask, with a mark for whatever decides.

What was made is remembered as long as somebody enforces it, under all that it depends on: what is found again is
never out of date.
"""

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from weakref import WeakValueDictionary

from percale.dataplane import naming
from percale.dataplane.peers import ASKED_NOTHING, Answer, PeerRule, asks, rules_of_host, rules_of_workload
from percale.dataplane.programs import Mark, TierProgram
from percale.dataplane.stages import Stage
from percale.policy.policies import Policy, Profile
from percale.policy.rules import OWN_SIDE, Action, Direction, Rule
from percale.policy.selection import TierInForce

#: What an address answers to those rules of a policy, or profile, that ask it something.
Answers = tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class Site:
    """Where a program runs: at a workload's own address, or on a host, of whom everything is asked."""

    stage: Stage
    direction: Direction
    version: int
    on_host: bool = False
    #: Where the end of a tier denies.
    ends: bool = True

    def mark(self, action: Action, says: str, policy: Policy | None = None) -> Mark:
        letter = "s" if self.stage.staged else "r"
        name = f"{letter}-{naming.digest(self.stage.name, self.direction, action, says)}"
        return Mark(name, self.stage, self.direction, action, says, policy)

    def compiled(self, rule: Rule, mark: str, answers: Iterator[Answer]) -> Iterator[PeerRule]:
        if self.on_host:
            return rules_of_host(rule, mark, self.version)
        answered = next(answers) if asks(rule.entity(OWN_SIDE[self.direction])) else ASKED_NOTHING
        return rules_of_workload(rule, mark, self.direction, self.version, answered)


@dataclass(frozen=True, slots=True, weakref_slot=True, eq=False)
class _PolicyProgram:
    rules: tuple[PeerRule, ...]
    marks: tuple[Mark, ...]


def asking(giver: Policy | Profile, direction: Direction) -> tuple[Rule, ...]:
    """Those rules of which it depends on the own address what is left."""
    return tuple(rule for rule in giver.rules(direction) if asks(rule.entity(OWN_SIDE[direction])))


class TierPrograms:
    def __init__(self) -> None:
        self._policies: WeakValueDictionary[Hashable, _PolicyProgram] = WeakValueDictionary()
        self._tiers: WeakValueDictionary[Hashable, TierProgram] = WeakValueDictionary()

    def of_tier(self, tier: TierInForce, site: Site, answers: tuple[Answers, ...]) -> TierProgram:
        """`answers` are for each policy in turn; a host gives none."""
        key = (tier, site, answers)
        if (known := self._tiers.get(key)) is None:
            known = self._tiers[key] = self._tier(tier, site, answers)
        return known

    def of_profiles(
        self, profiles: Iterable[Profile], site: Site, answers: tuple[Answers, ...]
    ) -> tuple[TierProgram, ...]:
        """All in one, but each with a Pass for itself, as this leads on to the next."""
        parts: list[TierProgram] = []
        rules: list[PeerRule] = []
        marks: list[Mark] = []
        answered = chain.from_iterable(answers)
        for profile in profiles:
            for rule in profile.rules(site.direction):
                marks.append(site.mark(rule.action, f"profile {rule.path}".rstrip()))
                left = tuple(site.compiled(rule, marks[-1].name, answered))
                rules += left if rule.action is not Action.LOG else ()
            if any(rule.action is Action.PASS for rule in profile.rules(site.direction)):
                parts.append(self._profile(site, rules, marks, None))
                rules, marks = [], []
        end = site.mark(Action.DENY, "no profile allows")
        return (*parts, self._profile(site, rules, marks, end))

    def _tier(self, tier: TierInForce, site: Site, answers: tuple[Answers, ...]) -> TierProgram:
        each = answers or ((),) * len(tier.policies)
        made = [self._policy(policy, site, own) for policy, own in zip(tier.policies, each, strict=True)]
        names = [str(policy.id) for policy in tier.policies]
        end = None
        if site.ends and not tier.tier.passes:
            end = site.mark(Action.DENY, f"end of tier {tier.tier.name}: {', '.join(names)}")
        return TierProgram(
            naming.digest(site.stage.name, site.direction, site.on_host, site.ends, *names, *map(_text, answers)),
            site.stage,
            site.direction,
            site.version,
            tuple(rule for one in made for rule in one.rules),
            end.name if end else None,
            {mark.name: mark for mark in (*(mark for one in made for mark in one.marks), *filter(None, [end]))},
            tuple(made),
        )

    def _policy(self, policy: Policy, site: Site, answers: Answers) -> _PolicyProgram:
        key = (policy, site, answers)
        if (known := self._policies.get(key)) is None:
            rules: list[PeerRule] = []
            marks: list[Mark] = []
            answered = iter(answers)
            for rule in policy.rules(site.direction):
                marks.append(site.mark(rule.action, f"{policy.id} {rule.path}", policy))
                rules += site.compiled(rule, marks[-1].name, answered)
            known = self._policies[key] = _PolicyProgram(tuple(rules), tuple(marks))
        return known

    def _profile(self, site: Site, rules: Iterable[PeerRule], marks: Iterable[Mark], end: Mark | None) -> TierProgram:
        """Named by contents: most profiles say the same."""
        rules, last = tuple(rules), end.name if end else None
        name = naming.digest(site.stage.name, site.direction, *rules, last)
        if (known := self._tiers.get((name, site.version))) is None:
            by_name = {mark.name: mark for mark in (*marks, *filter(None, [end]))}
            known = TierProgram(name, site.stage, site.direction, site.version, rules, last, by_name)
            self._tiers[name, site.version] = known
        return known


def _text(answers: Answers) -> str:
    return " ".join(f"{one.holds} {sorted(one.named)} {sorted(one.not_named)}" for one in answers)
