"""Delete resources from the datastore: by kind and name, those that files name, or all that an owner applied."""

from argparse import ArgumentParser, Namespace
from functools import partial

from percale.cli.changes import add_dry_run, change
from percale.cli.exits import Exit, UsageError
from percale.cli.inputs import show
from percale.cli.named import add_names, keys_named
from percale.cli.written import NOTHING, add_files, keys_in_files
from percale.datastore.plans import deleting, deleting_owned
from percale.report.outcomes import deletion_told


def add_arguments(parser: ArgumentParser) -> None:
    add_names(parser)
    add_files(parser, required=False)
    parser.add_argument(
        "-s", "--skip-not-exists", action="store_true", help="resources that do not exist count as deleted"
    )
    parser.add_argument("--owner", default="", metavar="NAME", help="all that `percale apply --owner NAME` applied")
    add_dry_run(parser)


def run(given: Namespace) -> int:
    if sum(map(bool, (given.kind, given.files, given.owner))) != 1:
        raise UsageError("no resources specified", hint="name them by KIND and NAME, by -f FILE, or by --owner NAME")
    if given.owner:
        planner = deleting_owned(given.owner, skip_absent=given.skip_not_exists)
        return change(given, planner, lambda result: deletion_told([one.key for one in result.done], result))
    keys = keys_in_files(given) if given.files else keys_named(given)
    if not keys:
        show(NOTHING)
        return Exit.YES
    planner = deleting(keys, skip_absent=given.skip_not_exists)
    return change(given, planner, partial(deletion_told, keys), keep_going=True)
