"""Host endpoints in the kernel: what each is asked, hook by hook.

Each hook has a base chain of its own beside the workloads'. To let through is to accept, which ends that base chain
and no other: what is asked of a packet later is asked all the same.

Source: Calico's felix/rules/endpoints.go.
"""

from collections.abc import Iterator

from percale.dataplane.base_chains import discovery
from percale.dataplane.failsafe_rules import failsafe_rules
from percale.dataplane.host_parts import HostParts
from percale.dataplane.ruleset import Chain, Compare, Field, Jump, Match, Rule, Verdict
from percale.dataplane.ruleset import Hook as BaseHook
from percale.policy.endpoints import Endpoint
from percale.policy.policies import Hook
from percale.policy.rules import Direction

_RAW = -303
_BEFORE_WORKLOADS = -7
_AFTER_WORKLOADS = -3
_FILTER = -5
_AFTER_OUTPUT_NAT = -155

_ESTABLISHED = Rule((Compare(Field.CT_STATE, ("established", "related")),), (Verdict.ACCEPT,))
#: Of what the host sends to a destination that is translated, where it is known as what it will be.
ASKED_LATER = Rule((Compare(Field.CT_STATUS, "dnat"),), (Verdict.ACCEPT,), "asked after routing")


def own_and_translated(chain: str) -> Rule:
    """Not said by what it is not: `ct status != dnat` is true of all that has another bit as well."""
    return Rule((Compare(Field.CT_STATUS, "dnat"), Compare(Field.SOURCE_TYPE, "local")), (Jump(chain),))


class HostChains:
    """The base chains of a node with host endpoints, for one table; none on a node without."""

    def __init__(self, parts: HostParts) -> None:
        self._parts = parts

    def chains(self) -> Iterator[Chain]:
        """None where no host endpoint is: they cost every packet of the host something."""
        if self._parts.governed:
            yield from self._untracked()
            yield from self._inwards()
            yield from self._outwards()

    def _untracked(self) -> Iterator[Chain]:
        """Only where a policy needs them."""
        if rules := list(self._at(Hook.UNTRACKED, Direction.INGRESS)):
            yield Chain("host-untracked-in", tuple(rules), BaseHook("prerouting", _RAW))
        if rules := list(self._at(Hook.UNTRACKED, Direction.EGRESS)):
            yield Chain("host-untracked-out", tuple(rules), BaseHook("output", _RAW))

    def _inwards(self) -> Iterator[Chain]:
        """Policy before NAT is asked here too, of the destination that connection tracking remembers.

        What it lets through has no more to say on the way in: accepting spares it the rest of the chain.
        """
        early = (*self._skipped(), *self._at(Hook.PRE_DNAT, Direction.INGRESS))
        forwarded = (*early, *self._at(Hook.FORWARD, Direction.INGRESS))
        yield Chain("host-forward-in", forwarded, BaseHook("forward", _BEFORE_WORKLOADS))
        yield Chain(
            "host-in", (*early, *self._at(Hook.NORMAL, Direction.INGRESS)), BaseHook("input", _BEFORE_WORKLOADS)
        )

    def _outwards(self) -> Iterator[Chain]:
        """What a host's own process sends to a translated destination is asked after routing."""
        forwarded = (_ESTABLISHED, *self._at(Hook.FORWARD, Direction.EGRESS))
        yield Chain("host-forward-out", forwarded, BaseHook("forward", _AFTER_WORKLOADS))
        skipped, normal = tuple(self._skipped()), tuple(self._at(Hook.NORMAL, Direction.EGRESS))
        yield Chain("host-out", (*skipped, ASKED_LATER, *normal), BaseHook("output", _FILTER))
        translated = (*skipped, own_and_translated("host-own-translated"))
        yield Chain("host-own-translated", normal)
        yield Chain("host-out-translated", translated, BaseHook("postrouting", _AFTER_OUTPUT_NAT))

    def _skipped(self) -> Iterator[Rule]:
        yield _ESTABLISHED
        yield from self._untracked_passes()

    def _untracked_passes(self) -> Iterator[Rule]:
        """What doNotTrack policy has let through is not asked again; neighbour discovery is never tracked anyway."""
        untracked = Compare(Field.CT_STATE, "untracked")
        if self._parts.version == 4:
            yield Rule((untracked,), (Verdict.ACCEPT,))
            return
        protocol, types = discovery()
        yield Rule((untracked, _negated(protocol)), (Verdict.ACCEPT,))
        yield Rule((untracked, protocol, _negated(types)), (Verdict.ACCEPT,))

    def _at(self, hook: Hook, direction: Direction) -> Iterator[Rule]:
        name = f"host_{hook.value.lower()}_{direction.value}"
        return self._parts.governed.rules(name, hook, direction, lambda one: self._entry(one, hook, direction))

    def _entry(self, endpoint: Endpoint, hook: Hook, direction: Direction) -> str | None:
        """A chain that ends by falling off its end where the endpoint has nothing to say."""
        program = self._parts.programs.in_force(endpoint).of_host(self._parts.version, direction, hook)
        tracked = hook in (Hook.NORMAL, Hook.FORWARD)
        if not (tracked or program.tiers):
            return None
        opening: list[Rule] = []
        if tracked and self._parts.settings.drops_invalid:
            opening.append(Rule((Compare(Field.CT_STATE, "invalid"),), (Verdict.DROP,)))
        if hook is Hook.PRE_DNAT:
            # Its base chain goes on to forward policy, from which a failsafe spares nothing.
            spared = Verdict.RETURN
            opening += failsafe_rules(
                self._parts.settings, hook, direction, self._parts.version, verdict=spared, before_nat=True
            )
        elif hook is not Hook.FORWARD:
            opening += failsafe_rules(self._parts.settings, hook, direction, self._parts.version)
        return self._parts.entry(opening, program)


def _negated(match: Match) -> Match:
    if not isinstance(match, Compare):
        raise TypeError(f"{match} is no comparison")
    return Compare(match.field, match.value, negated=True)
