"""What is there to run the agent by: it asks for options that there are, and for no more rights than it needs."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from percale.cli.commands import agent
from percale.cli.main import command_parser

TOP = Path(__file__).parents[2]
UNIT = TOP / "deploy/systemd/percale-agent.service"
#: As systemd rates it, in tenths of ten. What is left is the network, and to be root.
_MOST_EXPOSED = 25


def _parsed(arguments: list[str]) -> Any:
    parser = command_parser("percale agent", None)
    agent.add_arguments(parser)
    return parser.parse_args(arguments)


def _daemon_set() -> Any:
    return yaml.safe_load((TOP / "deploy/kubernetes/agent.yaml").read_text())


def _container() -> Any:
    (found,) = _daemon_set()["spec"]["template"]["spec"]["containers"]
    return found


def _analyze(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Skips where systemd is not; in CI it has to be."""
    if not shutil.which("systemd-analyze"):
        if os.environ.get("CI") == "true":
            pytest.fail("NOT TESTED: systemd-analyze is not installed")
        pytest.skip("NOT TESTED: systemd-analyze is not installed")
    return subprocess.run(["systemd-analyze", *arguments], capture_output=True, check=False, text=True)  # noqa: S603, S607


def test_the_unit_is_one_that_systemd_understands(tmp_path: Path) -> None:
    copy = tmp_path / UNIT.name
    copy.write_text(UNIT.read_text().replace("/usr/bin/percale", sys.executable))
    done = _analyze("verify", "--man=no", "--recursive-errors=no", str(copy))
    assert (done.returncode, [line for line in done.stderr.splitlines() if UNIT.name in line]) == (0, [])


def test_the_unit_is_hardened() -> None:
    done = _analyze("security", "--offline=yes", "--no-pager", f"--threshold={_MOST_EXPOSED}", str(UNIT))
    assert done.returncode == 0, done.stdout


def test_the_unit_starts_the_agent_and_its_rights_are_the_network_alone() -> None:
    text = UNIT.read_text()
    assert re.findall(r"^ExecStart=(.*)$", text, re.MULTILINE) == ["/usr/bin/percale agent $PERCALE_OPTIONS"]
    assert re.findall(r"^CapabilityBoundingSet=(.*)$", text, re.MULTILINE) == ["CAP_NET_ADMIN"]


def test_the_daemon_set_asks_for_options_that_there_are() -> None:
    command, *arguments = _container()["args"]
    given = _parsed(arguments)
    assert (command, given.node, str(given.mode)) == ("agent", "$(NODE_NAME)", "enforce")
    assert (given.health.host, given.health.port) == ("127.0.0.1", 9091)
    for probe in ("livenessProbe", "readinessProbe"):
        asked = _container()[probe]["httpGet"]
        assert (asked["host"], asked["port"]) == (given.health.host, given.health.port)


def test_the_daemon_set_has_the_network_and_nothing_else_of_the_node() -> None:
    pod = _daemon_set()["spec"]["template"]["spec"]
    rights = _container()["securityContext"]
    assert rights["capabilities"] == {"drop": ["ALL"], "add": ["NET_ADMIN"]}
    assert (rights["readOnlyRootFilesystem"], rights["allowPrivilegeEscalation"]) == (True, False)
    assert "privileged" not in rights
    assert (pod["hostNetwork"], pod.get("hostPID"), pod.get("hostIPC")) == (True, None, None)
    assert [one["hostPath"]["path"] for one in pod["volumes"]] == ["/run/percale"]


def test_the_daemon_set_selects_its_own_pods() -> None:
    spec = _daemon_set()["spec"]
    assert spec["selector"]["matchLabels"] == spec["template"]["metadata"]["labels"]


def test_the_image_has_extras_that_there_are() -> None:
    text = (TOP / "deploy/container/Containerfile").read_text()
    (extras,) = re.findall(r"'\.\[(.*)\]'", text)
    there = tomllib.loads((TOP / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    assert set(extras.split(",")) <= there.keys()
