"""Create resources in the datastore, or update those that exist: all of them, or none when one cannot be.

With --owner NAME they are marked as that owner's; --prune then deletes what the owner applied before and is not among
them. What another owner has applied is reported, and not touched.
"""

from argparse import ArgumentParser, Namespace
from functools import partial

from percale.cli.changes import add_dry_run, change_by_files
from percale.cli.exits import UsageError
from percale.cli.refusals import refuse
from percale.cli.written import add_files
from percale.datastore.plans import applying, applying_as
from percale.report.outcomes import application_told


def add_arguments(parser: ArgumentParser) -> None:
    add_files(parser, required=True)
    parser.add_argument("--owner", default="", metavar="NAME", help="mark the resources as applied by NAME")
    parser.add_argument("--prune", action="store_true", help="delete what the owner applied before and is left out now")
    add_dry_run(parser)
    refuse(parser, "--overwrite", "it updates what exists; `percale label … --overwrite` has this flag")
    refuse(parser, "--force", "nothing is overwritten by force: `percale replace -f FILE` reports conflicts")


def run(given: Namespace) -> int:
    if given.prune and not given.owner:
        raise UsageError("--prune needs to know whose resources to prune", hint="say --owner NAME")
    planner = partial(applying_as, given.owner, prune=given.prune) if given.owner else applying
    return change_by_files(given, planner, application_told, creates_store=True)
