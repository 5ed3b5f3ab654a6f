"""Run a command on the network of a pod: `percale lab exec shop/web -- ping 10.65.0.3`.

Besides pods there are `node` and `outside`.
"""

import os
from argparse import REMAINDER, ArgumentParser, Namespace
from difflib import get_close_matches

from percale.cli.commands.lab._shared import join_lab
from percale.cli.exits import UsageError
from percale.host.commands import CommandMissing
from percale.host.netns import NetNs
from percale.lab.standing import standing


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("pod", metavar="POD")
    parser.add_argument("command", nargs=REMAINDER, metavar="-- COMMAND", help="what to run there")


def run(given: Namespace) -> int:
    command = given.command[1:] if given.command[:1] == ["--"] else given.command
    if not command:
        raise UsageError("no command is given", hint="percale lab exec POD -- COMMAND")
    join_lab()
    with NetNs.open(_path(given.pod, standing().paths)).entered():
        # The command takes this process's place, and with it the pod's network.
        try:
            os.execvp(command[0], command)  # noqa: S606  what the user asked for
        except FileNotFoundError as failure:
            raise CommandMissing(command[0]) from failure


def _path(pod: str, paths: dict[str, str]) -> str:
    named = [name for name in paths if pod in (name, name.rpartition("/")[2])]
    if len(named) == 1:
        return paths[named[0]]
    close = named or get_close_matches(pod, paths, n=3) or sorted(paths)
    raise UsageError(f"`{pod}` is no pod of the lab", hint="there is " + ", ".join(f"`{name}`" for name in close))
