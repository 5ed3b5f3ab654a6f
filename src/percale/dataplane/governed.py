"""Which host endpoint governs which interface of a node, as kernel rules.

Source: Calico's felix/rules/endpoints.go.
"""

from collections.abc import Callable, Iterator

from percale.dataplane.ruleset import Dispatch, Field, Jump, Key, Lookup, Match, Rule, Set, SetElement, VerdictMap
from percale.policy.endpoints import Endpoint
from percale.policy.policies import Hook
from percale.policy.rules import Direction
from percale.policy.world import EVERY_INTERFACE, World

_NAMED = "host_interfaces"
_WORKLOADS = "workload_links"

_INTERFACE = {Direction.INGRESS: Field.IIFNAME, Direction.EGRESS: Field.OIFNAME}

#: The chain that a host endpoint is asked by; None where it has nothing to say.
Entry = Callable[[Endpoint], str | None]


class Governed:
    """The interfaces of one node, and the maps from them to chains."""

    def __init__(self, world: World, node: str) -> None:
        self._named = dict(_governed(world, node))
        self._every = world.host_endpoint(node, EVERY_INTERFACE)
        self._workload_links = world.node(node).workload_interfaces
        self.maps: dict[str, VerdictMap] = {}

    def __bool__(self) -> bool:
        return bool(self._named or self._every)

    def sets(self) -> Iterator[Set]:
        if self:
            yield Set(_NAMED, (Key.INTERFACE,), frozenset((name,) for name in self._named))
            yield Set(_WORKLOADS, (Key.INTERFACE,), frozenset((name,) for name in self._workload_links))

    def endpoints(self, hook: Hook) -> Iterator[Endpoint]:
        """Those that are asked at the hook: doNotTrack policy on `*` does nothing."""
        yield from self._named.values()
        if self._every and hook is not Hook.UNTRACKED:
            yield self._every

    def rules(self, map_name: str, hook: Hook, direction: Direction, entry: Entry) -> Iterator[Rule]:
        """Named interfaces by a map, the others by the wildcard endpoint's chain."""
        interface = _INTERFACE[direction]
        entries = {name: entry(one) for name, one in self._named.items()}
        elements: dict[SetElement, Jump] = {(name,): Jump(chain) for name, chain in entries.items() if chain}
        if elements:
            self.maps[map_name] = VerdictMap(map_name, (Key.INTERFACE,), elements)
            yield Rule((), (Dispatch((interface,), map_name),))
        every = None if hook is Hook.UNTRACKED else self._every
        if every and (chain := entry(every)):
            others: list[Match] = [Lookup((interface,), _NAMED, negated=True)]
            if hook is Hook.NORMAL:
                others.append(Lookup((interface,), _WORKLOADS, negated=True))
            yield Rule(tuple(others), (Jump(chain),))


def _governed(world: World, node: str) -> Iterator[tuple[str, Endpoint]]:
    """Interfaces that have a host endpoint of their own."""
    host = world.node(node)
    mentioned = {one.interface for one in world.host_endpoints if one.node == node} - {"", EVERY_INTERFACE}
    for name in sorted((host.interfaces.keys() | mentioned) - host.workload_interfaces):
        one = world.host_endpoint(node, name)
        if one and one.interface != EVERY_INTERFACE:
            yield name, one
