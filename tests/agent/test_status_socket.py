"""The status told by a socket."""

import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from percale.agent.status import InvalidObject, Latency, Status
from percale.agent.status_socket import AgentRuns, NoAgent, StatusSocket, ask_status

STATUS = Status(
    "node", "enforce", "1", 7.5, revision="9", enforcing=True, latency=Latency(0.1, 0.2), unattached=("10.0.0.1",),
    invalid=(InvalidObject("Tier(a)", ("wrong",)),),
)  # fmt: skip


@pytest.fixture
def directory() -> Iterator[Path]:
    """Of a short name: a socket's path must be one."""
    with tempfile.TemporaryDirectory(prefix="percale-") as made:
        yield Path(made)


def test_whoever_asks_is_told_the_newest(directory: Path) -> None:
    newest = [STATUS]
    with closing(StatusSocket(directory, lambda: newest[0])):
        assert ask_status(directory) == STATUS
        newest[0] = replace(STATUS, revision="10")
        assert ask_status(directory).revision == "10"


def test_without_an_agent_there_is_no_status(directory: Path) -> None:
    with pytest.raises(NoAgent):
        ask_status(directory)
    StatusSocket(directory, lambda: STATUS).close()
    with pytest.raises(NoAgent):
        ask_status(directory)


def test_a_second_agent_is_refused_and_the_first_goes_on(directory: Path) -> None:
    with closing(StatusSocket(directory, lambda: STATUS)):
        with pytest.raises(AgentRuns):
            StatusSocket(directory, lambda: replace(STATUS, node="second"))
        assert ask_status(directory).node == "node"
    StatusSocket(directory, lambda: STATUS).close()
