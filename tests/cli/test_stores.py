"""Which datastore a command means, and what a question makes of one that is absent, empty or out of reach."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from api_objects import CORE, calico_kinds
from api_server import ApiServer
from builders import pod
from cli.calling import SHOP, Calls
from etcd_servers import emptied
from percale.cli.exits import Exit
from percale.datastore.configuration import StoreType
from percale.datastore.opening import OPENERS

_REACH = ("reach", "shop/web", "shop/db", "-p", "5432")

_DEPLOYMENTS = [f"deployment.apps/{name}" for name in ("db", "twin", "web")]


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


@pytest.mark.parametrize("group", ["projectcalico.org/v3", "crd.projectcalico.org/v1"])
def test_a_cluster_is_a_datastore(percale: Calls, monkeypatch: pytest.MonkeyPatch, group: str) -> None:
    with ApiServer((*CORE, *calico_kinds(group))) as server:
        monkeypatch.setenv("DATASTORE_TYPE", "kubernetes")
        monkeypatch.setenv("K8S_API_ENDPOINT", server.url)
        assert percale("apply", "-q", "-f", SHOP).status == Exit.YES
        assert percale("get", "deployments", "-n", "shop", "-o", "name").out.split() == _DEPLOYMENTS
        # What makes pods is no endpoint there: nobody has made the pods yet.
        assert percale(*_REACH).status == Exit.USAGE
        for name in ("web", "db"):
            server.put("pods", pod(f"shop/{name}", {"app": name}))
        assert percale(*_REACH).status == percale(*_REACH, "-f", SHOP).status == Exit.YES
        assert "tier.projectcalico.org/kube-baseline" in percale("get", "tiers", "-o", "name").out
        assert percale("delete", "-q", "-f", SHOP).status == Exit.YES


def test_a_cluster_needs_its_extra() -> None:
    script = "import sys; sys.modules['lightkube'] = None; from percale.cli.main import run; run()"
    argv = (sys.executable, "-c", script, "get", "tiers")
    environment = {**os.environ, "DATASTORE_TYPE": "kubernetes"}
    ended = subprocess.run(argv, capture_output=True, check=False, env=environment, encoding="utf-8")  # noqa: S603
    assert (ended.returncode, ended.stdout) == (Exit.OUT_OF_REACH, "")
    assert "pip install 'percale[kubernetes]'" in ended.stderr


def test_a_cluster_needs_to_be_named(percale: Calls, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DATASTORE_TYPE", "kubernetes")
    monkeypatch.setenv("HOME", str(tmp_path))
    for variable in ("KUBECONFIG", "KUBERNETES_SERVICE_HOST"):
        monkeypatch.delenv(variable, raising=False)
    for argv in (("get", "gnp"), ("apply", "-q", "-f", SHOP), _REACH):
        ended = percale(*argv)
        assert (ended.status, ended.out) == (Exit.OUT_OF_REACH, "")
        assert "no Kubernetes API server is named" in ended.err


def test_a_file_that_is_no_datastore_is_left_alone(percale: Calls, own_datastore: Path) -> None:
    own_datastore.write_text("notes", encoding="utf-8")
    for argv in (("get", "gnp"), ("apply", "-q", "-f", SHOP)):
        ended = percale(*argv)
        assert (ended.status, ended.out) == (Exit.OUT_OF_REACH, "")
    assert own_datastore.read_text(encoding="utf-8") == "notes"
