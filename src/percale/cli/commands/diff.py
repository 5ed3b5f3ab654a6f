"""Which packets NEW treats otherwise than OLD: flows that are opened and closed, each with a packet and the reasons.

Either side is a file, a directory, - for standard input, git:REVISION:PATH (git:main:k8s/, or git:main...:k8s/ for
where this branch left main), or store: for the configured datastore.
"""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable

from percale.analysis.difference.comparing import Difference, difference
from percale.analysis.difference.narrowing import in_namespace, promoted
from percale.analysis.difference.presences import Presence, presences
from percale.analysis.parties import private
from percale.analysis.symbolic.engine import Scope
from percale.cli.exits import Exit
from percale.cli.inputs import add_config, show, tell
from percale.cli.questions import network
from percale.cli.sides import FORMS, worlds_of
from percale.report.difference_github import difference_github
from percale.report.difference_json import difference_json
from percale.report.difference_markdown import difference_markdown
from percale.report.difference_text import difference_text
from percale.report.difference_words import Told

_WRITE: dict[str, Callable[[Told], str]] = {
    "text": difference_text,
    "json": difference_json,
    "markdown": difference_markdown,
    "github": difference_github,
}


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("old", metavar="OLD", help=f"one of: {FORMS}")
    parser.add_argument("new", metavar="NEW", help="likewise")
    parser.add_argument(
        "-f",
        "--filename",
        dest="files",
        action="append",
        metavar="FILE|DIR|-",
        help="manifests that belong to both sides: workloads, where OLD and NEW hold policies only; may be repeated",
    )
    add_config(parser)
    parser.add_argument("-n", "--namespace", default="", help="only changes that begin or end there")
    parser.add_argument(
        "--pod-network",
        dest="pod_networks",
        action="append",
        type=network,
        metavar="CIDR",
        help="where workloads without an address get theirs from; by default any private network",
    )
    parser.add_argument("--ip-version", type=int, choices=(4, 6), help="by default both, if anything speaks of IPv6")
    parser.add_argument("--staged", action="store_true", help="as if every staged policy of NEW were enforced")
    parser.add_argument(
        "-o",
        "--output",
        choices=tuple(_WRITE),
        default="text",
        help="markdown: for a comment on a pull request; github: annotations of a workflow run",
    )
    parser.add_argument("-q", "--quiet", action="store_true", help="no warnings, no word about what is passed over")


def run(given: Namespace) -> int:
    old, new = worlds_of(given)
    if not (old.workloads or new.workloads):
        tell("neither side holds a workload, so there is nothing to compare: name them with -f")
        return Exit.CANNOT_TELL
    scope = Scope(pod_networks=tuple(given.pod_networks or ()) or private())
    versions = (given.ip_version,) if given.ip_version else ()
    found = difference(old, promoted(new) if given.staged else new, scope, versions)
    if not any(one.workloads for one in found.counts) and not (found.pairing.added or found.pairing.removed):
        tell(f"no workload has an IPv{given.ip_version} address, so there is nothing to compare")
        return Exit.CANNOT_TELL
    apart: tuple[Presence, ...] = tuple(presences(found, scope))
    if given.namespace:
        found, apart = in_namespace(found, apart, given.namespace)
    for one in found.uncompared:
        tell(f"{one} changed: not compared")
    show(_WRITE[given.output](Told(found, apart)))
    return _exit(found)


def _exit(found: Difference) -> Exit:
    if found.has_any:
        return Exit.NO
    return Exit.YES if found.is_none else Exit.CANNOT_TELL
