"""Staged policies of host endpoints in the kernel: counted, never enforced.

At each hook one base chain ahead of all that enforces asks, in the judge's order, what would be asked if staged
policies were enforced, and ends where a packet would end. What comes before in that order and has its own hook, or no
staged policy, is asked only to know what follows, and not counted.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from percale.dataplane import naming
from percale.dataplane.failsafe_rules import failsafe_rules
from percale.dataplane.host_chains import ASKED_LATER, own_and_translated
from percale.dataplane.host_parts import HostParts
from percale.dataplane.ruleset import Chain, Compare, Field, Jump, Rule, Verdict
from percale.dataplane.ruleset import Hook as BaseHook
from percale.dataplane.stages import staged_at_host
from percale.policy.endpoints import Endpoint
from percale.policy.policies import Hook
from percale.policy.rules import Direction

_RAW = -304
_FIRST = -10
_OUTPUT = -6
_AFTER_OUTPUT_NAT = -156

_OPENS_NO_FLOW = Rule((Compare(Field.CT_STATE, ("established", "related", "invalid")),), (Verdict.ACCEPT,))
_UNTRACKED = Compare(Field.CT_STATE, "untracked")
_END = Rule((), (Verdict.ACCEPT,))
_IN, _OUT = Direction.INGRESS, Direction.EGRESS


@dataclass(frozen=True, slots=True)
class _Place:
    """Where policy is asked, by the name that the maps there have."""

    name: str
    #: Whether it goes on to the outgoing interface.
    onward: bool = False
    #: Whether connection tracking knows the packet, and so the destination that it had.
    tracked: bool = True
    #: Behind routing and the translation of destinations.
    hooked_late: bool = True


class StagedHostChains:
    """None where no staged policy is in force on a host endpoint, so that nobody pays for them."""

    def __init__(self, parts: HostParts) -> None:
        self._parts = parts

    def chains(self) -> Iterator[Chain]:
        if self._counts(Hook.UNTRACKED, _IN):
            yield self._untracked("staged-host-untracked-in", _IN, "prerouting")
        if self._counts(Hook.UNTRACKED, _OUT):
            yield self._untracked("staged-host-untracked-out", _OUT, "output")
        before_nat = self._counts(Hook.PRE_DNAT, _IN)
        if before_nat or self._counts(Hook.FORWARD, _IN) or self._counts(Hook.FORWARD, _OUT):
            yield from self._forwarded()
        if before_nat or self._counts(Hook.NORMAL, _IN):
            yield from self._late(_Place("in"), (Hook.PRE_DNAT, Hook.NORMAL), _IN, BaseHook("input", _FIRST))
        if self._counts(Hook.NORMAL, _OUT):
            yield from self._late(_Place("out"), (Hook.NORMAL,), _OUT, BaseHook("output", _OUTPUT), (ASKED_LATER,))
            yield from self._translated()

    def _counts(self, hook: Hook, direction: Direction) -> bool:
        return any(
            self._parts.programs.in_force(one).is_staged_at_host(direction, hook)
            for one in self._parts.governed.endpoints(hook)
        )

    def _untracked(self, name: str, direction: Direction, hook: str) -> Chain:
        rules = self._rules(_Place("raw", tracked=False, hooked_late=False), Hook.UNTRACKED, direction)
        return Chain(name, tuple(rules), BaseHook(hook, _RAW))

    def _forwarded(self) -> Iterator[Chain]:
        onward = self._rules(_Place("onward"), Hook.FORWARD, _OUT)
        yield Chain(naming.STAGED_ONWARD, (*onward, _END))
        place = _Place("forward", onward=True)
        yield from self._late(place, (Hook.PRE_DNAT, Hook.FORWARD), _IN, BaseHook("forward", _FIRST))

    def _late(
        self, place: _Place, hooks: tuple[Hook, ...], direction: Direction, base: BaseHook, first: tuple[Rule, ...] = ()
    ) -> Iterator[Chain]:
        """Of a packet that is not tracked, no original destination is known: it is as it came."""
        name = f"staged-host-{place.name}"
        last = Rule((), (Jump(naming.STAGED_ONWARD),)) if place.onward else _END
        as_it_came = replace(place, name=f"{place.name}-untracked", tracked=False)
        yield Chain(f"{name}-untracked", (*self._asked(as_it_came, hooks, direction), last))
        untracked = Rule((_UNTRACKED,), (Jump(f"{name}-untracked"),))
        yield Chain(name, (_OPENS_NO_FLOW, *first, untracked, *self._asked(place, hooks, direction), last), base)

    def _translated(self) -> Iterator[Chain]:
        name = "staged-host-out-translated"
        yield Chain(f"{name}-own", tuple(self._asked(_Place("out-translated"), (Hook.NORMAL,), _OUT)))
        hook = BaseHook("postrouting", _AFTER_OUTPUT_NAT)
        yield Chain(name, (_OPENS_NO_FLOW, own_and_translated(f"{name}-own")), hook)

    def _asked(self, place: _Place, hooks: tuple[Hook, ...], direction: Direction) -> Iterator[Rule]:
        for hook in (Hook.UNTRACKED, *hooks):
            yield from self._rules(place, hook, direction)

    def _rules(self, place: _Place, hook: Hook, direction: Direction) -> Iterator[Rule]:
        name = f"staged_host_{place.name}_{hook.value.lower()}_{direction.value}".replace("-", "_")
        return self._parts.governed.rules(name, hook, direction, lambda one: self._entry(one, place, hook, direction))

    def _entry(self, endpoint: Endpoint, place: _Place, hook: Hook, direction: Direction) -> str | None:
        """A chain that ends by falling off its end where the endpoint has nothing to say."""
        in_force = self._parts.programs.in_force(endpoint)
        staged = in_force.is_staged_at_host(direction, hook)
        if not (staged or _leads_on(place, hook, direction)):
            return None
        early = hook in (Hook.UNTRACKED, Hook.PRE_DNAT) and place.hooked_late
        stage = staged_at_host(
            onward=place.onward,
            before_nat=early and place.tracked,
            counts=staged and not (early and hook is Hook.UNTRACKED),
        )
        program = in_force.staged_of_host(self._parts.version, direction, hook, stage)
        if not (program.tiers or program.profiles):
            return None
        opening = () if hook is Hook.FORWARD else self._failsafes(hook, direction, before_nat=stage.before_nat)
        return self._parts.entry(opening, program)

    def _failsafes(self, hook: Hook, direction: Direction, *, before_nat: bool) -> Iterator[Rule]:
        """They spare the packet their own hook only; after the last one nothing is asked anyway."""
        return failsafe_rules(
            self._parts.settings, hook, direction, self._parts.version, verdict=Verdict.RETURN, before_nat=before_nat
        )


def _leads_on(place: _Place, hook: Hook, direction: Direction) -> bool:
    """Whether what is asked later depends on it, although it is not counted."""
    if hook is Hook.UNTRACKED:
        # A packet that is tracked has not been let through untracked by policy that is enforced.
        return place.hooked_late and not place.tracked
    return hook is Hook.PRE_DNAT or (place.onward and direction is _IN)
