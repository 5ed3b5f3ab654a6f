"""One table of a node, put together from what its own endpoints, the host and classes need in it."""

from collections.abc import Iterable, Mapping
from dataclasses import fields
from itertools import chain
from typing import Generic, TypeVar

from percale.dataplane.action_chains import ActionChains
from percale.dataplane.base_chains import WorkloadInterface, hook_chains, source_checks, source_sets, stage_chains
from percale.dataplane.chains import ChainWriter
from percale.dataplane.classes import Classes
from percale.dataplane.host_rules import HostRules
from percale.dataplane.local_endpoints import Entry
from percale.dataplane.local_maps import LocalMaps
from percale.dataplane.membership import Membership, Moves
from percale.dataplane.parts import same_where_equal
from percale.dataplane.programs import Mark, Program
from percale.dataplane.rosters import Roster
from percale.dataplane.ruleset import Chain, Family, Set, Table, VerdictMap
from percale.traffic.addresses import Address, Network

_P = TypeVar("_P")


class _Joined(Generic[_P]):
    """Several mappings as one, which stays the same one as long as all of them do."""

    def __init__(self) -> None:
        self._parts: tuple[Mapping[str, _P], ...] = ()
        self._whole: Mapping[str, _P] = {}

    def of(self, *parts: Mapping[str, _P]) -> Mapping[str, _P]:
        if len(parts) != len(self._parts) or any(a is not b for a, b in zip(parts, self._parts, strict=True)):
            whole: dict[str, _P] = {}
            for one in parts:
                whole.update(one)
            self._parts, self._whole = parts, same_where_equal(whole, self._whole)
        return self._whole


class NodeTable:
    def __init__(
        self, version: int, membership: Membership, guarded: tuple[Network, ...], actions: ActionChains
    ) -> None:
        """What was written under other settings is written again by another table."""
        chains = (
            *stage_chains(version, guarded),
            *hook_chains(version, guarded, actions.settings),
            source_checks(version),
        )
        self.version = version
        self._base: Mapping[str, Chain] = {one.name: one for one in chains}
        self._sources: Mapping[str, Set] = {}
        self._hosts = HostRules()
        self._local = LocalMaps(version)
        self._classes = Classes(membership, ChainWriter(membership, actions))
        self.programs: tuple[Program, ...] = ()
        self._gathered: tuple[tuple[Program, ...], ...] = ((), ())
        self._chains = _Joined[Chain]()
        self._sets = _Joined[Set]()
        self._maps = _Joined[VerdictMap]()
        self._table = Table(Family.IP if version == 4 else Family.IP6)

    @property
    def rosters(self) -> Iterable[Roster]:
        return self._classes.rosters

    @property
    def marks(self) -> Mapping[str, Mark]:
        return self._classes.parts.marks

    def attach(self, interfaces: tuple[WorkloadInterface, ...]) -> None:
        self._sources = {one.name: one for one in source_sets(interfaces, self.version)}

    def govern(self, hosts: HostRules) -> None:
        self._hosts = hosts
        self._gather()

    def enter(self, entries: Mapping[Address, Entry | None]) -> None:
        """None for an address that nobody here has any more."""
        self._local.follow({address: one for address, one in entries.items() if address.version == self.version})
        self._gather()

    def _gather(self) -> None:
        """The programs in use: the same value as long as no other one is."""
        gathered = (self._local.programs, self._hosts.programs)
        if any(now is not before for now, before in zip(gathered, self._gathered, strict=True)):
            self._gathered = gathered
            self.programs = tuple(dict.fromkeys(chain.from_iterable(gathered)))

    def follow(self, moves: Moves) -> Table:
        """The table as it is now: the same one as before where nothing in it is another."""
        self._classes.follow(self.programs, moves)
        parts, local, hosts = self._classes.parts, self._local, self._hosts
        found = Table(
            self._table.family,
            self._chains.of(parts.chains, self._base, local.chains, hosts.chains),
            self._sets.of(self._classes.sets, local.sets, self._sources, hosts.sets),
            parts.interval_sets,
            self._maps.of(self._classes.maps, local.maps, hosts.maps),
            parts.counters,
        )
        if any(getattr(found, one.name) is not getattr(self._table, one.name) for one in fields(Table)):
            self._table = found
        return self._table
