"""Host endpoints in the kernel: which interface is governed by whom, hook by hook (calico-semantics §4.6).

Each hook has a base chain of its own beside the workloads'. To let through is to accept, which ends that base chain
and no other: what is asked of a packet later is asked all the same.
"""

from collections.abc import Iterable, Iterator

from percale.dataplane.base_chains import discovery
from percale.dataplane.chains import ChainWriter
from percale.dataplane.programs import Programs
from percale.dataplane.ruleset import (
    Chain,
    Compare,
    Dispatch,
    Field,
    Jump,
    Key,
    Lookup,
    Match,
    Rule,
    Set,
    SetElement,
    Verdict,
    VerdictMap,
)
from percale.dataplane.ruleset import (
    Hook as BaseHook,
)
from percale.policy.endpoints import Endpoint
from percale.policy.policies import Hook
from percale.policy.rules import Direction
from percale.policy.settings import FailsafePort, HostSettings
from percale.policy.world import EVERY_INTERFACE, World

HOST_NAMED = "host_interfaces"
_WORKLOADS = "workload_links"

_RAW = -304
_BEFORE_WORKLOADS = -7
_AFTER_WORKLOADS = -3
_FILTER = -5
_AFTER_OUTPUT_NAT = -155

_INTERFACE = {Direction.INGRESS: Field.IIFNAME, Direction.EGRESS: Field.OIFNAME}
_ESTABLISHED = Rule((Compare(Field.CT_STATE, ("established", "related")),), (Verdict.ACCEPT,))


class HostChains:
    """The base chains of a node with host endpoints, for one table; none on a node without."""

    def __init__(self, world: World, node: str, version: int, programs: Programs, writer: ChainWriter) -> None:
        self._settings = world.settings_for(node)
        self._version = version
        self._programs = programs
        self._writer = writer
        self._named = dict(_governed(world, node))
        self._every = world.host_endpoint(node, EVERY_INTERFACE)
        self._workload_links = world.node(node).workload_interfaces
        self.maps: dict[str, VerdictMap] = {}

    def sets(self) -> Iterator[Set]:
        if self._named or self._every:
            yield Set(HOST_NAMED, (Key.INTERFACE,), frozenset((name,) for name in self._named))
            yield Set(_WORKLOADS, (Key.INTERFACE,), frozenset((name,) for name in self._workload_links))

    def chains(self) -> Iterator[Chain]:
        """None where no host endpoint is: they cost every packet of the host something."""
        if self._named or self._every:
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
        """What a host's own process sends to a translated destination is asked after routing (§4.7)."""
        forwarded = (_ESTABLISHED, *self._at(Hook.FORWARD, Direction.EGRESS))
        yield Chain("host-forward-out", forwarded, BaseHook("forward", _AFTER_WORKLOADS))
        skipped, normal = tuple(self._skipped()), tuple(self._at(Hook.NORMAL, Direction.EGRESS))
        later = Rule((Compare(Field.CT_STATUS, "dnat"),), (Verdict.ACCEPT,), "asked after routing")
        yield Chain("host-out", (*skipped, later, *normal), BaseHook("output", _FILTER))
        others = (
            Rule((Compare(Field.CT_STATUS, "dnat", negated=True),), (Verdict.ACCEPT,)),
            Rule((Compare(Field.SOURCE_TYPE, "local", negated=True),), (Verdict.ACCEPT,)),
        )
        yield Chain("host-out-translated", (*skipped, *others, *normal), BaseHook("postrouting", _AFTER_OUTPUT_NAT))

    def _skipped(self) -> Iterator[Rule]:
        yield _ESTABLISHED
        yield from self._untracked_passes()

    def _untracked_passes(self) -> Iterator[Rule]:
        """What doNotTrack policy has let through is not asked again; neighbour discovery is never tracked anyway."""
        untracked = Compare(Field.CT_STATE, "untracked")
        if self._version == 4:
            yield Rule((untracked,), (Verdict.ACCEPT,))
            return
        protocol, types = discovery()
        yield Rule((untracked, _negated(protocol)), (Verdict.ACCEPT,))
        yield Rule((untracked, protocol, _negated(types)), (Verdict.ACCEPT,))

    def _at(self, hook: Hook, direction: Direction) -> Iterator[Rule]:
        """Named interfaces by a map, the others by the wildcard endpoint's chain."""
        interface = _INTERFACE[direction]
        entries = {name: self._entry(one, hook, direction) for name, one in self._named.items()}
        elements: dict[SetElement, Jump] = {(name,): Jump(chain) for name, chain in entries.items() if chain}
        if elements:
            name = f"host_{hook.value.lower()}_{direction.value}"
            self.maps[name] = VerdictMap(name, (Key.INTERFACE,), elements)
            yield Rule((), (Dispatch((interface,), name),))
        # doNotTrack policy on `*` does nothing (§4.6).
        if self._every and hook is not Hook.UNTRACKED and (chain := self._entry(self._every, hook, direction)):
            others: list[Match] = [Lookup((interface,), HOST_NAMED, negated=True)]
            if hook is Hook.NORMAL:
                others.append(Lookup((interface,), _WORKLOADS, negated=True))
            yield Rule(tuple(others), (Jump(chain),))

    def _entry(self, endpoint: Endpoint, hook: Hook, direction: Direction) -> str | None:
        """A chain that ends by falling off its end where the endpoint has nothing to say."""
        program = self._programs.of_host(endpoint, self._version, direction, hook)
        tracked = hook in (Hook.NORMAL, Hook.FORWARD)
        if not (tracked or program.tiers):
            return None
        opening: list[Rule] = []
        if tracked and self._settings.drops_invalid:
            opening.append(Rule((Compare(Field.CT_STATE, "invalid"),), (Verdict.DROP,)))
        if hook is not Hook.FORWARD:
            opening += _failsafes(self._settings, hook, direction, self._version)
        opening.append(Rule((), (Jump(self._writer.class_chain(program)),)))
        return self._writer.add("h", opening)


def _governed(world: World, node: str) -> Iterator[tuple[str, Endpoint]]:
    """Interfaces that have a host endpoint of their own."""
    host = world.node(node)
    mentioned = {one.interface for one in world.host_endpoints if one.node == node} - {"", EVERY_INTERFACE}
    for name in sorted((host.interfaces.keys() | mentioned) - host.workload_interfaces):
        one = world.host_endpoint(node, name)
        if one and one.interface != EVERY_INTERFACE:
            yield name, one


def _failsafes(settings: HostSettings, hook: Hook, direction: Direction, version: int) -> Iterator[Rule]:
    """Where nothing is tracked, also what comes back from the other direction's ports."""
    inbound, outbound = settings.failsafe_inbound, settings.failsafe_outbound
    here, there = (inbound, outbound) if direction is Direction.INGRESS else (outbound, inbound)
    if hook is Hook.PRE_DNAT:
        # Its base chain goes on to forward policy, from which a failsafe spares nothing.
        yield from _failsafe_rules(here, Field.ORIGINAL_DPORT, direction, version, Verdict.RETURN)
        return
    yield from _failsafe_rules(here, Field.DPORT, direction, version, Verdict.ACCEPT)
    if hook is Hook.UNTRACKED:
        yield from _failsafe_rules(there, Field.SPORT, direction, version, Verdict.ACCEPT)


def _failsafe_rules(
    failsafes: Iterable[FailsafePort], port: Field, direction: Direction, version: int, verdict: Verdict
) -> Iterator[Rule]:
    other_end = Field.SADDR if direction is Direction.INGRESS else Field.DADDR
    by_net: dict[object, list[FailsafePort]] = {}
    for one in failsafes:
        if one.net is None or one.net.version == version:
            by_net.setdefault((one.protocol, one.net), []).append(one)
    for group in by_net.values():
        first = group[0]
        matches: list[Match] = [Compare(Field.L4PROTO, first.protocol)]
        matches.append(Compare(port, tuple(sorted({one.port for one in group}))))
        if first.net is not None and first.net.prefixlen:
            matches.append(Compare(other_end, first.net))
        yield Rule(tuple(matches), (verdict,), "failsafe")


def _negated(match: Match) -> Match:
    if not isinstance(match, Compare):
        raise TypeError(f"{match} is no comparison")
    return Compare(match.field, match.value, negated=True)
