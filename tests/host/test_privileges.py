"""Ordinary users get their namespaces by way of a user namespace."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from percale.host import privileges

_PROGRAM = """
import json, os, sys
from percale.host.privileges import may_make_namespaces, rerun_in_user_namespace
if "AGAIN" in os.environ or "PERCALE_IN_USER_NAMESPACE" not in os.environ:
    rerun_in_user_namespace()
print(json.dumps([os.geteuid(), may_make_namespaces(), sys.argv[1:], os.readlink("/proc/self/ns/user")]))
"""


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    if obstacle := privileges.obstacle_to_user_namespaces():
        pytest.skip(obstacle)
    program = tmp_path / "again.py"
    program.write_text(_PROGRAM, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), *filter(None, sys.path)]))
    return program


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603  this interpreter, on a text of our own
        (sys.executable, *arguments), check=False, capture_output=True, encoding="utf-8"
    )


@pytest.mark.kernel
@pytest.mark.parametrize("form", ["module", "script"])
def test_the_same_command_runs_again_as_root(program: Path, form: str) -> None:
    command = ("-m", "again") if form == "module" else (str(program),)
    ended = _run(*command, "a b", "--flag")
    assert ended.returncode == 0, ended.stderr
    user, allowed, arguments, namespace = json.loads(ended.stdout)
    assert (user, allowed, arguments) == (0, True, ["a b", "--flag"])
    assert namespace != str(Path("/proc/self/ns/user").readlink())


@pytest.mark.kernel
def test_it_runs_again_once_only(program: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGAIN", "yes")
    assert "namespaces cannot be made, not even as root of a user namespace" in _run(str(program)).stderr


def test_the_obstacle_names_the_setting_behind_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert privileges.obstacle_to_user_namespaces().startswith("`unshare` is not installed")
