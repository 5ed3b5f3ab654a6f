"""Put all of an export into the datastore, in one transaction; a resource that is there in another form is an error."""

from argparse import ArgumentParser, Namespace
from functools import partial

from percale.cli.changes import add_dry_run, change_by_files
from percale.cli.written import add_files
from percale.datastore.plans import importing
from percale.report.outcomes import outcome_told


def add_arguments(parser: ArgumentParser) -> None:
    add_files(parser, required=True)
    add_dry_run(parser)


def run(given: Namespace) -> int:
    return change_by_files(given, importing, partial(outcome_told, "import"), creates_store=True)
