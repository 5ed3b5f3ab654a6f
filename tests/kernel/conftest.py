"""Labs that the tests of the kernel share: building one costs more than loading other rules into it."""

from collections.abc import Iterator

import pytest

from agreement import Tally, build_lab
from kernel_support import require_namespaces
from percale.lab.layout import Attachment
from percale.lab.topology import Lab


@pytest.fixture(scope="session", params=tuple(Attachment))
def lab(request: pytest.FixtureRequest) -> Iterator[Lab]:
    require_namespaces()
    with build_lab(request.param) as built:
        yield built


_TALLY = pytest.StashKey[Tally]()


@pytest.fixture(scope="session")
def tally(request: pytest.FixtureRequest) -> Tally:
    return request.config.stash.setdefault(_TALLY, Tally())


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if found := terminalreporter.config.stash.get(_TALLY, None):
        terminalreporter.write_line(f"compared with the kernel: {found.worlds} random worlds, {found.packets} packets")
