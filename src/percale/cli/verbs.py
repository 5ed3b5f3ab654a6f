"""Commands of several verbs, a module each: `percale lab up`, `percale datastore export`."""

from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from collections.abc import Mapping
from types import ModuleType


def add_verbs(parser: ArgumentParser, verbs: Mapping[str, ModuleType]) -> None:
    parsers = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    for name, module in verbs.items():
        verb = parsers.add_parser(name, description=module.__doc__, formatter_class=RawDescriptionHelpFormatter)
        module.add_arguments(verb)


def run_verb(given: Namespace, verbs: Mapping[str, ModuleType]) -> int:
    status: int = verbs[given.verb].run(given)
    return status
