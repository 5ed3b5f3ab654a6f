"""`percale init-tests`: what it writes holds, notices most edits, and never writes over anything by itself."""

import json
import shutil
from pathlib import Path

import pytest

from cli.calling import EXAMPLES, Calls
from percale.cli.exits import Exit

#: Of the edits that change anything, the percentage that what is written must notice.
NOTICED = {"october": 100, "picocluster": 90, "customer-isolation": 90, "gardener-demo": 100}


@pytest.fixture(params=NOTICED)
def manifests(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    copy = tmp_path / str(request.param)
    shutil.copytree(EXAMPLES / copy.name, copy, ignore=shutil.ignore_patterns("*.percale.yaml"))
    return copy


def test_what_is_written_holds_and_notices_most_edits(percale: Calls, manifests: Path) -> None:
    suite = manifests / "first.percale.yaml"
    written = percale("init-tests", "-q", "-f", str(manifests), "-o", str(suite))
    assert (written.status, written.out) == (Exit.YES, "")
    assert written.err.startswith("wrote ")
    least = str(NOTICED[manifests.name])
    ended = percale("test", "-q", "-f", str(manifests), "--mutate", "--min-killed", least)
    assert (ended.status, ended.err) == (Exit.YES, ""), ended.out
    assert len(suite.read_text(encoding="utf-8").splitlines()) < 90


def test_a_file_that_is_there_stays(percale: Calls, tmp_path: Path) -> None:
    suite = tmp_path / "a.percale.yaml"
    suite.write_text("mine", encoding="utf-8")
    asked = ("init-tests", "-f", str(EXAMPLES / "october"), "-o", str(suite))
    ended = percale(*asked)
    assert (ended.status, suite.read_text(encoding="utf-8")) == (Exit.USAGE, "mine")
    assert "--force" in ended.err
    assert percale(*asked, "--force").status == Exit.YES
    assert suite.read_text(encoding="utf-8").startswith("apiVersion: percale.dev/v1alpha1\n")


def test_it_writes_no_file_that_would_be_taken_for_manifests(percale: Calls, tmp_path: Path) -> None:
    ended = percale("init-tests", "-f", str(EXAMPLES / "october"), "-o", str(tmp_path / "tests.yaml"))
    assert ended.status == Exit.USAGE
    assert not (tmp_path / "tests.yaml").exists()


def test_names_that_yaml_would_misread_are_quoted(percale: Calls, tmp_path: Path) -> None:
    pods = [{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "namespace": "on"}} for name in ("1", "y")]
    (tmp_path / "pods.json").write_text("\n".join(map(json.dumps, pods)), encoding="utf-8")
    suite = tmp_path / "first.percale.yaml"
    assert percale("init-tests", "-f", str(tmp_path / "pods.json"), "-o", str(suite)).status == Exit.YES
    assert 'name: "on"' in suite.read_text(encoding="utf-8")
    assert percale("test", "-f", str(tmp_path)).status == Exit.YES


def test_without_a_workload_there_is_nothing_to_expect(percale: Calls, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("{apiVersion: v1, kind: Namespace, metadata: {name: a}}", encoding="utf-8")
    assert percale("init-tests", "-f", str(tmp_path)).status == Exit.USAGE
