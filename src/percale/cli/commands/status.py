"""How the agent of this node is doing."""

from argparse import ArgumentParser, Namespace

from percale.agent.status_socket import ask_status
from percale.cli.exits import Exit
from percale.cli.inputs import show
from percale.host.runtime_directory import runtime_directory
from percale.report.agent_status import status_json, status_text


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("-o", "--output", choices=("text", "json"), default="text")


def run(given: Namespace) -> int:
    status = ask_status(runtime_directory())
    show(status_json(status) if given.output == "json" else status_text(status))
    return Exit.YES if status.in_sync and not status.invalid else Exit.NO
