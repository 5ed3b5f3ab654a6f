"""Create resources in the datastore: all of them, or none when one exists already."""

from argparse import ArgumentParser, Namespace
from functools import partial

from percale.cli.changes import add_dry_run, change_by_files
from percale.cli.written import add_files
from percale.datastore.plans import creating
from percale.report.outcomes import outcome_told


def add_arguments(parser: ArgumentParser) -> None:
    add_files(parser, required=True)
    parser.add_argument("--skip-exists", action="store_true", help="leave resources that exist as they are")
    add_dry_run(parser)


def run(given: Namespace) -> int:
    planner = partial(creating, skip_existing=given.skip_exists)
    return change_by_files(given, planner, partial(outcome_told, "create"), creates_store=True)
