"""A world into the kernel rules of one node."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from percale.dataplane import naming
from percale.dataplane.base_chains import (
    WorkloadInterface,
    hook_chains,
    source_checks,
    source_sets,
    stage_chains,
)
from percale.dataplane.bridge_checks import bridge_table
from percale.dataplane.chains import ChainWriter
from percale.dataplane.enforceable import refuse_unenforceable
from percale.dataplane.governed import Governed
from percale.dataplane.host_chains import HostChains
from percale.dataplane.host_parts import HostParts
from percale.dataplane.log_prefix import StagedLog
from percale.dataplane.membership import Membership
from percale.dataplane.programs import Mark, Program, Programs
from percale.dataplane.ruleset import (
    Chain,
    Family,
    Goto,
    Jump,
    Key,
    Ruleset,
    Set,
    SetElement,
    Table,
    VerdictMap,
)
from percale.dataplane.staged_chains import staged_chains
from percale.dataplane.staged_host_chains import StagedHostChains
from percale.policy.endpoints import Endpoint
from percale.policy.rules import Direction
from percale.policy.world import World
from percale.traffic.addresses import Address, Network

_Addressed = Sequence[tuple[Address, Endpoint]]


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
    world: World, local: Iterable[Endpoint], settings: NodeSettings | None = None
) -> tuple[Ruleset, dict[str, Mark]]:
    """Rules for the endpoints of one node, and what each mark in them stands for."""
    refuse_unenforceable(world)
    compiler = _Compiler(world, tuple(local), settings or NodeSettings())
    tables = [compiler.table(version) for version in (4, 6)]
    if any(one.bridged for one in compiler.settings.interfaces):
        tables.append(bridge_table(compiler.settings.interfaces))
    return Ruleset(tuple(tables)), compiler.programs.marks


class _Compiler:
    """One node's tables; what both share is worked out once."""

    def __init__(self, world: World, local: tuple[Endpoint, ...], settings: NodeSettings) -> None:
        self.settings = settings
        self.programs = Programs(world)
        self._world = world
        self._local = local
        self._membership = Membership(world)
        self._on_host = world.settings_for(settings.name)

    def table(self, version: int) -> Table:
        marks, staged_log = self.programs.marks, self.settings.staged_log
        writer = ChainWriter(self._membership, version, marks, self._on_host, staged_log)
        addressed = [(address, one) for one in self._local for address in one.addresses if address.version == version]
        workloads = self._workload_maps(addressed, version, writer)
        hosts = Governed(self._world, self.settings.name)
        base = (*self._base_chains(version), *self._host_chains(hosts, version, writer))
        staged, staged_maps = staged_chains(addressed, version, self.programs, writer)
        sets = (*self._source_sets(addressed, version), *hosts.sets())
        return Table(
            family=Family.IP if version == 4 else Family.IP6,
            chains=writer.chains | staged | {one.name: one for one in base},
            sets=writer.matcher.sets | {one.name: one for one in sets},
            interval_sets=writer.matcher.interval_sets,
            maps=writer.maps | staged_maps | hosts.maps | workloads,
            counters=writer.counters,
        )

    def _workload_maps(self, addressed: _Addressed, version: int, writer: ChainWriter) -> dict[str, VerdictMap]:
        egress: dict[SetElement, Goto | Jump] = {}
        ingress: dict[SetElement, Goto | Jump] = {}
        for address, one in addressed:
            # From a base chain the way must be a jump: a goto would end in the chain's policy.
            egress[address,] = Jump(_entry(writer, self.programs.of_workload(one, address, Direction.EGRESS)))
            ingress[address,] = Goto(_entry(writer, self.programs.of_workload(one, address, Direction.INGRESS)))
        keys = (_address_key(version),)
        return {
            naming.EGRESS_OF: VerdictMap(naming.EGRESS_OF, keys, egress),
            naming.INGRESS_OF: VerdictMap(naming.INGRESS_OF, keys, ingress),
        }

    def _base_chains(self, version: int) -> Iterator[Chain]:
        yield from stage_chains(version, self.settings.guarded)
        yield from hook_chains(version, self.settings.guarded, self._on_host)
        yield source_checks(version)

    def _host_chains(self, governed: Governed, version: int, writer: ChainWriter) -> Iterator[Chain]:
        parts = HostParts(governed, self._on_host, version, self.programs, writer)
        yield from HostChains(parts).chains()
        yield from StagedHostChains(parts).chains()

    def _source_sets(self, addressed: _Addressed, version: int) -> Iterator[Set]:
        yield Set(naming.LOCAL, (_address_key(version),), frozenset((address,) for address, _ in addressed))
        yield from source_sets(tuple(one for one in self.settings.interfaces if not one.bridged), version)


def _address_key(version: int) -> Key:
    return Key.IPV4 if version == 4 else Key.IPV6


def _entry(writer: ChainWriter, program: Program) -> str:
    """Where a packet of the endpoint starts: an open one goes on to the next stage at once."""
    if not program.is_open:
        return writer.class_chain(program)
    return naming.TO_POD if program.direction is Direction.EGRESS else naming.OK
