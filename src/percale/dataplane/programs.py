"""What one address of an endpoint enforces in one direction, as a value: equal programs share their chains."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from percale.dataplane import naming
from percale.dataplane.peers import PeerRule, peer_rules
from percale.policy.endpoints import Endpoint
from percale.policy.policies import Policy
from percale.policy.rules import Action, Direction, Rule
from percale.policy.selection import TierInForce, tiers_in_force
from percale.policy.world import World
from percale.traffic.addresses import Address


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that decides, with the name of its counter: a rule, or the end of a tier."""

    name: str
    direction: Direction
    action: Action
    says: str


@dataclass(frozen=True, slots=True)
class TierProgram:
    """Rules in order; then `end`, the mark that denies, or on to the next tier when there is none."""

    rules: tuple[PeerRule, ...]
    end: str | None

    @property
    def passes(self) -> bool:
        return any(rule.action is Action.PASS for rule in self.rules)


@dataclass(frozen=True, slots=True)
class Program:
    """Tiers, then profiles: `rules` of them, and `end`, which always denies."""

    direction: Direction
    version: int
    tiers: tuple[TierProgram, ...]
    profiles: TierProgram

    @property
    def is_open(self) -> bool:
        """No policy in force, and the first profile lets everything through."""
        first = next(iter(self.profiles.rules), None)
        return not self.tiers and first is not None and first.is_allow_all


class Programs:
    """Programs of a world; collects the marks that they mention on the way."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.marks: dict[str, Mark] = {}

    def of(self, endpoint: Endpoint, own: Address, direction: Direction) -> Program:
        tiers = tiers_in_force(self._world.policies, endpoint, direction)
        return Program(
            direction,
            own.version,
            tuple(self._tier(tier, direction, own) for tier in tiers),
            self._profiles(endpoint, direction, own),
        )

    def _tier(self, tier: TierInForce, direction: Direction, own: Address) -> TierProgram:
        rules = [
            compiled
            for policy in tier.policies
            for rule in policy.rules(direction)
            for compiled in self._rule(rule, direction, own, partial(self._rule_mark, policy, direction))
        ]
        return TierProgram(tuple(rules), None if tier.tier.passes else self._end_mark(tier, direction))

    def _rule(self, rule: Rule, direction: Direction, own: Address, mark: Callable[[Rule], str]) -> list[PeerRule]:
        return list(peer_rules(rule, mark(rule), direction, own, self._world))

    def _profiles(self, endpoint: Endpoint, direction: Direction, own: Address) -> TierProgram:
        rules = [
            compiled
            for name in endpoint.profiles
            for profile in [self._world.profiles.get(name)]
            for rule in (profile.rules(direction) if profile else ())
            if rule.action in (Action.ALLOW, Action.DENY)
            for compiled in self._rule(rule, direction, own, partial(self._profile_mark, direction))
        ]
        return TierProgram(tuple(rules), self._mark(direction, Action.DENY, "no profile allows"))

    def _rule_mark(self, policy: Policy, direction: Direction, rule: Rule) -> str:
        return self._mark(direction, rule.action, f"{policy.id} {rule.path}")

    def _profile_mark(self, direction: Direction, rule: Rule) -> str:
        return self._mark(direction, rule.action, f"profile {rule.path}".rstrip())

    def _end_mark(self, tier: TierInForce, direction: Direction) -> str:
        names = ", ".join(str(policy.id) for policy in tier.policies)
        return self._mark(direction, Action.DENY, f"end of tier {tier.tier.name}: {names}")

    def _mark(self, direction: Direction, action: Action, says: str) -> str:
        name = f"r-{naming.digest(direction, action, says)}"
        self.marks.setdefault(name, Mark(name, direction, action, says))
        return name
