"""Print the nftables rules that enforce the policies, as `nft -f` reads them."""

from argparse import ArgumentParser, Namespace
from dataclasses import replace

from percale.cli.exits import Exit, UsageError
from percale.cli.inputs import add_input, show, tell, world_from
from percale.cli.staged_log import add_log_staged
from percale.dataplane.from_policy import NodeSettings, compile_ruleset
from percale.dataplane.nftables.text import ruleset_text
from percale.lab.addressing import POD_NETWORKS, with_addresses
from percale.policy.world import World
from percale.report.counts import counted


def add_arguments(parser: ArgumentParser) -> None:
    add_input(parser)
    parser.add_argument("--node", default="", help="only the pods of this node; by default all pods")
    add_log_staged(parser)


def run(given: Namespace) -> int:
    world = world_from(given)
    unplaced = [one for one in world.workloads if not one.networks]
    if unplaced and not given.quiet:
        who = counted(len(unplaced), "workload has no address yet: it gets", "workloads have no address yet: they get")
        tell(f"{who} one of {', '.join(map(str, POD_NETWORKS))}")
    if unplaced:
        world = _placed(world)
    known = {one.node for one in (*world.workloads, *world.host_endpoints)} | {node.name for node in world.nodes}
    if given.node and given.node not in known:
        raise UsageError(f"nothing of the input is on a node called `{given.node}`")
    local = [one for one in world.workloads if given.node in ("", one.node)]
    guarded = POD_NETWORKS if unplaced else ()
    rules, _ = compile_ruleset(world, local, NodeSettings(given.node, guarded, staged_log=given.log_staged))
    show(ruleset_text(rules))
    return Exit.YES


def _placed(world: World) -> World:
    """An address for each; by more than the name, which a Deployment and a StatefulSet may share."""
    names = [f"{one} {one.resource_kind} {number}" for number, one in enumerate(world.workloads)]
    stated = {name: one.addresses for name, one in zip(names, world.workloads, strict=True)}
    given = with_addresses(stated, POD_NETWORKS)
    placed = (one.at(*given[name]) for name, one in zip(names, world.workloads, strict=True))
    return replace(world, workloads=tuple(placed))
