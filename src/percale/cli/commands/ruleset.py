"""Print the nftables rules that enforce the policies, as `nft -f` reads them."""

from argparse import ArgumentParser, Namespace

from percale.cli.exits import Exit
from percale.cli.inputs import add_input, show, tell, world_from
from percale.dataplane.from_policy import NodeSettings, compile_ruleset
from percale.dataplane.nftables.text import ruleset_text
from percale.lab.addressing import POD_NETWORKS, with_addresses


def add_arguments(parser: ArgumentParser) -> None:
    add_input(parser)
    parser.add_argument("--node", default="", help="only the pods of this node; by default all pods")


def run(given: Namespace) -> int:
    world = world_from(given)
    unplaced = [one for one in world.workloads if not one.networks]
    if unplaced and not given.quiet:
        tell(f"{len(unplaced)} workloads have no address yet: they get one of {', '.join(map(str, POD_NETWORKS))}")
    if unplaced:
        world = world.placed(with_addresses({str(one): one.addresses for one in world.workloads}, POD_NETWORKS))
    local = [one for one in world.workloads if given.node in ("", one.node)]
    rules, _ = compile_ruleset(world, local, NodeSettings(guarded=POD_NETWORKS if unplaced else ()))
    show(ruleset_text(rules))
    return Exit.YES
