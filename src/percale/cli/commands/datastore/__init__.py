"""Move resources between datastores and files.

export  write all that the datastore holds as YAML
import  put all of an export into the datastore, in one transaction
"""

from argparse import ArgumentParser, Namespace

from percale.cli.commands.datastore import export, import_
from percale.cli.verbs import add_verbs, run_verb

_VERBS = {"export": export, "import": import_}


def add_arguments(parser: ArgumentParser) -> None:
    add_verbs(parser, _VERBS)


def run(given: Namespace) -> int:
    return run_verb(given, _VERBS)
