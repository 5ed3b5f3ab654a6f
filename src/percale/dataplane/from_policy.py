"""A world into the kernel rules of one node."""

from collections.abc import Iterable
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
from percale.dataplane.host_chains import HostChains
from percale.dataplane.membership import Membership
from percale.dataplane.programs import Mark, Program, Programs
from percale.dataplane.ruleset import (
    Chain,
    Element,
    Family,
    Goto,
    Jump,
    Key,
    Ruleset,
    Set,
    Table,
    VerdictMap,
)
from percale.dataplane.staged_chains import staged_chains
from percale.policy.endpoints import Endpoint
from percale.policy.rules import Direction
from percale.policy.world import World
from percale.traffic.addresses import Network


@dataclass(frozen=True, slots=True)
class NodeSettings:
    """What a node's rules need beyond policy.

    `guarded` are the networks that this node's pods live in: an address of theirs that nobody has told us of gets
    nothing through. `name` is that of the node whose host endpoints are to be enforced.
    """

    name: str = ""
    guarded: tuple[Network, ...] = ()
    interfaces: tuple[WorkloadInterface, ...] = ()


def compile_ruleset(
    world: World, local: Iterable[Endpoint], settings: NodeSettings | None = None
) -> tuple[Ruleset, dict[str, Mark]]:
    """Rules for the endpoints of one node, and what each mark in them stands for."""
    refuse_unenforceable(world)
    settings = settings or NodeSettings()
    local = tuple(local)
    programs, membership = Programs(world), Membership(world)
    tables = [_table(version, world, local, programs, membership, settings) for version in (4, 6)]
    if any(one.bridged for one in settings.interfaces):
        tables.append(bridge_table(settings.interfaces))
    return Ruleset(tuple(tables)), programs.marks


def _table(
    version: int,
    world: World,
    local: tuple[Endpoint, ...],
    programs: Programs,
    membership: Membership,
    settings: NodeSettings,
) -> Table:
    writer = ChainWriter(membership, version, programs.marks, world.settings)
    addressed = [(address, one) for one in local for address in one.addresses if address.version == version]
    egress: dict[tuple[Element, ...], Goto | Jump] = {}
    ingress: dict[tuple[Element, ...], Goto | Jump] = {}
    for address, one in addressed:
        # From a base chain the way must be a jump: a goto would end in the chain's policy (dataplane notes §2.2).
        egress[address,] = Jump(_entry(writer, programs.of_workload(one, address, Direction.EGRESS)))
        ingress[address,] = Goto(_entry(writer, programs.of_workload(one, address, Direction.INGRESS)))
    key = Key.IPV4 if version == 4 else Key.IPV6
    own = Set(naming.LOCAL, (key,), frozenset((address,) for address, _ in addressed))
    hosts = HostChains(world, settings.name, version, programs, writer)
    host_chains = tuple(hosts.chains()) if hosts else ()
    staged, staged_maps = staged_chains(addressed, version, programs, writer)
    routed = tuple(one for one in settings.interfaces if not one.bridged)
    base: tuple[Chain, ...] = (
        *stage_chains(version, settings.guarded),
        *hook_chains(version, settings.guarded, world.settings),
        source_checks(version),
        *host_chains,
    )
    return Table(
        family=Family.IP if version == 4 else Family.IP6,
        chains=writer.chains | staged | {one.name: one for one in base},
        sets=writer.matcher.sets
        | {one.name: one for one in (own, *source_sets(routed, version), *(hosts.sets() if hosts else ()))},
        interval_sets=writer.matcher.interval_sets,
        maps=writer.maps
        | staged_maps
        | hosts.maps
        | {
            naming.EGRESS_OF: VerdictMap(naming.EGRESS_OF, (key,), egress),
            naming.INGRESS_OF: VerdictMap(naming.INGRESS_OF, (key,), ingress),
        },
        counters=writer.counters,
    )


def _entry(writer: ChainWriter, program: Program) -> str:
    """Where a packet of the endpoint starts: an open one goes on to the next stage at once."""
    if not program.is_open:
        return writer.class_chain(program)
    return naming.TO_POD if program.direction is Direction.EGRESS else naming.OK
