"""Try every flow of the lab that is up, and compare with what its policies predict."""

from argparse import ArgumentParser, Namespace

from percale.cli.commands.lab._shared import add_timeout, join_lab, remembered, show_results, world_with_pods
from percale.lab.probes import observe
from percale.lab.scenario import in_lab, probes
from percale.lab.standing import attached


def add_arguments(parser: ArgumentParser) -> None:
    add_timeout(parser)


def run(given: Namespace) -> int:
    join_lab()
    with attached() as (lab, found):
        world = in_lab(world_with_pods(remembered(found.manifests)), lab)
        return show_results(observe(lab, probes(world, lab), timeout_s=given.timeout))
