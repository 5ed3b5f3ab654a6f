"""Enforce the datastore's policies in this node's kernel, and keep the kernel true to them."""

import os
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from socket import gethostname

from percale.agent.happenings import Happening, Level
from percale.agent.health import HealthAddress
from percale.agent.running import enforce_once, run_agent, uninstall
from percale.agent.settings import Established, Mode, Settings, Tables
from percale.cli.exits import Exit
from percale.cli.inputs import add_config, tell
from percale.cli.staged_log import add_log_staged
from percale.datastore.configuration import load_settings
from percale.datastore.interface import Datastore
from percale.datastore.opening import open_store
from percale.errors import PercaleError
from percale.host.runtime_directory import runtime_directory
from percale.report.agent_log import LOG_FORMATS
from percale.report.counts import counted
from percale.report.terminal import plain
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
        "--established",
        type=Established,
        choices=list(Established),
        default=Established.KEEP,
        help="what becomes of a live connection of a pod that policy no longer allows; by default keep, as Calico does",
    )
    parser.add_argument(
        "--tables",
        type=Tables,
        choices=list(Tables),
        default=Tables.OPEN,
        help="open: what other programs change in them is put right; held: no other program can change them while the "
        "agent runs, where the kernel is 6.9 or later; by default open",
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
    parser.add_argument(
        "--health",
        type=_health,
        metavar="ADDRESS:PORT",
        help="answer HTTP there: /healthz, /readyz, /metrics for Prometheus; :9091 is every address",
    )
    parser.add_argument("--log-format", choices=LOG_FORMATS, default="text", help="of what is said on standard error")
    add_log_staged(parser)
    ways = parser.add_mutually_exclusive_group()
    ways.add_argument("--once", action="store_true", help="enforce what the datastore holds now, and end")
    ways.add_argument("--uninstall", action="store_true", help="take everything of ours out of the kernel, and end")


def run(given: Namespace) -> int:
    if given.uninstall:
        uninstall()
        return Exit.YES
    say = _logger(given.log_format)
    settings = Settings(
        given.node or gethostname(), given.mode, given.established, given.tables, tuple(given.guard), given.log_staged
    )
    if given.once:
        return _once(_opener(given, say), settings)
    run_agent(_opener(given, say), settings, runtime_directory(), say, given.health)
    return Exit.YES


def _once(open_store: Callable[[], Datastore], settings: Settings) -> Exit:
    """Invalid objects are left out, as by an agent that stays; nobody else would ever tell of them."""
    status = enforce_once(open_store, settings)
    for one in status.invalid:
        tell(plain(f"{one.name}: {one.problems[0]}"))
    for rule in status.left_out:
        tell(plain(f"{rule}: asks for domain names, and is left out"))
    endpoints, policies = counted(status.endpoints, "endpoint"), counted(status.policies, "policy", "policies")
    tell(f"enforced revision {plain(status.revision)}: {endpoints}, {policies}")
    return Exit.INVALID_INPUT if status.invalid else Exit.YES


def _opener(given: Namespace, say: Callable[[Happening], None]) -> Callable[[], Datastore]:
    """What is configured is read once: a file that is edited counts from the next start."""

    def report(error: PercaleError) -> None:
        say(Happening("the store reports", Level.WARNING, {"error": error.says}))

    return partial(open_store, load_settings(given.config, os.environ, context=given.context), report=report)


def _logger(form: str) -> Callable[[Happening], None]:
    line = LOG_FORMATS[form]
    return lambda happening: tell(line(happening, datetime.now(UTC)))


def _health(text: str) -> HealthAddress:
    host, colon, port = text.rpartition(":")
    if not colon or not port.isascii() or not port.isdecimal() or not 1 <= int(port) <= _LAST_PORT:
        raise ArgumentTypeError(f"`{text}` is no address with a port: write 127.0.0.1:9091, [::1]:9091 or :9091")
    return HealthAddress(host.removeprefix("[").removesuffix("]"), int(port))


_LAST_PORT = 65535


def _network(text: str) -> Network:
    try:
        return strict_network(text)
    except ValueError as error:
        raise ArgumentTypeError(f"`{text}` is no network: {error}") from error
