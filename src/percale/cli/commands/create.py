"""Create resources in the datastore: all of them, or none when one exists already."""

from argparse import ArgumentParser, Namespace
from functools import partial

from percale.cli.changes import add_dry_run, change
from percale.cli.exits import Exit
from percale.cli.inputs import show
from percale.cli.written import NOTHING, add_files, manifests_to_write
from percale.datastore.keys import key_of
from percale.datastore.plans import creating
from percale.report.outcomes import outcome_told


def add_arguments(parser: ArgumentParser) -> None:
    add_files(parser, required=True)
    parser.add_argument("--skip-exists", action="store_true", help="leave resources that exist as they are")
    add_dry_run(parser)


def run(given: Namespace) -> int:
    manifests = manifests_to_write(given)
    if not manifests:
        show(NOTHING)
        return Exit.YES
    told = partial(outcome_told, "create", [key_of(one) for one in manifests])
    return change(given, creating(manifests, skip_existing=given.skip_exists), told, creates_store=True)
