"""Build the manifests as network namespaces, load their policies, and keep it all until `percale lab down`."""

import os
import time
from argparse import ArgumentParser, Namespace
from contextlib import suppress
from typing import NoReturn

from percale.cli.commands.lab._shared import add_attachment, obstacle, plain, tell_remarks, world_with_pods
from percale.cli.exits import Exit
from percale.cli.inputs import add_input, manifests_from, show
from percale.cli.staged_log import add_log_staged
from percale.errors import PercaleError
from percale.lab.scenario import enforce, in_lab, pods_of, publish_ports
from percale.lab.standing import NoLab, hold, refuse_second, standing
from percale.lab.topology import Lab
from percale.resources.decode import Manifests

_STARTS_WITHIN_S = 10.0


def add_arguments(parser: ArgumentParser) -> None:
    add_input(parser)
    add_attachment(parser)
    add_log_staged(parser)


def run(given: Namespace) -> int:
    refuse_second()
    if hindered := obstacle():
        raise PercaleError(f"no lab: {hindered}", hint="run as root")
    manifests = manifests_from(given)
    world = world_with_pods(manifests)
    with Lab.build(pods_of(world), attachment=given.attachment) as lab:
        placed = in_lab(world, lab)
        enforce(placed, lab, staged_log=given.log_staged)
        tell_remarks(publish_ports(placed, lab))
        if os.fork() == 0:
            _stay(lab, manifests)
        _wait()
        for name, pod in lab.workloads.items():
            show(f"{name}  {' '.join(map(str, pod.addresses))}")
        show(f"outside  {' '.join(map(str, lab.outside_addresses))}")
    show("the lab is up: percale lab probe, percale lab exec POD -- COMMAND, percale lab down")
    return Exit.YES


def _stay(lab: Lab, manifests: Manifests) -> NoReturn:
    """The process in the background: it must not outlive its lab, nor write where the user goes on typing."""
    os.setsid()
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nowhere, standard)
    status = 1
    with suppress(BaseException):
        hold(lab, plain(manifests))
        status = 0
    os._exit(status)


def _wait() -> None:
    deadline = time.monotonic() + _STARTS_WITHIN_S
    while time.monotonic() < deadline:
        with suppress(NoLab):
            standing()
            return
        time.sleep(0.02)
    raise PercaleError(f"the lab was not up within {_STARTS_WITHIN_S:g} s")
