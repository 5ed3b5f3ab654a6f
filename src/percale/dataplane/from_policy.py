"""A world into the kernel rules of one node, and on from one world to the next."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from operator import is_not

from percale.dataplane.action_chains import ActionChains
from percale.dataplane.base_chains import WorkloadInterface
from percale.dataplane.bridge_checks import bridge_table
from percale.dataplane.enforceable import Enforceable
from percale.dataplane.host_rules import host_rules
from percale.dataplane.in_force import Programs
from percale.dataplane.local_endpoints import LocalEndpoints
from percale.dataplane.local_policies import LocalPolicies
from percale.dataplane.log_prefix import StagedLog
from percale.dataplane.membership import Membership, Moves
from percale.dataplane.node_table import NodeTable
from percale.dataplane.places import Places
from percale.dataplane.programs import Mark, Program
from percale.dataplane.resolved import Resolved
from percale.dataplane.ruleset import Ruleset, Table
from percale.policy.endpoints import Endpoint, EndpointKind
from percale.policy.incremental.difference import Change, Difference, PolicyChange
from percale.selector import Selector
from percale.traffic.addresses import Address, Network


@dataclass(frozen=True, slots=True)
class NodeSettings:
    """What a node's rules need beyond policy.

    `guarded` are the networks that this node's pods live in: an address of theirs that nobody has told us of gets
    nothing through. `name` is that of the node whose host endpoints are to be enforced.
    """

    name: str = ""
    guarded: tuple[Network, ...] = ()
    interfaces: tuple[WorkloadInterface, ...] = ()
    staged_log: StagedLog | None = None


def compile_ruleset(
    world: Resolved, local: Iterable[Endpoint], settings: NodeSettings | None = None
) -> tuple[Ruleset, Mapping[str, Mark]]:
    """Rules for the endpoints of one node, and what each mark in them stands for; `local` are the world's own."""
    live = LiveRuleset(world, frozenset(local).__contains__, settings)
    return live.ruleset, live.marks


class LiveRuleset:
    """The rules of one node for a world that changes.

    They depend on the world of the moment and never on how it came about. What a change does not touch stays the very
    same value, so that whoever compares two rulesets need not look into it.
    """

    def __init__(
        self, world: Resolved, is_local: Callable[[Endpoint], bool], settings: NodeSettings | None = None
    ) -> None:
        """`is_local` says which workloads are the node's; of an endpoint it always says the same."""
        self._is_local = is_local
        self._settings = settings or NodeSettings()
        self._places = Places()
        self._policies = LocalPolicies()
        self._programs = Programs(self._policies, self._places)
        self._local = LocalEndpoints(self._programs)
        self._membership = Membership(self._places)
        self._enforceable = Enforceable()
        self._tables: tuple[NodeTable, ...] = ()
        self._bridge: tuple[Table, ...] = ()
        self._made_for: tuple[tuple[Network, ...], ActionChains] | None = None
        self._in_use: tuple[tuple[Program, ...], ...] = ((), ())
        self._ruleset = Ruleset(())
        self.follow(world, _all_of(world))

    @property
    def ruleset(self) -> Ruleset:
        """Raises NotEnforceable as long as there are rules that cannot be compiled."""
        self._enforceable.refuse()
        return self._ruleset

    @property
    def marks(self) -> Mapping[str, Mark]:
        return {name: mark for table in self._tables for name, mark in table.marks.items()}

    def follow(self, world: Resolved, difference: Difference, settings: NodeSettings | None = None) -> None:
        """`difference` is all that became of the world since the last time; no settings mean the same ones."""
        everyone = (*difference.workloads, *difference.host_endpoints, *difference.network_sets)
        self._places.apply(everyone)
        self._enforceable.follow(world, difference)
        renewed = self._settle(world, settings or self._settings)
        reordered = difference.tiers or bool(difference.profiles)
        if reordered:
            self._programs.follow(world.policies.tiers, world.profiles)
        selected = self._policies.follow(difference.policies, self._subjects(difference))
        again = self._local if reordered else {*selected, *self._local.touched_by(everyone)}
        changed = self._local.follow(_those(difference.workloads, self._is_local), list(again))
        self._enter(self._local.addresses if renewed else changed)
        if renewed or reordered or self._concerns_host(difference, selected):
            self._govern(world)
        anew = self._expect()
        moves = self._membership.follow(everyone, world.services, difference.services)
        self._put_together(moves)
        if anew:
            self._membership.keep({roster for table in self._tables for roster in table.rosters})

    def _settle(self, world: Resolved, settings: NodeSettings) -> bool:
        """Whether the tables are new: they are where settings are others that much of them depends on."""
        attached = settings.interfaces != self._settings.interfaces
        self._settings = settings
        actions = ActionChains(world.settings_for(settings.name), settings.staged_log)
        made_for = settings.guarded, actions
        renewed = made_for != self._made_for
        if renewed:
            self._made_for = made_for
            self._tables = tuple(NodeTable(version, self._membership, *made_for) for version in (4, 6))
        if attached or renewed:
            self._attach(settings.interfaces)
        return renewed

    def _attach(self, interfaces: tuple[WorkloadInterface, ...]) -> None:
        self._bridge = (bridge_table(interfaces),) if any(one.bridged for one in interfaces) else ()
        for table in self._tables:
            table.attach(tuple(one for one in interfaces if not one.bridged))

    def _subjects(self, difference: Difference) -> Iterator[Change]:
        """Whom policies select here."""
        yield from _those(difference.workloads, self._is_local)
        yield from _those(difference.host_endpoints, self._is_of_host)

    def _is_of_host(self, one: Endpoint) -> bool:
        return one.node == self._settings.name

    def _concerns_host(self, difference: Difference, selected: Iterable[Endpoint]) -> bool:
        if self._settings.name in difference.nodes or any(_those(difference.host_endpoints, self._is_of_host)):
            return True
        return any(one.kind is EndpointKind.HOST for one in selected)

    def _enter(self, addresses: Iterable[Address]) -> None:
        entries = {address: self._local.entry(address) for address in addresses}
        for table in self._tables:
            table.enter(entries)

    def _govern(self, world: Resolved) -> None:
        for table in self._tables:
            table.govern(host_rules(world, self._settings.name, table.version, self._programs))

    def _expect(self) -> bool:
        """Whether other programs are in use; what their rules select is told apart before anybody joins."""
        in_use = tuple(table.programs for table in self._tables)
        if all(now is before for now, before in zip(in_use, self._in_use, strict=True)):
            return False
        new = set(chain.from_iterable(in_use)) - set(chain.from_iterable(self._in_use))
        self._membership.expect(selector for program in new for selector in _selectors(program))
        self._in_use = in_use
        return True

    def _put_together(self, moves: Moves) -> None:
        tables = (*(table.follow(moves) for table in self._tables), *self._bridge)
        if len(tables) != len(self._ruleset.tables) or any(map(is_not, tables, self._ruleset.tables)):
            self._ruleset = Ruleset(tables)


def _all_of(world: Resolved) -> Difference:
    """Between nothing at all and the world."""

    def new(endpoints: Iterable[Endpoint]) -> tuple[Change, ...]:
        return tuple(Change(None, one) for one in endpoints)

    return Difference(
        workloads=new(world.workloads),
        host_endpoints=new(world.host_endpoints),
        network_sets=new(world.network_sets),
        policies=tuple(PolicyChange(None, one) for one in world.policies.policies),
        tiers=True,
        profiles=frozenset(world.profiles),
        services=frozenset(world.services),
        settings=True,
    )


def _those(changes: Iterable[Change], wanted: Callable[[Endpoint], bool]) -> Iterator[Change]:
    """Changes as they look to somebody who sees nobody else."""
    for change in changes:
        before, after = (one if one and wanted(one) else None for one in (change.before, change.after))
        if before or after:
            yield Change(before, after)


def _selectors(program: Program) -> Iterator[Selector]:
    for rule in chain.from_iterable(tier.rules for tier in program.reached):
        for peer in (rule.source, rule.destination):
            named = (one.selector for one in (peer.named, peer.not_named) if one)
            yield from filter(None, (peer.selector, peer.not_selector, *named))
