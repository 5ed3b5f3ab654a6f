"""Look for problems and foot-guns in manifests: what is valid and yet does something else than it says.

Each rule has an id, PCL001 and so on; `--explain ID` says what it finds and why that matters.
"""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator, Mapping, Sequence

from percale.analysis.lint.context import Context
from percale.analysis.lint.findings import Severity
from percale.analysis.lint.registry import RULES
from percale.analysis.lint.rule import LintRule
from percale.analysis.lint.run import Finding, Outcome, beyond, lint
from percale.cli.exits import Exit, UsageError
from percale.cli.inputs import add_input, show, tell
from percale.cli.lint_baseline import baseline_in, write_baseline
from percale.cli.lint_config import rules_called, settings_from
from percale.cli.questions import network
from percale.cli.stores import stored_documents
from percale.policy.from_resources import world_of
from percale.report.lint_explained import explained, listed
from percale.report.lint_github import lint_github
from percale.report.lint_json import lint_json
from percale.report.lint_junit import lint_junit
from percale.report.lint_sarif import lint_sarif
from percale.report.lint_text import lint_text
from percale.resources.decode import Manifests, decodable
from percale.resources.documents import Document
from percale.resources.files import readable
from percale.resources.problems import Problem

_WRITE: Mapping[str, Callable[[Sequence[Problem], Sequence[Finding], Sequence[LintRule]], str]] = {
    "text": lambda problems, findings, _: lint_text(problems, findings),
    "json": lambda problems, findings, _: lint_json(problems, findings),
    "sarif": lint_sarif,
    "junit": lint_junit,
    "github": lambda problems, findings, _: lint_github(problems, findings),
}
#: Of what Percale passes over, the linter reads these as they are written.
_READ_AS_WRITTEN = ("Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding")


def add_arguments(parser: ArgumentParser) -> None:
    add_input(parser)
    parser.add_argument("-o", "--output", choices=tuple(_WRITE), default="text", help="sarif, junit, github: for CI")
    parser.add_argument("--enable", action="append", default=[], metavar="ID", help="also ask a rule that is off")
    parser.add_argument("--disable", action="append", default=[], metavar="ID", help="do not ask a rule")
    parser.add_argument(
        "--severity",
        choices=[str(one) for one in Severity],
        help="the least severity that is shown and counts for the exit code; by default warning",
    )
    parser.add_argument("--settings", metavar="FILE", help="settings; by default .percale.yaml beside the manifests")
    parser.add_argument("--baseline", metavar="FILE", help="findings that are known and not shown")
    parser.add_argument("--write-baseline", metavar="FILE", help="take all that is found for known from now on")
    parser.add_argument(
        "--pod-network",
        dest="pod_networks",
        action="append",
        type=network,
        metavar="CIDR",
        help="where pods have their addresses; may be repeated",
    )
    parser.add_argument("--explain", metavar="ID", help="say what a rule finds, or list all rules with `all`")
    parser.add_argument("--no-settings", action="store_true", help="read no .percale.yaml")


def run(given: Namespace) -> int:
    if given.explain:
        show(listed(RULES) if given.explain == "all" else explained(rules_called([given.explain])[0]))
        return Exit.YES
    config = settings_from(given)
    documents, problems = _read(given)
    manifests, refused = decodable(documents)
    problems += refused
    if not problems and not any(_is_checked(one, manifests) for one in documents):
        raise UsageError("the input holds no resource of a kind that Percale reads, so nothing was checked")
    outcome = lint(Context(tuple(documents), manifests, world_of(manifests), config.pod_networks), config.settings)
    if given.write_baseline:
        write_baseline(given.write_baseline, outcome.findings)
        tell(f"{len(outcome.findings)} findings are known from now on")
        return Exit.INVALID_INPUT if problems else Exit.YES
    fresh, gone = beyond(outcome.findings, baseline_in(given.baseline) if given.baseline else {})
    shown = [one for one in fresh if one.severity.reaches(config.threshold)]
    show(_WRITE[given.output](problems, shown, outcome.asked))
    if not given.quiet:
        for remark in _remarks(outcome, fresh, shown, gone):
            tell(remark)
    if problems:
        return Exit.INVALID_INPUT
    return Exit.NO if shown else Exit.YES


def _read(given: Namespace) -> tuple[list[Document], list[Problem]]:
    """From the files that are named, or else from the configured datastore."""
    if given.files:
        return readable(given.files, stdin=sys.stdin.buffer)
    return stored_documents(given), []


def _is_checked(document: Document, manifests: Manifests) -> bool:
    return bool(manifests.items) or document.data.get("kind") in _READ_AS_WRITTEN


def _remarks(outcome: Outcome, fresh: list[Finding], shown: list[Finding], gone: Mapping[str, int]) -> Iterator[str]:
    """What is not in the answer, and why."""
    if outcome.not_asked:
        yield f"{len(outcome.not_asked)} rules were not asked: they need workloads, and the input holds none"
    if less := len(fresh) - len(shown):
        yield f"{less} of less severity not shown: --severity note"
    if outcome.ignored:
        yield f"{len(outcome.ignored)} ignored, as the manifests or the settings ask"
    if known := len(outcome.findings) - len(fresh):
        yield f"{known} known from the baseline"
    if gone:
        yield f"{sum(gone.values())} of the baseline are found no more: write it anew"
