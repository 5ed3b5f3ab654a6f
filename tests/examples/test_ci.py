"""The material for CI systems: what their schemas say it must be, and commands that run."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from cli.calling import EXAMPLES

CI = EXAMPLES / "ci"
_ROOT = EXAMPLES.parent
_HOOKS = yaml.safe_load((_ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))


def _read(name: str) -> Any:
    return yaml.safe_load((CI / name).read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("name", "schema"), [("github-workflow.yml", "vendor.github-workflows"), ("gitlab-ci.yml", "vendor.gitlab-ci")]
)
def test_it_is_what_the_systems_schema_says(name: str, schema: str) -> None:
    argv = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, str(CI / name)]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)  # noqa: S603  this interpreter
    assert done.returncode == 0, done.stdout + done.stderr


def _commands() -> list[str]:
    steps = _read("github-workflow.yml")["jobs"]["policies"]["steps"]
    jobs = [job for job in _read("gitlab-ci.yml").values() if isinstance(job, dict) and "script" in job]
    hooks = {hook["id"]: hook["entry"] for hook in _HOOKS}
    (repo,) = _read("pre-commit-config.yaml")["repos"]
    return [
        *(step["run"] for step in steps if "percale " in step.get("run", "")),
        *(line for job in jobs for line in job["script"]),
        *(" ".join([hooks[hook["id"]], *hook["args"]]) for hook in repo["hooks"]),
    ]


def test_commands_are_found() -> None:
    assert len(_commands()) >= 9


def _commit(directory: Path) -> None:
    """As the systems check it out, with a remote branch `main`."""
    named = ("-c", "user.name=a", "-c", "user.email=a@example.com")
    for words in (("init", "-q"), ("add", "."), (*named, "commit", "-qm", "a"), ("update-ref", _MAIN, "HEAD")):
        subprocess.run(["git", *words], cwd=directory, check=True)  # noqa: S603, S607  git's own commands


_MAIN = "refs/remotes/origin/main"


@pytest.mark.parametrize("command", _commands())
def test_a_command_runs_on_an_example(command: str, tmp_path: Path) -> None:
    for name in ("k8s", "policies"):
        shutil.copytree(EXAMPLES / "october", tmp_path / name)
    _commit(tmp_path)
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(  # noqa: S603  what the files say
        ["/bin/sh", "-e", "-c", command],
        cwd=tmp_path,
        env=os.environ | {"PATH": path, "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    for result in tmp_path.glob("*.xml"):
        assert result.read_text(encoding="utf-8").startswith("<?xml ")


def test_hooks_are_complete_and_all_configured() -> None:
    assert all(hook.keys() >= {"id", "name", "entry", "language", "pass_filenames"} for hook in _HOOKS)
    (repo,) = _read("pre-commit-config.yaml")["repos"]
    assert [hook["id"] for hook in repo["hooks"]] == [hook["id"] for hook in _HOOKS]
