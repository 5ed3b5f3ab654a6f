"""What became of expectations, as JUnit's XML: a suite for each PolicyTest."""

from collections.abc import Sequence
from itertools import groupby

from percale.analysis.expectations.proving import Outcome, Result
from percale.report.expectations import Telling
from percale.report.junit import Case, Fault, Suite, junit_text


def results_junit(results: Sequence[Result], telling: Telling) -> str:
    by_suite = groupby(results, key=lambda result: result.expected.suite)
    suites = [Suite(name, tuple(_case(result, telling) for result in held)) for name, held in by_suite]
    return junit_text("percale test", suites)


def _case(result: Result, telling: Telling) -> Case:
    expected = result.expected
    return Case(expected.name, expected.suite, None if result.holds else _fault(result, telling))


def _fault(result: Result, telling: Telling) -> Fault:
    """What selects nothing is no failure of the policies: it could not be checked."""
    nothing = result.outcome is Outcome.SELECTS_NOTHING
    head = telling.head(result)
    text = "\n".join([f"{result.expected.place}: {head}", *telling.lines(result)])
    return Fault("error" if nothing else "failure", "selects nothing" if nothing else "does not hold", head, text)
