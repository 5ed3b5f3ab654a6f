"""What several tests of this directory share."""

import pytest

from report.node_programs import NodePrograms


@pytest.fixture(scope="session")
def node_programs(tmp_path_factory: pytest.TempPathFactory) -> NodePrograms:
    return NodePrograms(tmp_path_factory.mktemp("node"))
