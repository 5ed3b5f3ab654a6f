"""What commands have in common: `-f`, and the world that is read from it."""

import sys
from argparse import ArgumentParser, Namespace
from importlib import import_module
from pathlib import Path

from percale.cli.output import write_error, write_out
from percale.policy.from_resources import world_of
from percale.policy.world import World
from percale.report.problems import passed_over_text, problem_text
from percale.resources.decode import Manifests, decode
from percale.resources.documents import Document
from percale.resources.files import read


def add_input(parser: ArgumentParser) -> None:
    parser.add_argument(
        "-f",
        "--filename",
        dest="files",
        action="append",
        metavar="FILE|DIR|-",
        help="manifests: a file, a directory with all below it, or - for standard input; may be repeated; "
        "by default the configured datastore",
    )
    add_config(parser)
    parser.add_argument("-q", "--quiet", action="store_true", help="no warnings, no word about what is passed over")


def add_config(parser: ArgumentParser) -> None:
    parser.add_argument(
        "-c",
        "--config",
        type=Path,
        metavar="FILE",
        help="which datastore: a CalicoAPIConfig, by default /etc/calico/calicoctl.cfg; where there is none, "
        "DATASTORE_TYPE and the other variables of calicoctl",
    )
    parser.add_argument("--context", default="", metavar="NAME", help="which context of the kubeconfig")


def manifests_from(given: Namespace) -> Manifests:
    """Of the files that are named, or else of the configured datastore."""
    documents = read(given.files, stdin=sys.stdin.buffer) if given.files else _stored(given)
    manifests = decode(documents)
    if not given.quiet:
        for warning in manifests.warnings:
            tell(f"warning: {problem_text(warning)}")
        if passed_over := passed_over_text(manifests.passed_over):
            tell(passed_over)
    return manifests


def _stored(given: Namespace) -> list[Document]:
    """Files are asked about more often, and need nothing of this."""
    found: list[Document] = import_module("percale.cli.stores").stored_documents(given)
    return found


def world_from(given: Namespace) -> World:
    return world_of(manifests_from(given))


def tell(text: str) -> None:
    """Talk goes to stderr, so that stdout holds data only."""
    write_error(f"{text}\n")


def show(text: str) -> bool:
    """Whether anyone reads on."""
    return write_out(f"{text}\n" if text and not text.endswith("\n") else text)
