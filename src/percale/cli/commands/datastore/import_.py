"""Put all of an export into the datastore, in one transaction; a resource that is there in another form is an error."""

from argparse import ArgumentParser, Namespace
from functools import partial

from percale.cli.changes import add_dry_run, change
from percale.cli.exits import Exit
from percale.cli.inputs import show
from percale.cli.written import NOTHING, add_files, manifests_to_write
from percale.datastore.keys import key_of
from percale.datastore.plans import importing
from percale.report.outcomes import outcome_told


def add_arguments(parser: ArgumentParser) -> None:
    add_files(parser, required=True)
    add_dry_run(parser)


def run(given: Namespace) -> int:
    manifests = manifests_to_write(given)
    if not manifests:
        show(NOTHING)
        return Exit.YES
    told = partial(outcome_told, "import", [key_of(one) for one in manifests])
    return change(given, importing(manifests), told, creates_store=True)
