"""Update resources that exist in the datastore: all of them, or none when one does not exist or has changed since."""

from argparse import ArgumentParser, Namespace
from functools import partial

from percale.cli.changes import add_dry_run, change
from percale.cli.exits import Exit
from percale.cli.inputs import show
from percale.cli.written import NOTHING, add_files, manifests_to_write
from percale.datastore.keys import key_of
from percale.datastore.plans import replacing
from percale.report.outcomes import replacement_told


def add_arguments(parser: ArgumentParser) -> None:
    add_files(parser, required=True)
    add_dry_run(parser)


def run(given: Namespace) -> int:
    manifests = manifests_to_write(given)
    if not manifests:
        show(NOTHING)
        return Exit.YES
    return change(given, replacing(manifests), partial(replacement_told, [key_of(one) for one in manifests]))
