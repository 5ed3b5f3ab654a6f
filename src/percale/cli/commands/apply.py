"""Create resources in the datastore, or update those that exist: all of them, or none when one cannot be.

With --owner NAME they are marked as that owner's; --prune then deletes what the owner applied before and is not among
them. What another owner has applied is reported, and not touched.
"""

from argparse import ArgumentParser, Namespace

from percale.cli.changes import add_dry_run, change
from percale.cli.exits import Exit, UsageError
from percale.cli.inputs import show
from percale.cli.refusals import refuse
from percale.cli.written import NOTHING, add_files, manifests_to_write
from percale.datastore.keys import key_of
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
    manifests = manifests_to_write(given)
    if not manifests:
        show(NOTHING)
        return Exit.YES
    keys = [key_of(one) for one in manifests]
    planner = applying_as(given.owner, manifests, prune=given.prune) if given.owner else applying(manifests)
    return change(given, planner, lambda result: application_told(keys, result), creates_store=True)
