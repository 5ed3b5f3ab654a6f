"""Move resources between datastores and files.

export  write all that the datastore holds as YAML
import  put all of an export into the datastore, in one transaction
"""

from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter

from percale.cli.commands.datastore import export, import_

_VERBS = {"export": export, "import": import_}


def add_arguments(parser: ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    for name, module in _VERBS.items():
        verb = verbs.add_parser(name, description=module.__doc__, formatter_class=RawDescriptionHelpFormatter)
        module.add_arguments(verb)


def run(given: Namespace) -> int:
    status: int = _VERBS[given.verb].run(given)
    return status
