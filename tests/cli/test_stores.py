"""Which datastore a command means, and what a question makes of one that is absent, empty or out of reach."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cli.calling import SHOP, Calls
from etcd_servers import emptied
from percale.cli.exits import Exit
from percale.datastore.configuration import StoreType
from percale.datastore.opening import OPENERS

_REACH = ("reach", "shop/web", "shop/db", "-p", "5432")


def config(path: Path, **spec: str) -> str:
    text = {"apiVersion": "projectcalico.org/v3", "kind": "CalicoAPIConfig", "metadata": {}, "spec": spec}
    path.write_text(json.dumps(text), encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("question", [_REACH, ("ruleset",), ("validate",), ("lab", "run"), ("lab", "up")], ids=str)
def test_a_question_says_that_there_is_no_datastore(
    percale: Calls, question: tuple[str, ...], own_datastore: Path
) -> None:
    ended = percale(*question)
    assert (ended.status, ended.out) == (Exit.OUT_OF_REACH, "")
    assert f"there is no datastore at `{own_datastore}`" in ended.err
    assert not own_datastore.exists()


def test_a_question_says_that_the_datastore_is_empty(percale: Calls) -> None:
    percale("apply", "-f", SHOP)
    percale("delete", "-f", SHOP)
    for tier in ("default", "kube-admin", "kube-baseline"):
        assert percale("delete", "tier", tier).status == Exit.NO
    assert percale(*_REACH).status == Exit.USAGE
    assert "3 resources are valid" in percale("validate").out


def test_a_question_is_answered_as_from_the_files(percale: Calls) -> None:
    percale("apply", "-q", "-f", SHOP)
    answer, from_files = percale(*_REACH), percale(*_REACH, "-f", SHOP)
    assert answer.status == from_files.status == Exit.YES
    assert answer.out == from_files.out
    stored, written = (percale("ruleset", "-q", *files).out.replace(",", " ") for files in ((), ("-f", SHOP)))
    assert sorted(stored.split()) == sorted(written.split())


def test_48_a_configuration_file_disables_all_environment_variables(
    percale: Calls, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATASTORE_TYPE", "etcdv3")
    monkeypatch.setenv("ETCD_ENDPOINTS", "nowhere")
    path = tmp_path / "there.sqlite"
    named = config(tmp_path / "calicoctl.cfg", datastoreType="sqlite", sqlitePath=str(path))
    assert percale("apply", "-q", "-f", SHOP).status == Exit.OUT_OF_REACH
    assert percale("apply", "-q", "-c", named, "-f", SHOP).status == Exit.YES
    assert path.exists()
    assert percale(*_REACH, "-c", named).status == Exit.YES


@pytest.mark.parametrize("kind", [StoreType.KUBERNETES])
def test_what_is_not_available_yet_says_so(percale: Calls, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATASTORE_TYPE", kind)
    for argv in (("get", "gnp"), ("apply", "-f", SHOP), _REACH):
        ended = percale(*argv)
        assert (ended.status, ended.out) == (Exit.OUT_OF_REACH, "")
        assert f"datastore type `{kind}` is not available in this release" in ended.err


def test_every_type_has_an_opener() -> None:
    assert set(OPENERS) == set(StoreType)


def test_a_directory_is_a_datastore_that_is_read(
    percale: Calls, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATASTORE_TYPE", "directory")
    assert "no directory is named" in percale("get", "gnp").err
    monkeypatch.setenv("PERCALE_DIRECTORY", str(tmp_path))
    (tmp_path / "shop.yaml").write_bytes(Path(SHOP).read_bytes())
    assert percale(*_REACH).status == Exit.YES
    refused = percale("apply", "-q", "-f", SHOP)
    assert (refused.status, refused.out) == (Exit.NO, "")
    assert "a directory is read only, change its files" in refused.err


def test_etcd_is_a_datastore(percale: Calls, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ETCD_ENDPOINTS", emptied().url)
    assert percale("apply", "-q", "-f", SHOP).status == Exit.YES
    answer, from_files = percale(*_REACH), percale(*_REACH, "-f", SHOP)
    assert (answer.status, answer.out) == (from_files.status, from_files.out)
    assert "tier.projectcalico.org/kube-baseline" in percale("get", "tiers", "-o", "name").out
    assert percale("delete", "-q", "-f", SHOP).status == Exit.YES


def test_etcd_needs_its_extra() -> None:
    script = "import sys; sys.modules['grpc'] = None; from percale.cli.main import run; run()"
    argv = (sys.executable, "-c", script, "get", "tiers")
    environment = {**os.environ, "ETCD_ENDPOINTS": "http://127.0.0.1:1"}
    ended = subprocess.run(argv, capture_output=True, check=False, env=environment, encoding="utf-8")  # noqa: S603
    assert (ended.returncode, ended.stdout) == (Exit.OUT_OF_REACH, "")
    assert "pip install 'percale[etcd]'" in ended.stderr


def test_etcd_needs_an_endpoint(percale: Calls, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATASTORE_TYPE", "etcdv3")
    for argv in (("get", "gnp"), ("apply", "-q", "-f", SHOP), _REACH):
        ended = percale(*argv)
        assert (ended.status, ended.out) == (Exit.OUT_OF_REACH, "")
        assert "no endpoint of etcd is named" in ended.err


def test_a_file_that_is_no_datastore_is_left_alone(percale: Calls, own_datastore: Path) -> None:
    own_datastore.write_text("notes", encoding="utf-8")
    for argv in (("get", "gnp"), ("apply", "-q", "-f", SHOP)):
        ended = percale(*argv)
        assert (ended.status, ended.out) == (Exit.OUT_OF_REACH, "")
    assert own_datastore.read_text(encoding="utf-8") == "notes"
