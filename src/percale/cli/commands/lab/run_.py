"""Build the manifests as network namespaces, load their policies, try every flow, and compare with the prediction.

Needs root, or user namespaces; without either the prediction alone is shown. Exit 0: all as predicted; 1: not.
"""

from argparse import ArgumentParser, Namespace

from percale.cli.commands.lab._shared import add_attachment, add_timeout, obstacle, show_results, world_with_pods
from percale.cli.inputs import add_input, manifests_from, tell
from percale.lab.addressing import POD_NETWORKS, with_addresses
from percale.lab.links import OUTSIDE_ADDRESSES
from percale.lab.listeners import Listeners
from percale.lab.probes import Result, observe, planned, predictions
from percale.lab.scenario import enforce, in_lab, pods_of, probes
from percale.lab.topology import Attachment, Lab, LabPod
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
        return show_results(_predicted(world))
    return show_results(_observed(world, given.attachment, given.timeout))


def _observed(world: World, attachment: Attachment, timeout_s: float) -> list[Result]:
    with Lab.build(pods_of(world), attachment=attachment) as lab:
        placed = in_lab(world, lab)
        enforce(placed, lab)
        with Listeners(lab):
            return observe(lab, probes(placed, lab), timeout_s=timeout_s)


def _predicted(world: World) -> list[Result]:
    addresses = with_addresses({str(one): one.addresses for one in world.workloads}, POD_NETWORKS)
    pods = [LabPod(pod.name, addresses[pod.name], pod.ports) for pod in pods_of(world)]
    return predictions(planned(world.placed(addresses), pods, OUTSIDE_ADDRESSES))
