"""Labs that the tests of the kernel share: building one costs more than loading other rules into it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from agents import sqlite_at
from agreement import build_lab
from host_ways import build_host_lab
from kernel_support import require_namespaces
from percale.datastore.interface import Datastore
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


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[tuple[Datastore, dict[str, str]]]:
    """An empty store, and by what an agent finds it."""
    opened, environment = sqlite_at(tmp_path / "percale.sqlite")
    yield opened, environment
    opened.close()
