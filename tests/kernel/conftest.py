"""Labs that the tests of the kernel share: building one costs more than loading other rules into it."""

from collections.abc import Iterator

import pytest
from xdist.workermanage import WorkerController

from agreement import Tally, build_lab
from host_ways import build_host_lab
from kernel_support import require_namespaces
from percale.lab.layout import Attachment
from percale.lab.topology import Lab


@pytest.fixture(scope="session", params=tuple(Attachment))
def lab(request: pytest.FixtureRequest) -> Iterator[Lab]:
    require_namespaces()
    with build_lab(request.param) as built:
        yield built


@pytest.fixture(scope="session", params=tuple(Attachment))
def host_lab(request: pytest.FixtureRequest) -> Iterator[Lab]:
    require_namespaces()
    with build_host_lab(request.param) as built:
        yield built


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
