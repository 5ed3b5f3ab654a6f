"""Everybody a suite speaks of, in groups that neither the rules in force nor the suite's own parties tell apart."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property, reduce
from itertools import product
from operator import and_, or_

from percale.analysis.connectivity import SINGLE, Connectivity, Flow, Group, Kind
from percale.analysis.expectations.claims import Claim
from percale.analysis.expectations.ends import Party
from percale.analysis.symbolic.engine import Engine, Scope
from percale.analysis.versions import versions_of
from percale.policy.endpoints import Endpoint
from percale.policy.selection import Staged
from percale.policy.world import World
from percale.traffic.addresses import Network, single
from percale.traffic.intervals import Intervals


def scope_of(world: World, claims: Sequence[Claim], pod_networks: tuple[Network, ...], staged: Staged) -> Scope:
    """What an engine must tell apart to be asked about the claims."""
    parties = {party for claim in claims for party in (claim.source, claim.destination)}
    hosts = (single(address) for node in world.nodes for address in node.addresses)
    return Scope(
        pod_networks=pod_networks,
        told_apart=tuple(dict.fromkeys((*hosts, *(net for party in parties for net in party.networks())))),
        traffic=tuple(dict.fromkeys(traffic for claim in claims for traffic in (claim.v4, claim.v6))),
        names=tuple(sorted({name for party in parties for name in party.domains()})),
        staged=staged,
    )


def versions_for(world: World, claims: Iterable[Claim]) -> tuple[int, ...]:
    """Those of the world, and any that a claim names an address or a message of."""
    named = {
        network.version
        for claim in claims
        for party in (claim.source, claim.destination)
        for network in party.networks()
        if network.prefixlen
    }
    named |= {4 for claim in claims if claim.v4 and not claim.v6}
    named |= {6 for claim in claims if claim.v6 and not claim.v4}
    return tuple(sorted({*versions_of(world), *named}))


class Field:
    """Of one IP version. Sets of groups are lists of their numbers."""

    def __init__(self, engine: Engine, parties: Iterable[Party]) -> None:
        self.engine = engine
        self._parties = tuple(dict.fromkeys(parties))
        self.groups: list[Group] = []
        self._members: dict[Party, list[int]] = {party: [] for party in self._parties}
        self._node_of: dict[int, str] = {}
        self._add_workloads()
        self._add_outside()

    def sources(self, party: Party) -> list[int]:
        """By which name somebody outside is looked up says nothing where it sends."""
        return [number for number in self._members[party] if not self.groups[number].name]

    def destinations(self, party: Party) -> list[int]:
        return self._members[party]

    def pairs(self, claim: Claim) -> Iterator[tuple[int, int]]:
        """Those between which there can be traffic that a workload is asked about."""
        there = self.destinations(claim.destination)
        for one in self.sources(claim.source):
            yield from ((one, other) for other in there if can_talk(self.groups[one], self.groups[other]))

    def _add_workloads(self) -> None:
        inside: dict[Endpoint, list[int]] = {}
        for number, party in enumerate(self._parties):
            for one in party.workloads:
                inside.setdefault(one, []).append(number)
        found: dict[tuple[frozenset[Kind], tuple[int, ...]], list[Endpoint]] = {}
        for one in self.engine.world.workloads:
            if numbers := self.engine.identities.of_endpoint[one]:
                key = frozenset(map(self._kind, numbers)), tuple(inside.get(one, ()))
                found.setdefault(key, []).append(one)
        connectivity = Connectivity(self.engine)
        for (_, parties), members in found.items():
            self._add(Group(connectivity.distinct(members[0]), tuple(members)), parties)

    def is_from_own_host(self, source: int, destination: int) -> bool:
        """What a host sends to its own pods passes whatever policy says."""
        node = self._node_of.get(source)
        return node is not None and all(one.node == node for one in self.groups[destination].members)

    def _add_outside(self) -> None:
        """Nodes' own addresses are of no party."""
        identities, version = self.engine.identities, self.engine.cells.version
        found: dict[tuple[str, str | None, Kind, tuple[int, ...]], list[int]] = {}
        for (atom, name), number in identities.outside.items():
            first, _ = identities.free[atom].spans[0]
            node = self._nodes.get(first)
            held = (n for n, party in enumerate(self._parties) if party.holds_outside(first, version, name))
            key = name, node, self._kind(number), tuple(held if node is None else ())
            found.setdefault(key, []).append(atom)
        for (name, node, _, parties), atoms in found.items():
            if node is not None:
                self._node_of[len(self.groups)] = node
            addresses = Intervals.of(span for atom in atoms for span in identities.free[atom])
            self._add(Group((identities.outside[atoms[0], name],), (), addresses, name), parties)

    @cached_property
    def _nodes(self) -> dict[int, str]:
        version = self.engine.cells.version
        every = ((address, node.name) for node in self.engine.world.nodes for address in node.addresses)
        return {int(address): name for address, name in every if address.version == version}

    def _add(self, group: Group, parties: Iterable[int]) -> None:
        for number in parties:
            self._members[self._parties[number]].append(len(self.groups))
        self.groups.append(group)

    def _kind(self, number: int) -> Kind:
        return self.engine.kind(number)


class Flows:
    """Between the groups of a field, by an engine with its classes; each pair is asked about once."""

    def __init__(self, field: Field, engine: Engine) -> None:
        self.engine = engine
        self._groups = field.groups
        self._known: dict[tuple[int, int], Flow] = {}

    def between(self, source: int, destination: int) -> Flow:
        flow = self._known.get((source, destination))
        if flow is None:
            flow = self._known[source, destination] = self._asked(self._groups[source], self._groups[destination])
        return flow

    def _asked(self, source: Group, destination: Group) -> Flow:
        passing = [
            self.engine.between(one, other)
            for one, other in product(source.identities, destination.identities)
            if not is_one_address(self.engine, one, other)
        ]
        return Flow(source, destination, reduce(and_, passing, -1), reduce(or_, passing, 0))


def is_one_address(engine: Engine, one: int, other: int) -> bool:
    """Whether two workloads without addresses could only have the same one."""
    identities = engine.identities
    atom = identities.known[one].atom
    if atom != identities.known[other].atom or max(one, other) >= identities.workloads:
        return False
    spans = identities.free[atom].spans
    return len(spans) == 1 and spans[0][0] == spans[0][1]


def can_talk(source: Group, destination: Group) -> bool:
    """Not where both are outside, nor where both are one and the same pod."""
    if source.is_outside or destination.is_outside:
        return source.is_outside is not destination.is_outside
    return next(_couples(source, destination), None) is not None


def couple(source: Group, destination: Group) -> tuple[Group, Group]:
    """The same, of one member each, who are two."""
    if source.is_outside or destination.is_outside:
        return _first(source), _first(destination)
    one, other = next(_couples(source, destination))
    return _only(source, one), _only(destination, other)


def _couples(source: Group, destination: Group) -> Iterator[tuple[Endpoint, Endpoint]]:
    """A template stands for any number of pods."""
    for one in source.members[:2]:
        for other in destination.members[:2]:
            if one is not other or one.resource_kind not in SINGLE:
                yield one, other


def _first(group: Group) -> Group:
    return group if group.is_outside else _only(group, group.members[0])


def _only(group: Group, one: Endpoint) -> Group:
    return Group(group.identities, (one,))
