"""`percale lint`: what is found in every form, what is set aside, and an exit code that tells."""

import json
from pathlib import Path

import pytest

from cli.calling import SHOP, Calls, Ended
from percale.cli.exits import Exit

_UNPLACED = """apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: deny%s}
spec: {podSelector: {}, policyTypes: [Ingress]}
"""
_ICMP = """---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: ping, namespace: shop}
spec: {podSelector: {}, ingress: [{ports: [{protocol: ICMP}]}]}
"""
_SAYS = (
    "deny.yaml:3:1: warning PCL009 namespace-missing: NetworkPolicy deny: metadata: no namespace is given, so that it "
    "holds in `default` or wherever kubectl happens to point\n  remedy: write `metadata.namespace`\n"
)


@pytest.fixture(autouse=True)
def manifests(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("deny.yaml").write_text(_UNPLACED % "", encoding="utf-8")


def _annotated(text: str) -> str:
    return _UNPLACED % f', annotations: {{percale.dev/lint-ignore: "{text}"}}'


def _write(name: str, text: str) -> None:
    Path(name).write_text(text, encoding="utf-8")


def test_findings_as_text(percale: Calls) -> None:
    assert percale("lint", "-q", "-f", "deny.yaml") == Ended(Exit.NO, out=f"{_SAYS}1 warning\n")


def test_what_has_no_findings(percale: Calls) -> None:
    assert percale("lint", "-q", "-f", SHOP, "--severity", "error") == Ended(Exit.YES, out="no findings\n")


def test_what_is_invalid_comes_first_and_hides_nothing(percale: Calls) -> None:
    _write("deny.yaml", _UNPLACED % "" + _ICMP)
    ended = percale("lint", "-q", "-f", "deny.yaml")
    assert ended.status == Exit.INVALID_INPUT
    assert ended.out.startswith("deny.yaml:9:")
    assert ended.out.endswith(f"1 problem\n{_SAYS}1 warning\n")


def test_a_file_that_cannot_be_read_hides_nothing(percale: Calls) -> None:
    _write("broken.yaml", "a: [")
    ended = percale("lint", "-q", "-f", "broken.yaml", "-f", "deny.yaml")
    assert (ended.status, ended.out[-len(_SAYS) - 10 :]) == (Exit.INVALID_INPUT, f"{_SAYS}1 warning\n")


def test_nothing_to_check_is_a_usage_error(percale: Calls) -> None:
    _write("other.yaml", "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}")
    ended = percale("lint", "-f", "other.yaml")
    assert (ended.status, "nothing was checked" in ended.err) == (Exit.USAGE, True)


@pytest.mark.parametrize(
    ("options", "status"),
    [
        (("--disable", "PCL009"), Exit.YES),
        (("--disable", "namespace-missing"), Exit.YES),
        (("--severity", "error"), Exit.YES),
        (("--severity", "note"), Exit.NO),
        (("--enable", "PCL9"), Exit.USAGE),
    ],
)
def test_rules_and_severities_on_the_command_line(percale: Calls, options: tuple[str, ...], status: Exit) -> None:
    assert percale("lint", "-f", "deny.yaml", *options).status == status


def test_an_annotation_with_a_reason_ignores(percale: Calls) -> None:
    _write("deny.yaml", _annotated("PCL009: Kustomize fills it in"))
    ended = percale("lint", "-f", "deny.yaml")
    assert (ended.status, ended.out) == (Exit.YES, "no findings\n")
    assert "1 ignored, as the manifests or the settings ask" in ended.err


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("PCL009", ["PCL024"]),
        ("PCL009: so it is; PCL012: why not", ["PCL025"]),
        ("PCL009, namespace-by-name-label: one reason for both", []),
        ("PCL999: no such rule", ["PCL009", "PCL026"]),
        ("PCL012", ["PCL009", "PCL024", "PCL025"]),
    ],
)
def test_what_becomes_of_suppressions(percale: Calls, text: str, rules: list[str]) -> None:
    _write("deny.yaml", _annotated(text))
    found = json.loads(percale("lint", "-q", "-f", "deny.yaml", "-o", "json").out)["findings"]
    assert [one["rule"] for one in found] == rules


def test_settings_beside_the_manifests(percale: Calls) -> None:
    _write(".percale.yaml", "lint: {ignore: [{rules: [PCL009], resource: NetworkPolicy d*, reason: filled in}]}")
    assert percale("lint", "-q", "-f", "deny.yaml") == Ended(Exit.YES, out="no findings\n")
    assert percale("lint", "-q", "-f", "deny.yaml", "--no-settings").status == Exit.NO


@pytest.mark.parametrize(
    ("settings", "status"),
    [
        ("lint: {disable: [PCL009]}", Exit.YES),
        ("lint: {threshold: error}", Exit.YES),
        ("lint: {threshold: error, severity: {PCL009: error}}", Exit.NO),
        ("lint: {severity: {namespace-missing: note}}", Exit.YES),
    ],
)
def test_what_settings_do(percale: Calls, settings: str, status: Exit) -> None:
    _write("mine.yaml", settings)
    assert percale("lint", "-f", "deny.yaml", "--settings", "mine.yaml").status == status


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ("lint:\n  disabled: [PCL009]", "mine.yaml:2:3: lint.disabled: unknown field `disabled`"),
        ("lint:\n  disable: [PCL9]", "mine.yaml:2:13: lint.disable[0]: no rule is called `PCL9`"),
        ("lint:\n  threshold: fatal", "mine.yaml:2:3: lint.threshold: `fatal` is no severity"),
        ("lint:\n  severity: {PCL009: 3}", "mine.yaml:2:14: lint.severity.PCL009: expected a string"),
        ("lint:\n  podNetworks: [10.0.0.0/33]", "mine.yaml:2:17: lint.podNetworks[0]: `10.0.0.0/33` is no network"),
        ("lint:\n  ignore: [{rules: [PCL009]}]", "mine.yaml:2:12: lint.ignore[0]: field `reason` is missing"),
    ],
)
def test_faults_of_settings_have_their_line(percale: Calls, settings: str, says: str) -> None:
    _write("mine.yaml", settings)
    ended = percale("lint", "-f", "deny.yaml", "--settings", "mine.yaml")
    assert ended.status == Exit.INVALID_INPUT
    assert ended.err.startswith(says)


def test_a_baseline_holds_what_is_known(percale: Calls) -> None:
    assert percale("lint", "-f", "deny.yaml", "--write-baseline", "known.json").status == Exit.YES
    _write("deny.yaml", "# moved by a line\n" + _UNPLACED % "")
    assert percale("lint", "-q", "-f", "deny.yaml", "--baseline", "known.json") == Ended(Exit.YES, out="no findings\n")


def test_what_is_new_beside_a_baseline_counts(percale: Calls) -> None:
    percale("lint", "-f", "deny.yaml", "--write-baseline", "known.json")
    _write("deny.yaml", _UNPLACED % "-more")
    ended = percale("lint", "-f", "deny.yaml", "--baseline", "known.json")
    assert (ended.status, "deny-more" in ended.out) == (Exit.NO, True)
    assert "1 of the baseline are found no more" in ended.err


def test_a_baseline_that_is_none(percale: Calls) -> None:
    _write("known.json", "[]")
    assert percale("lint", "-f", "deny.yaml", "--baseline", "known.json").status == Exit.INVALID_INPUT


def test_findings_as_github_annotations(percale: Calls) -> None:
    ended = percale("lint", "-q", "-f", "deny.yaml", "-o", "github")
    assert ended.out == (
        "::warning file=deny.yaml,line=3,col=1,title=PCL009 namespace-missing::NetworkPolicy deny: no namespace is "
        "given, so that it holds in `default` or wherever kubectl happens to point%0Aremedy: write "
        "`metadata.namespace`\n"
    )


@pytest.mark.parametrize("rule", ["PCL009", "namespace-missing"])
def test_a_rule_explained(percale: Calls, rule: str) -> None:
    ended = percale("lint", "--explain", rule)
    assert (ended.status, ended.out.partition("\n")[0]) == (Exit.YES, "# PCL009 namespace-missing")


def test_all_rules_listed(percale: Calls) -> None:
    lines = percale("lint", "--explain", "all").out.splitlines()
    assert lines[8].split()[:3] == ["PCL009", "namespace-missing", "warning"]
