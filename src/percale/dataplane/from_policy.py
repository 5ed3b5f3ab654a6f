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
from percale.dataplane.chains import NEXT_STAGE, ChainWriter
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
    Verdict,
    VerdictMap,
)
from percale.policy.endpoints import Endpoint
from percale.policy.rules import Direction
from percale.policy.world import World
from percale.traffic.addresses import Network

#: What a kernel log line of a Log rule begins with (calico-semantics §8.2).
LOG_PREFIX = "calico-packet: "


@dataclass(frozen=True, slots=True)
class NodeSettings:
    """What a node's rules need beyond policy.

    `guarded` are the networks that this node's pods live in: an address of theirs that nobody has told us of gets
    nothing through. `to_host` is what becomes of traffic from a pod to its own host that its egress policy allows.
    """

    guarded: tuple[Network, ...] = ()
    interfaces: tuple[WorkloadInterface, ...] = ()
    to_host: Verdict = Verdict.ACCEPT
    log_prefix: str = LOG_PREFIX


def compile_ruleset(
    world: World, local: Iterable[Endpoint], settings: NodeSettings | None = None
) -> tuple[Ruleset, dict[str, Mark]]:
    """Rules for the endpoints of one node, and what each mark in them stands for."""
    settings = settings or NodeSettings()
    local = tuple(local)
    programs, membership = Programs(world), Membership(world)
    tables = [_table(version, local, programs, membership, settings) for version in (4, 6)]
    if any(one.bridged for one in settings.interfaces):
        tables.append(bridge_table(settings.interfaces))
    return Ruleset(tuple(tables)), programs.marks


def _table(
    version: int,
    local: tuple[Endpoint, ...],
    programs: Programs,
    membership: Membership,
    settings: NodeSettings,
) -> Table:
    writer = ChainWriter(membership, version, programs.marks, settings.log_prefix)
    addressed = [(address, one) for one in local for address in one.addresses if address.version == version]
    egress: dict[tuple[Element, ...], Goto | Jump] = {}
    ingress: dict[tuple[Element, ...], Goto | Jump] = {}
    for address, one in addressed:
        # From a base chain the way must be a jump: a goto would end in the chain's policy (dataplane notes §2.2).
        egress[address,] = Jump(_entry(writer, programs.of(one, address, Direction.EGRESS)))
        ingress[address,] = Goto(_entry(writer, programs.of(one, address, Direction.INGRESS)))
    key = Key.IPV4 if version == 4 else Key.IPV6
    own = Set(naming.LOCAL, (key,), frozenset((address,) for address, _ in addressed))
    routed = tuple(one for one in settings.interfaces if not one.bridged)
    base: tuple[Chain, ...] = (
        *stage_chains(version, settings.guarded),
        *hook_chains(version, settings.guarded, to_host=settings.to_host),
        source_checks(version),
    )
    return Table(
        family=Family.IP if version == 4 else Family.IP6,
        chains=writer.chains | {one.name: one for one in base},
        sets=writer.matcher.sets | {one.name: one for one in (own, *source_sets(routed, version))},
        interval_sets=writer.matcher.interval_sets,
        maps=writer.maps
        | {
            naming.EGRESS_OF: VerdictMap(naming.EGRESS_OF, (key,), egress),
            naming.INGRESS_OF: VerdictMap(naming.INGRESS_OF, (key,), ingress),
        },
        counters=writer.counters,
    )


def _entry(writer: ChainWriter, program: Program) -> str:
    """Where a packet of the endpoint starts: an open one goes on to the next stage at once."""
    return NEXT_STAGE[program.direction] if program.is_open else writer.class_chain(program)
