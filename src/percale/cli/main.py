"""The command line as a whole: which commands there are, and what becomes of their errors."""

import gc
import sys
import traceback
from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path

from percale import __version__
from percale.cli.exits import Exit, exit_of
from percale.cli.output import write_error, write_out
from percale.errors import PercaleError
from percale.report.problems import error_text
from percale.report.terminal import plain_lines

#: Each command's module is imported only when the command is asked for: start-up is part of every answer.
COMMANDS = {
    "agent": "enforce the datastore's policies on this node, and keep enforcing them",
    "apply": "create resources in the datastore, or update those that exist",
    "connectivity": "who can reach whom on what, as text, table, data or picture",
    "create": "create resources in the datastore",
    "datastore": "move resources between datastores and files",
    "delete": "delete resources from the datastore",
    "describe": "what applies to a workload, and what a policy selects and lets through",
    "diff": "which packets another version of the manifests treats otherwise",
    "get": "show resources of the datastore",
    "init-tests": "write a first suite of expectations",
    "lab": "build the manifests as network namespaces, enforce them, and probe",
    "label": "set or remove a label of a resource in the datastore",
    "lint": "look for problems and foot-guns in manifests",
    "patch": "change some fields of a resource in the datastore",
    "reach": "can A reach B, and which rule decides",
    "replace": "update resources that exist in the datastore",
    "ruleset": "print the kernel rules that would be loaded",
    "status": "how the agent of this node is doing",
    "test": "prove what is expected of the policies",
    "validate": "check manifests: schema and meaning, every problem at once",
}

#: Most of what a command makes stays until its end. To look for garbage after every 700 objects, as Python does by
#: itself, took a tenth of `reach` and a third of the engine.
_OBJECTS_BETWEEN_SEARCHES = 100_000

_EXITS = """exit status: 0 yes, clean; 1 no, findings; 2 usage; 3 invalid input;
4 a host, cluster or store is out of reach; 5 cannot tell"""


def main(argv: Sequence[str]) -> int:
    if not argv or argv[0] not in COMMANDS:
        return _without_command(argv)
    module = import_module(f"percale.cli.commands.{argv[0].replace('-', '_')}")
    parser = command_parser(f"{_program()} {argv[0]}", module.__doc__)
    module.add_arguments(parser)
    status: int = module.run(_parsed(parser, argv[1:]))
    return status


def _parsed(parser: ArgumentParser, argv: Sequence[str]) -> Namespace:
    """Options may stand between names, as in `get gnp -o wide NAME`; a command that has verbs parses them itself."""
    if parser._subparsers is not None:  # noqa: SLF001  argparse refuses to mix, and does not say before that it will
        return parser.parse_args(argv)
    return parser.parse_intermixed_args(argv)


def command_parser(program: str, description: str | None) -> ArgumentParser:
    return ArgumentParser(
        prog=program, description=description, epilog=_EXITS, formatter_class=RawDescriptionHelpFormatter
    )


def _without_command(argv: Sequence[str]) -> int:
    width = max(map(len, COMMANDS))
    listed = "\n".join(f"  {name:{width}}  {says}" for name, says in COMMANDS.items())
    parser = ArgumentParser(
        prog=_program(),
        usage="%(prog)s [-h] [--version] COMMAND ...",
        description="Calico-compatible network policy: enforced, explained, previewed.",
        epilog=f"commands:\n{listed}\n\n{_EXITS}",
        formatter_class=RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"percale {__version__}")
    parser.add_argument("command", choices=COMMANDS, metavar="COMMAND", help="one of those below")
    if not argv:
        parser.print_help()
        return Exit.USAGE
    parser.parse_args(argv[:1])
    return Exit.USAGE


def _program() -> str:
    return "kubectl percale" if Path(sys.argv[0]).name.startswith("kubectl-") else "percale"


def guarded(command: Callable[[Sequence[str]], int]) -> None:
    """Run a command to an exit code of ours, whatever it raises on purpose."""
    gc.set_threshold(_OBJECTS_BETWEEN_SEARCHES)
    try:
        status = _ended(command)
        write_out("")
    except PercaleError as error:
        write_error(error_text(error) + "\n")
        status = exit_of(error)
    except KeyboardInterrupt:
        status = 130
    except Exception:  # noqa: BLE001  Python's own status for it is 1, which would read as a no
        write_error(plain_lines(f"{traceback.format_exc()}error: this is a fault in Percale itself\n"))
        status = Exit.CANNOT_TELL
    sys.exit(status)


def _ended(command: Callable[[Sequence[str]], int]) -> int:
    """The parser ends the process by itself after help, and after a mistake in usage."""
    try:
        return command(sys.argv[1:])
    except SystemExit as ended:
        return int(ended.code or 0)


def run() -> None:
    guarded(main)
