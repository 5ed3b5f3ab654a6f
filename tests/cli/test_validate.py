"""`percale validate`: findings on stdout in three forms, and an exit code that tells."""

import json
from pathlib import Path

import pytest

from cli.calling import SHOP, Calls, Ended
from percale.cli.exits import Exit

_BAD = """apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: {name: a, namespace: b}
spec:
  selectr: all()
  order: high
"""


@pytest.fixture
def bad(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    Path("bad.yaml").write_text(_BAD, encoding="utf-8")
    return "bad.yaml"


@pytest.mark.parametrize(
    ("output", "shown"),
    [
        ("text", "11 resources are valid\n"),
        ("json", '{\n  "schemaVersion": 1,\n  "valid": true,\n  "problems": []\n}\n'),
        ("github", ""),
    ],
)
def test_what_is_valid(percale: Calls, output: str, shown: str) -> None:
    assert percale("validate", "-f", SHOP, "-o", output) == Ended(Exit.YES, out=shown)


def test_findings_as_text(percale: Calls, bad: str) -> None:
    assert percale("validate", "-f", bad) == Ended(
        Exit.INVALID_INPUT,
        out="bad.yaml:5:3: NetworkPolicy b/a: spec.selectr: unknown field `selectr`\n"
        "  hint: did you mean `selector`?\n"
        "bad.yaml:6:3: NetworkPolicy b/a: spec.order: expected a number, found the string 'high'\n"
        "2 problems\n",
    )


def test_findings_as_json(percale: Calls, bad: str) -> None:
    ended = percale("validate", "-f", bad, "-o", "json")
    common = {"file": "bad.yaml", "column": 3, "resource": "NetworkPolicy b/a", "excerpt": ""}
    assert (ended.status, ended.err) == (Exit.INVALID_INPUT, "")
    assert json.loads(ended.out) == {
        "schemaVersion": 1,
        "valid": False,
        "problems": [
            {
                **common,
                "line": 5,
                "path": "spec.selectr",
                "message": "unknown field `selectr`",
                "hint": "did you mean `selector`?",
            },
            {
                **common,
                "line": 6,
                "path": "spec.order",
                "message": "expected a number, found the string 'high'",
                "hint": "",
            },
        ],
    }


def test_findings_as_annotations_of_a_workflow(percale: Calls, bad: str) -> None:
    head = "::error file=bad.yaml,line={},col=3,title=NetworkPolicy b/a::"
    assert percale("validate", "-f", bad, "-o", "github") == Ended(
        Exit.INVALID_INPUT,
        out=f"{head.format(5)}spec.selectr: unknown field `selectr`: did you mean `selector`?\n"
        f"{head.format(6)}spec.order: expected a number, found the string 'high'\n",
    )


def test_standard_input_is_read(percale: Calls) -> None:
    assert percale("validate", "-f", "-", stdin=Path(SHOP).read_bytes()).out == "11 resources are valid\n"
    assert percale("validate", "-f", "-", stdin=_BAD.encode()).out.startswith("<stdin>:5:3: ")


def test_nothing_of_a_kind_that_is_read_is_not_called_valid(percale: Calls) -> None:
    text = b"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"
    assert percale("validate", "-f", "-", stdin=text) == Ended(
        Exit.USAGE,
        err="passed over, as no policy depends on them: 1 ConfigMap (v1)\n"
        "error: the input holds no resource of a kind that Percale reads, so nothing was checked\n",
    )


def test_warnings_are_talk_and_can_be_silenced(percale: Calls) -> None:
    text = b"apiVersion: crd.projectcalico.org/v1\nkind: GlobalNetworkPolicy\nmetadata: {name: a}\nspec: {}\n"
    told = percale("validate", "-f", "-", stdin=text)
    assert (told.status, told.out) == (Exit.YES, "1 resource is valid\n")
    assert told.err.startswith("warning: <stdin>:1:1: GlobalNetworkPolicy a: ")
    assert percale("validate", "-q", "-f", "-", stdin=text).err == ""
