"""What decided about a flow on one side, as the judge would say it, by number."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from percale.policy.reasons import EndOfTier, HostPath, HostRefused, NoProfile, NotOpening, Reason, RuleRef
from percale.policy.rules import Action


@dataclass(frozen=True, slots=True, eq=False)
class Ruling:
    """`because` is None where no workload is on that side. A profile's rule does not say which profile's.

    Profiles that say the same are one to the engine: every namespace has one that allows everything.
    """

    action: Action
    because: Reason | None

    @property
    def allows(self) -> bool:
        return self.action is Action.ALLOW


class Rulings:
    """In the order in which they were first met; number 0 is that of nobody."""

    def __init__(self) -> None:
        self.known = [Ruling(Action.ALLOW, None)]
        self._numbers: dict[tuple[object, ...], int] = {}
        self._allows = np.ones(1, np.bool_)
        self.host_path = self.number(Action.ALLOW, HostPath())
        self.host_refused = self.number(Action.DENY, HostRefused())
        self.not_opening = self.number(Action.DENY, NotOpening())
        self.no_profile = self.number(Action.DENY, NoProfile())

    def number(self, action: Action, because: Reason) -> int:
        key = _key(because)
        if key not in self._numbers:
            self._numbers[key] = len(self.known)
            self.known.append(Ruling(action, because))
        return self._numbers[key]

    @property
    def allows(self) -> npt.NDArray[np.bool_]:
        if len(self._allows) != len(self.known):
            self._allows = np.array([one.allows for one in self.known])
        return self._allows


def _key(because: Reason) -> tuple[object, ...]:
    """By identity: to compare rules costs more than to rule on a flow."""
    match because:
        case RuleRef():
            return RuleRef, id(because.policy), id(because.rule)
        case EndOfTier():
            return EndOfTier, because.tier.name, *map(id, because.policies)
        case _:
            return (type(because),)
