"""Load other policies into the lab that is up; its pods stay, and take the labels that the manifests give them."""

from argparse import ArgumentParser, Namespace

from percale.cli.commands.lab._shared import join_lab, plain, tell_remarks, world_with_pods
from percale.cli.exits import Exit
from percale.cli.inputs import add_input, manifests_from, show, tell
from percale.cli.staged_log import add_log_staged
from percale.lab.scenario import enforce, in_lab, publish_ports
from percale.lab.standing import attached, remember
from percale.report.counts import counted


def add_arguments(parser: ArgumentParser) -> None:
    add_input(parser)
    add_log_staged(parser)


def run(given: Namespace) -> int:
    join_lab()
    manifests = manifests_from(given)
    world = world_with_pods(manifests)
    with attached() as (lab, found):
        for one in world.workloads:
            if str(one) not in lab.workloads:
                tell(f"warning: {one} is not in the lab: take it down and up again to have it")
        placed = in_lab(world, lab)
        enforce(placed, lab, staged_log=given.log_staged)
        tell_remarks(publish_ports(placed, lab))
        remember(found, plain(manifests))
    show(counted(len(placed.policies.policies), "policy is enforced", "policies are enforced"))
    return Exit.YES
