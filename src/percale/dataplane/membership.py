"""Which addresses stand behind selectors, named ports and services, kept true for what has been asked about.

Whoever asks gets a roster to hold on to; a change tells which rosters moved, and nobody else has to ask again.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from percale.dataplane.peers import NamedPorts
from percale.dataplane.places import Places
from percale.dataplane.rosters import Backends, DeclaredPorts, Members, Move, Roster
from percale.policy.incremental.difference import Change
from percale.policy.incremental.selector_index import SelectorIndex
from percale.policy.incremental.tracked import Tracked
from percale.policy.rules import ServiceRef
from percale.policy.world import ServiceBackend, World
from percale.selector import All, Selector

Moves = Mapping[Roster, Move]
Services = Mapping[ServiceRef, tuple[ServiceBackend, ...]]

_ANYONE = All()


@dataclass(slots=True)
class _Behind:
    """What has been asked about the endpoints behind one selector."""

    tracked: Tracked
    members: dict[int, Members] = field(default_factory=dict)
    ports: dict[tuple[NamedPorts, int], DeclaredPorts] = field(default_factory=dict)

    @property
    def rosters(self) -> Iterator[Members | DeclaredPorts]:
        yield from self.members.values()
        yield from self.ports.values()

    def keep(self, asked: Collection[Roster]) -> None:
        self.members = {key: one for key, one in self.members.items() if one in asked}
        self.ports = {key: one for key, one in self.ports.items() if one in asked}


class Membership:
    """Cheapest where selectors are expected before endpoints come."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._index = SelectorIndex()
        self._services: Services = {}
        # By text, which to write out once is quicker than to hash a selector and to compare it.
        self._behind: dict[str, _Behind] = {}
        self._of: dict[Tracked, _Behind] = {}
        self._backends: dict[ServiceRef, dict[tuple[int, bool], Backends]] = {}

    @classmethod
    def of(cls, world: World) -> "Membership":
        """One world's, for good."""
        places = Places()
        everyone = [Change(None, one) for one in (*world.workloads, *world.host_endpoints, *world.network_sets)]
        places.apply(everyone)
        made = cls(places)
        made.follow(everyone, world.services, ())
        return made

    def expect(self, selectors: Iterable[Selector]) -> None:
        for selector in selectors:
            self._standing_behind(selector)

    def follow(self, changes: Iterable[Change], services: Services, served: Iterable[ServiceRef]) -> Moves:
        """The places have followed already; `served` are those of the services that are others than before."""
        self._services = services
        moves = {
            one: one.follow(shift.joined, shift.left)
            for shift in self._index.apply(changes)
            for one in self._of[shift.tracked].rosters
        }
        served_moves = {
            one: one.follow(services.get(ref, ()), self._places)
            for ref in served
            for one in self._backends.get(ref, {}).values()
        }
        return {roster: move for roster, move in (moves | served_moves).items() if move}

    def members(self, selector: Selector, version: int) -> Members:
        behind = self._standing_behind(selector)
        if version not in behind.members:
            behind.members[version] = Members(selector, version, behind.tracked.members, self._places)
        return behind.members[version]

    def named_ports(self, named: NamedPorts, version: int) -> DeclaredPorts:
        behind = self._standing_behind(named.selector or _ANYONE)
        if (named, version) not in behind.ports:
            behind.ports[named, version] = DeclaredPorts(named, version, behind.tracked.members, self._places)
        return behind.ports[named, version]

    def service(self, service: ServiceRef, version: int, *, ports: bool) -> Backends:
        """With their ports where the service is a destination, by addresses alone where it is a source."""
        known = self._backends.setdefault(service, {})
        if (version, ports) not in known:
            made = known[version, ports] = Backends(service, version, ports=ports)
            made.follow(self._services.get(service, ()), self._places)
        return known[version, ports]

    def keep(self, asked: Collection[Roster]) -> None:
        """All others are forgotten."""
        for text, behind in list(self._behind.items()):
            behind.keep(asked)
            if not any(behind.rosters):
                del self._behind[text], self._of[behind.tracked]
                self._index.untrack(behind.tracked)
        for service, known in list(self._backends.items()):
            self._backends[service] = {key: one for key, one in known.items() if one in asked}
            if not self._backends[service]:
                del self._backends[service]

    def _standing_behind(self, selector: Selector) -> _Behind:
        text = str(selector)
        if text not in self._behind:
            tracked = self._index.track(selector)
            self._behind[text] = self._of[tracked] = _Behind(tracked)
        return self._behind[text]
