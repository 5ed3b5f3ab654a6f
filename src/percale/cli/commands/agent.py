"""Enforce the datastore's policies in this node's kernel, and keep the kernel true to them."""

import os
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from socket import gethostname

from percale.agent.happenings import Happening, Level
from percale.agent.running import run_agent, uninstall
from percale.agent.settings import Mode, Settings
from percale.cli.exits import Exit
from percale.cli.inputs import add_config, tell
from percale.cli.staged_log import add_log_staged
from percale.datastore.configuration import load_settings
from percale.datastore.interface import Datastore
from percale.datastore.opening import open_store
from percale.errors import PercaleError
from percale.host.runtime_directory import runtime_directory
from percale.report.agent_log import LOG_FORMATS
from percale.traffic.addresses import Network, strict_network


def add_arguments(parser: ArgumentParser) -> None:
    add_config(parser)
    parser.add_argument(
        "--node", default="", metavar="NAME", help="this node, as the datastore calls it; by default its host name"
    )
    parser.add_argument(
        "--mode",
        type=Mode,
        choices=list(Mode),
        default=Mode.ENFORCE,
        help="enforce; staged: count and log what would be denied, drop nothing; off: take our tables away; "
        "by default enforce",
    )
    parser.add_argument(
        "--guard",
        type=_network,
        action="append",
        default=[],
        metavar="CIDR",
        help="a network of this node's pods: an address of it that nobody is known to have gets nothing through; "
        "may be repeated, and comes on top of what the datastore tells",
    )
    parser.add_argument("--log-format", choices=LOG_FORMATS, default="text", help="of what is said on standard error")
    add_log_staged(parser)
    parser.add_argument("--uninstall", action="store_true", help="take everything of ours out of the kernel, and end")


def run(given: Namespace) -> int:
    if given.uninstall:
        uninstall()
        return Exit.YES
    say = _logger(given.log_format)
    settings = Settings(given.node or gethostname(), given.mode, tuple(given.guard), given.log_staged)
    run_agent(_opener(given, say), settings, runtime_directory(), say)
    return Exit.YES


def _opener(given: Namespace, say: Callable[[Happening], None]) -> Callable[[], Datastore]:
    """What is configured is read once: a file that is edited counts from the next start."""

    def report(error: PercaleError) -> None:
        say(Happening("the store reports", Level.WARNING, {"error": error.says}))

    return partial(open_store, load_settings(given.config, os.environ), report=report)


def _logger(form: str) -> Callable[[Happening], None]:
    line = LOG_FORMATS[form]
    return lambda happening: tell(line(happening, datetime.now(UTC)))


def _network(text: str) -> Network:
    try:
        return strict_network(text)
    except ValueError as error:
        raise ArgumentTypeError(f"`{text}` is no network: {error}") from error
