"""`percale lab`: a run that cleans up after itself, a lab that stays until it is taken down, and neither to be had."""

import json
import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import pytest

from cli.calling import EXAMPLES, SHOP, Calls, Ended, started, whole_process
from kernel_support import require_namespaces
from percale.cli.commands.lab import _shared
from percale.cli.exits import Exit
from percale.host.privileges import obstacle_to_user_namespaces

OCTOBER = str(EXAMPLES / "october")
NODE_PORTS = str(EXAMPLES / "node-ports")
CHOSEN = "note: port 80 of Service shop/admin names no node port: the lab takes 30086\n"
SHOWN_AS_PREDICTED = "0 disagreements\n"
#: Root that may not make namespaces, and gets them as an ordinary user does: by a user namespace.
_AS_ORDINARY_USER = ("setpriv", "--bounding-set=-sys_admin")
_PATIENCE_S = 20.0


class Labs:
    """The lab of one runtime directory, which every process that belongs to it has in its environment."""

    def __init__(self, directory: Path, below: Sequence[str] = ()) -> None:
        self.directory = directory
        self.below = below
        self._environment = {"PERCALE_RUNTIME_DIRECTORY": str(directory)}

    def __call__(self, *argv: str) -> Ended:
        return whole_process("lab", *argv, below=self.below, environment=self._environment)

    def interrupted(self, *argv: str, when: Callable[[int], bool]) -> Ended:
        """Ctrl-C in a terminal: every process of the group gets it."""
        with started("lab", *argv, below=self.below, environment=self._environment) as process:
            _wait_for(lambda: when(process.pid))
            os.killpg(process.pid, signal.SIGINT)
            out, err = process.communicate(timeout=60)
            return Ended(process.returncode, out, err)

    @property
    def holder(self) -> int:
        found: int = json.loads((self.directory / "lab.json").read_bytes())["holder"]
        return found

    def processes(self) -> list[int]:
        """Namespaces are held by descriptors alone, so where no process is left no namespace is."""
        mark = f"PERCALE_RUNTIME_DIRECTORY={self.directory}".encode()
        found = []
        for path in Path("/proc").glob("[0-9]*/environ"):
            with suppress(OSError):
                if mark in path.read_bytes().split(b"\0"):
                    found.append(int(path.parent.name))
        return found


def _wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, "what the test waits for does not come about"
        time.sleep(0.01)


@pytest.fixture
def labs(tmp_path: Path) -> Iterator[Labs]:
    require_namespaces()
    yield from _until_gone(Labs(tmp_path / "run"))


@pytest.fixture
def labs_of_ordinary_user(tmp_path: Path) -> Iterator[Labs]:
    require_namespaces()
    if obstacle := obstacle_to_user_namespaces() or ("" if shutil.which("setpriv") else "setpriv is missing"):
        pytest.skip(obstacle)
    yield from _until_gone(Labs(tmp_path / "run", _AS_ORDINARY_USER if os.geteuid() == 0 else ()))


def _until_gone(labs: Labs) -> Iterator[Labs]:
    try:
        yield labs
    finally:
        for process in labs.processes():
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)


@pytest.mark.kernel
@pytest.mark.parametrize("attachment", ["routed", "bridged"])
def test_a_run_of_the_example_agrees_with_its_prediction(labs: Labs, attachment: str) -> None:
    ended = labs("run", "-f", OCTOBER, "--attachment", attachment)
    assert (ended.status, ended.err) == (Exit.YES, "")
    assert ended.out.endswith(SHOWN_AS_PREDICTED)
    assert labs.processes() == []


@pytest.mark.kernel
def test_a_run_by_an_ordinary_user(labs_of_ordinary_user: Labs) -> None:
    ended = labs_of_ordinary_user("run", "-f", OCTOBER)
    assert (ended.status, ended.err) == (Exit.YES, "")
    assert ended.out.endswith(SHOWN_AS_PREDICTED)
    assert labs_of_ordinary_user.processes() == []


@pytest.mark.kernel
def test_a_lab_that_stays(labs: Labs, tmp_path: Path) -> None:
    _tell_the_story(labs, tmp_path)


@pytest.mark.kernel
def test_a_lab_that_stays_for_an_ordinary_user(labs_of_ordinary_user: Labs, tmp_path: Path) -> None:
    _tell_the_story(labs_of_ordinary_user, tmp_path)


def _tell_the_story(labs: Labs, tmp_path: Path) -> None:
    built = labs("up", "-f", OCTOBER)
    assert (built.status, built.err) == (Exit.YES, "")
    addresses = dict(line.split("  ", 1) for line in built.out.splitlines()[:-1])
    assert list(addresses)[-1] == "outside"

    holder = labs.holder
    refused = Ended(
        Exit.OUT_OF_REACH, err=f"error: a lab is up already, held by process {holder}\n  hint: percale lab down\n"
    )
    assert labs("up", "-f", OCTOBER) == refused

    first = labs("probe")
    assert (first.status, first.err) == (Exit.YES, "")
    assert first.out.endswith(SHOWN_AS_PREDICTED)

    inside = labs("exec", "october/api", "--", "ip", "-brief", "address", "show", "dev", "eth0")
    assert (inside.status, inside.err) == (0, "")
    assert all(address in inside.out for address in addresses["october/api"].split())
    assert labs("exec", "api", "--", "sh", "-c", "exit 7").status == 7

    without = tmp_path / "october"
    shutil.copytree(OCTOBER, without)
    (without / "policies/redis-allow-from-api-worker.yaml").unlink()
    assert labs("apply", "-f", str(without)) == Ended(Exit.YES, out="5 policies are enforced\n")
    second = labs("probe")
    assert second.status == Exit.YES
    assert _got_through(second) == _got_through(first) - 4

    assert labs("down") == Ended(Exit.YES, out="the lab is gone\n")
    assert labs.processes() == []
    gone = Ended(Exit.OUT_OF_REACH, err="error: no lab is up\n  hint: percale lab up -f DIRECTORY\n")
    for verb in (("probe",), ("down",), ("exec", "api", "--", "true"), ("apply", "-f", OCTOBER)):
        assert labs(*verb) == gone


def _got_through(probed: Ended) -> int:
    return int(probed.out.splitlines()[-1].split()[2])


@pytest.mark.kernel
def test_a_holder_that_was_killed_leaves_nothing_in_the_way(labs: Labs) -> None:
    assert labs("up", "-f", OCTOBER).status == Exit.YES
    killed = labs.holder
    os.kill(killed, signal.SIGKILL)
    _wait_for(lambda: labs.processes() == [])
    assert labs("probe").status == Exit.OUT_OF_REACH
    assert labs("up", "-f", OCTOBER).status == Exit.YES
    assert labs.processes() == [labs.holder]
    assert labs("down").status == Exit.YES
    assert list(labs.directory.iterdir()) == []


@pytest.mark.kernel
def test_nobody_else_may_read_the_file_of_a_lab(labs: Labs) -> None:
    assert labs("up", "-f", OCTOBER).status == Exit.YES
    assert (labs.directory / "lab.json").stat().st_mode & 0o777 == 0o600
    assert labs.directory.stat().st_mode & 0o777 == 0o700


@pytest.mark.kernel
def test_exec_names_the_pods_there_are(labs: Labs) -> None:
    assert labs("up", "-f", OCTOBER).status == Exit.YES
    ended = labs("exec", "october/apy", "--", "true")
    assert (ended.status, ended.out) == (Exit.USAGE, "")
    assert ended.err.startswith("error: `october/apy` is no pod of the lab\n  hint: there is `october/api`")
    missing = labs("exec", "api", "--", "no-such-program")
    assert (missing.status, missing.out) == (Exit.OUT_OF_REACH, "")
    assert missing.err.startswith("error: `no-such-program` is not installed\n")


@pytest.mark.kernel
def test_apply_says_which_pods_it_cannot_build(labs: Labs) -> None:
    assert labs("up", "-f", OCTOBER).status == Exit.YES
    ended = labs("apply", "-f", OCTOBER, "-f", str(EXAMPLES / "gardener-demo/pods.yaml"))
    assert ended.status == Exit.YES
    warned = [line for line in ended.err.splitlines() if line.startswith("warning: ")]
    assert len(warned) == 3
    assert all("is not in the lab: take it down and up again to have it" in line for line in warned)


def _namespaces(process: int) -> int:
    """How many network namespaces the process holds by descriptors."""
    held = 0
    for path in Path(f"/proc/{process}/fd").glob("*"):
        with suppress(OSError):
            held += str(path.readlink()).startswith("net:[")
    return held


def _serves(process: int) -> bool:
    """The thread of the listeners runs, so the lab is built and the probes begin."""
    return len(list(Path(f"/proc/{process}/task").iterdir())) == 2


@pytest.mark.kernel
@pytest.mark.parametrize(
    "when", [lambda process: _namespaces(process) >= 3, _serves], ids=["while-building", "while-probing"]
)
def test_ctrl_c_during_a_run_leaves_nothing(labs: Labs, when: Callable[[int], bool]) -> None:
    ended = labs.interrupted("run", "-f", OCTOBER, "--timeout", "30", when=when)
    assert (ended.status, ended.out, ended.err) == (130, "", "")
    assert labs.processes() == []


# Where namespaces are not to be had.


@pytest.fixture
def hindered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_shared, "may_make_namespaces", lambda: False)
    monkeypatch.setattr(_shared, "obstacle_to_user_namespaces", lambda: "user/max_user_namespaces is 0")


@pytest.mark.usefixtures("hindered")
def test_a_run_shows_the_prediction_alone_and_says_so(percale: Calls) -> None:
    ended = percale("lab", "run", "-f", OCTOBER)
    assert ended.status == Exit.OUT_OF_REACH
    assert ended.err == "no lab: user/max_user_namespaces is 0\nwhat follows is the prediction alone\n"
    assert ended.out.endswith(
        "+ would get through    . would be denied    4 or 6: in that IP version only\n"
        "\n180 flows predicted, none observed\n"
    )


@pytest.mark.kernel
@pytest.mark.parametrize("attachment", ["routed", "bridged"])
@pytest.mark.parametrize("example", ["october", "customer-isolation", "docker-bridges", "gardener-demo", "node-ports"])
def test_the_prediction_alone_is_what_a_lab_observes(
    percale: Calls, labs: Labs, example: str, attachment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = ("run", "-f", str(EXAMPLES / example), "--attachment", attachment)
    observed = labs(*run)
    assert observed.status == Exit.YES
    monkeypatch.setattr(_shared, "may_make_namespaces", lambda: False)
    monkeypatch.setattr(_shared, "obstacle_to_user_namespaces", lambda: "no")
    assert _table(percale("lab", *run)) == _table(observed)


@pytest.mark.kernel
@pytest.mark.parametrize("attachment", ["routed", "bridged"])
def test_published_ports_are_tried_as_the_readme_shows(labs: Labs, attachment: str) -> None:
    ended = labs("run", "-f", NODE_PORTS, "--attachment", attachment)
    assert (ended.status, ended.err) == (Exit.YES, CHOSEN)
    assert ended.out.endswith(SHOWN_AS_PREDICTED)
    readme = Path(NODE_PORTS, "README.md").read_text(encoding="utf-8")
    shown = readme.partition("```text\n")[2].partition("```")[0]
    assert "\noutside              .\n" in shown
    assert f"\n{shown}" in ended.out


@pytest.mark.kernel
def test_a_published_port_that_leads_nowhere_is_a_disagreement(labs: Labs) -> None:
    """Were the node asked in its place, it would refuse, and to be refused counts as reached."""
    assert labs("up", "-f", NODE_PORTS).err == CHOSEN
    delete = ("nft", "delete", "chain", "inet", "percale-lab-nat")
    for chain in ("prerouting", "output"):
        assert labs("exec", "node", "--", *delete, chain).status == 0
    probed = labs("probe")
    assert probed.status == Exit.NO
    assert (
        "outside 192.0.2.2 -> node:30080 -> shop/web:8080: predicted gets through, observed is denied (" in probed.out
    )
    assert labs("apply", "-f", NODE_PORTS) == Ended(Exit.YES, out="3 policies are enforced\n", err=CHOSEN)
    assert labs("probe").status == Exit.YES
    assert labs("down").status == Exit.YES


def _table(ended: Ended) -> str:
    return ended.out.partition("\n+ ")[0]


@pytest.mark.usefixtures("hindered")
def test_no_lab_can_be_brought_up(percale: Calls, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PERCALE_RUNTIME_DIRECTORY", str(tmp_path))
    assert percale("lab", "up", "-f", OCTOBER) == Ended(
        Exit.OUT_OF_REACH, err="error: no lab: user/max_user_namespaces is 0\n  hint: run as root\n"
    )


@pytest.mark.parametrize("verb", ["run", "up", "apply"])
def test_without_a_workload_there_is_nothing_to_build(
    percale: Calls, verb: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PERCALE_RUNTIME_DIRECTORY", str(tmp_path))
    monkeypatch.setattr(_shared, "may_make_namespaces", lambda: True)
    ended = percale("lab", verb, "-f", "-", stdin=b"apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n")
    expected = {
        "apply": Ended(Exit.OUT_OF_REACH, err="error: no lab is up\n  hint: percale lab up -f DIRECTORY\n"),
    }
    nothing = Ended(Exit.USAGE, err="error: the input holds no workload, so there is nothing to build\n")
    assert ended == expected.get(verb, nothing)


@pytest.mark.kernel
def test_two_workloads_of_one_name_are_refused(labs: Labs) -> None:
    ended = labs("run", "-f", SHOP)
    assert ended.out == ""
    assert "two pods called `shop/twin`" in ended.err
