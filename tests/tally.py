"""How much was compared with the kernel, added up over the processes that ran the tests."""

from dataclasses import dataclass

import pytest
from xdist.workermanage import WorkerController


@dataclass
class Tally:
    """How much was compared, for the closing lines of a test run."""

    worlds: int = 0
    packets: int = 0

    def add(self, *, packets: int) -> None:
        self.worlds += 1
        self.packets += packets


_TALLY = pytest.StashKey[Tally]()
#: What a worker tells of its share under this name.
_SHARE = "compared"


@pytest.fixture(scope="session")
def tally(request: pytest.FixtureRequest) -> Tally:
    return request.config.stash.setdefault(_TALLY, Tally())


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A worker of several."""
    found = session.config.stash.get(_TALLY, None)
    if found and hasattr(session.config, "workeroutput"):
        session.config.workeroutput[_SHARE] = (found.worlds, found.packets)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: WorkerController) -> None:
    worlds, packets = getattr(node, "workeroutput", {}).get(_SHARE, (0, 0))
    tally = node.config.stash.setdefault(_TALLY, Tally())
    tally.worlds += worlds
    tally.packets += packets


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    found = terminalreporter.config.stash.get(_TALLY, None)
    if found and found.worlds:
        terminalreporter.write_line(f"compared with the kernel: {found.worlds} random worlds, {found.packets} packets")
