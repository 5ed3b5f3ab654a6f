"""Build the manifests as network namespaces, load their policies, try every flow, and compare with the prediction.

Needs root, or user namespaces; without either the prediction alone is shown. Exit 0: all as predicted; 1: not.
"""

from argparse import ArgumentParser, Namespace

from percale.cli.commands.lab._shared import (
    add_attachment,
    add_timeout,
    obstacle,
    show_results,
    tell_remarks,
    world_with_pods,
)
from percale.cli.inputs import add_input, manifests_from, tell
from percale.lab.layout import Attachment, LabPlan, Layout
from percale.lab.listeners import Listeners
from percale.lab.probes import Result, observe, predictions
from percale.lab.published import published
from percale.lab.scenario import enforce, in_lab, pods_of, probes, publish_ports
from percale.lab.topology import Lab
from percale.policy.world import World


def add_arguments(parser: ArgumentParser) -> None:
    add_input(parser)
    add_attachment(parser)
    add_timeout(parser)


def run(given: Namespace) -> int:
    hindered = obstacle()
    world = world_with_pods(manifests_from(given))
    if hindered:
        tell(f"no lab: {hindered}\nwhat follows is the prediction alone")
        return show_results(_predicted(world, given.attachment))
    return show_results(_observed(world, given.attachment, given.timeout))


def _observed(world: World, attachment: Attachment, timeout_s: float) -> list[Result]:
    with Lab.build(pods_of(world), attachment=attachment) as lab:
        placed = in_lab(world, lab)
        enforce(placed, lab)
        tell_remarks(publish_ports(placed, lab))
        with Listeners(lab):
            return observe(lab, probes(placed, lab), timeout_s=timeout_s)


def _predicted(world: World, attachment: Attachment) -> list[Result]:
    """Of the very probes that a lab would try: all that is missing is the lab."""
    layout = Layout(LabPlan.of(pods_of(world), attachment=attachment))
    placed = in_lab(world, layout)
    tell_remarks(published(placed, layout).remarks)
    return predictions(probes(placed, layout))
