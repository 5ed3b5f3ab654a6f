"""Update resources that exist in the datastore: all of them, or none when one does not exist or has changed since."""

from argparse import ArgumentParser, Namespace

from percale.cli.changes import add_dry_run, change_by_files
from percale.cli.written import add_files
from percale.datastore.plans import replacing
from percale.report.outcomes import replacement_told


def add_arguments(parser: ArgumentParser) -> None:
    add_files(parser, required=True)
    add_dry_run(parser)


def run(given: Namespace) -> int:
    return change_by_files(given, replacing, replacement_told)
