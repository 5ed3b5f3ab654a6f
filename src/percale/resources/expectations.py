"""What a team expects of its policies, kept beside the manifests in files `*.percale.yaml`.

It is no object of any cluster: only `percale test` reads it, all other commands pass it over.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import msgspec

from percale.resources.decode import problem_in
from percale.resources.documents import Document, no_garbage_collection
from percale.resources.faults import Fault, Path, faults
from percale.resources.policy_test import EXPECTATIONS, POLICY_TEST, Expectation, PolicyTest
from percale.resources.problems import InvalidInput, Place, Problem
from percale.resources.validation.policy_tests import policy_test_findings
from percale.resources.whole_numbers import converted


@dataclass(frozen=True, slots=True)
class Suite:
    """One PolicyTest, and where it was written."""

    test: PolicyTest
    document: Document

    def place_of(self, number: int) -> Place:
        """Of an expectation, by its position."""
        return self.document.place_of(("spec", "expect", number))

    @property
    def expectations(self) -> Iterator[tuple[Expectation, Place]]:
        for number, expectation in enumerate(self.test.spec.expect):
            yield expectation, self.place_of(number)


@no_garbage_collection()
def decode_expectations(documents: Sequence[Document]) -> tuple[Suite, ...]:
    """Raise InvalidInput with every problem, or return all suites in the order of the files."""
    suites: list[Suite] = []
    problems: list[Problem] = []
    for document in documents:
        test, found = _decoded(document)
        problems += [problem_in(document, fault) for fault in found]
        if test is not None:
            suites.append(Suite(test, document))
    problems += _named_twice(suites)
    if problems:
        raise InvalidInput(sorted(problems, key=lambda problem: problem.place))
    return tuple(suites)


def _decoded(document: Document) -> tuple[PolicyTest | None, list[Fault]]:
    named = document.data.get("apiVersion"), document.data.get("kind")
    if named != (EXPECTATIONS, POLICY_TEST):
        path: Path = ("apiVersion",) if named[1] == POLICY_TEST else ("kind",) if named[1] else ()
        says = f"a file `*.percale.yaml` holds nothing but `{POLICY_TEST}` of `{EXPECTATIONS}`"
        return None, [Fault(path, says, "keep manifests in files of their own")]
    try:
        test = converted(document.data, PolicyTest)
    except msgspec.ValidationError as refusal:
        return None, faults(PolicyTest, document.data) or [Fault((), str(refusal))]
    return test, list(policy_test_findings(test))


def _named_twice(suites: Sequence[Suite]) -> Iterator[Problem]:
    first: dict[tuple[str, str], Suite] = {}
    for suite in suites:
        metadata = suite.test.metadata
        earlier = first.setdefault((metadata.namespace or "default", metadata.name), suite)
        if earlier is not suite:
            says = f"declared twice; first at {earlier.document.place_of(())}"
            yield problem_in(suite.document, Fault(("metadata", "name"), says, "give each a name of its own"))
