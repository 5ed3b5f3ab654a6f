"""No rule stumbles over manifests of any dialect, and every form can tell of all that is found."""

import json
from random import Random

import pytest

from analysis.lint.linting import outcome
from percale.report.lint_github import lint_github
from percale.report.lint_json import lint_json
from percale.report.lint_junit import lint_junit
from percale.report.lint_sarif import lint_sarif
from percale.report.lint_text import lint_text
from random_hosts import HostGenerator
from random_worlds import Manifest


def _manifests(seed: int) -> list[Manifest]:
    generator = HostGenerator(Random(seed))
    return generator.host_world() if seed % 2 else generator.world()


@pytest.mark.parametrize("seed", range(40))
def test_every_rule_has_its_say(seed: int) -> None:
    found = outcome("\n---\n".join(map(json.dumps, _manifests(seed))))
    shown = lint_text((), found.findings)
    assert all(one.rule.id in shown for one in found.findings)
    assert len(json.loads(lint_json((), found.findings))["findings"]) == len(found.findings)
    assert len(lint_github((), found.findings).splitlines()) == len(found.findings)
    assert lint_sarif((), found.findings, found.asked).count('"ruleIndex"') == len(found.findings)
    assert lint_junit((), found.findings, found.asked).count("<failure") == len(found.findings)


def test_random_manifests_are_found_fault_with() -> None:
    found = {
        one.rule.id for seed in range(12) for one in outcome("\n---\n".join(map(json.dumps, _manifests(seed)))).findings
    }
    assert len(found) > 20
