"""Prove what is expected of the policies, as files `*.percale.yaml` beside the manifests say it.

Each expectation is proved for every packet, not tried with some. One that selects nothing fails.
"""

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Iterator
from pathlib import Path

from percale.analysis.expectations.mutation.trial import Trials
from percale.analysis.expectations.proving import Expected, Prover, Result, Setting
from percale.analysis.parties import private
from percale.cli.exits import Exit, UsageError
from percale.cli.inputs import add_input, manifests_from, show, tell
from percale.cli.questions import add_pod_networks
from percale.policy.from_resources import DEFAULT_NAMESPACE, world_of
from percale.policy.selection import Staged
from percale.report.expectations import Telling, results_text
from percale.report.expectations_json import results_json
from percale.report.expectations_junit import results_junit
from percale.report.mutation import killed_percent, mutation_json, mutation_text
from percale.report.rule_places import RulePlaces
from percale.report.tap import results_tap
from percale.resources.expectations import decode_expectations
from percale.resources.files import holds_expectations, read_expectations
from percale.resources.policy_test import POLICY_TEST

_WRITE = {"text": results_text, "json": results_json, "junit": results_junit, "tap": results_tap}


def add_arguments(parser: ArgumentParser) -> None:
    add_input(parser)
    parser.add_argument(
        "-t",
        "--tests",
        action="append",
        default=[],
        metavar="FILE|DIR",
        help="expectations that are not beside the manifests; may be repeated",
    )
    parser.add_argument("-k", dest="named", metavar="TEXT", help="only those whose suite or name has this text")
    parser.add_argument("--fail-fast", action="store_true", help="stop at the first that fails")
    parser.add_argument("--staged", action="store_true", help="as if staged policies were enforced")
    add_pod_networks(parser)
    parser.add_argument("-o", "--output", choices=tuple(_WRITE), default="text")
    parser.add_argument(
        "--mutate", action="store_true", help="try every single edit of the policies: would the suite notice?"
    )
    parser.add_argument(
        "--min-killed",
        type=_percent,
        metavar="PERCENT",
        help="with --mutate: fail if fewer of the edits that change anything are noticed",
    )


def run(given: Namespace) -> int:
    manifests = manifests_from(given)
    expected = list(_expected(given))
    if not expected:
        tell(f"no expectation was found, so nothing was checked: write a {POLICY_TEST} into a file `*.percale.yaml`")
        return Exit.CANNOT_TELL
    if given.named:
        expected = [one for one in expected if given.named.lower() in f"{one.suite}: {one.name}".lower()]
    if not expected:
        tell(f"no expectation is called `{given.named}`, so nothing was checked")
        return Exit.CANNOT_TELL
    staged = Staged.AS_IF_ENFORCED if given.staged else Staged.LEFT_OUT
    setting = Setting(world_of(manifests), tuple(given.pod_networks or ()) or private(), staged)
    prover = Prover(setting, expected)
    results = list(_until_done(prover.results(), fail_fast=given.fail_fast))
    places = RulePlaces(manifests)
    if given.mutate and all(result.holds for result in results):
        return _mutated(given, prover, places)
    show(_WRITE[given.output](results, Telling(places, staged)))
    return Exit.YES if all(result.holds for result in results) else Exit.NO


def _mutated(given: Namespace, prover: Prover, places: RulePlaces) -> int:
    """Only of a suite that holds: one that fails anyway notices nothing."""
    if given.output not in ("text", "json"):
        raise UsageError(f"`--mutate` has no form `{given.output}`", hint="write `-o text` or `-o json`")
    trials = list(Trials(prover).run())
    names = [f"{one.suite}: {one.name}" for one in prover.expected]
    show(mutation_json(trials, places, names) if given.output == "json" else mutation_text(trials, places))
    return Exit.NO if killed_percent(trials) < (given.min_killed or 0) else Exit.YES


def _percent(text: str) -> int:
    if not text.isdecimal() or int(text[:4]) > 100:
        raise ArgumentTypeError(f"`{text[:40]}` is no percentage: write a number from 0 to 100")
    return int(text)


def _expected(given: Namespace) -> Iterator[Expected]:
    for path in given.tests:
        if not holds_expectations(path) and not Path(path).is_dir():
            raise UsageError(f"`{path}` is no file of expectations", hint="their names end with `.percale.yaml`")
    for suite in decode_expectations(read_expectations([*(given.files or ()), *given.tests])):
        metadata = suite.test.metadata
        for expectation, place in suite.expectations:
            yield Expected(metadata.name, metadata.namespace or DEFAULT_NAMESPACE, expectation, place)


def _until_done(results: Iterator[Result], *, fail_fast: bool) -> Iterator[Result]:
    for result in results:
        yield result
        if fail_fast and not result.holds:
            return
