"""Kernel tests here need namespaces too."""

import pytest

from kernel_support import require_namespaces


@pytest.fixture(autouse=True)
def _namespaces(request: pytest.FixtureRequest) -> None:
    if request.node.get_closest_marker("kernel"):
        require_namespaces()
