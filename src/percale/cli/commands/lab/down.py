"""Take away the lab that is up."""

from argparse import ArgumentParser, Namespace

from percale.cli.exits import Exit
from percale.cli.inputs import show
from percale.lab.standing import end


def add_arguments(parser: ArgumentParser) -> None:
    del parser


def run(given: Namespace) -> int:
    del given
    end()
    show("the lab is gone")
    return Exit.YES
