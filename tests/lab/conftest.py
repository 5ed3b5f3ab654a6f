"""Every kernel test here needs namespaces, and most need a lab that somebody has built already."""

from collections.abc import Iterator

import pytest

from kernel_support import require_namespaces
from percale.lab.layout import Attachment, LabPod, ListenPort
from percale.lab.topology import Lab
from percale.traffic.protocols import TCP, UDP


@pytest.fixture(autouse=True)
def _namespaces(request: pytest.FixtureRequest) -> None:
    if request.node.get_closest_marker("kernel"):
        require_namespaces()


@pytest.fixture(params=list(Attachment))
def lab(request: pytest.FixtureRequest) -> Iterator[Lab]:
    """Three pods, `web` with open ports."""
    web = LabPod("web", ports=(ListenPort(TCP, 80), ListenPort(UDP, 53)))
    with Lab.build([web, LabPod("client"), LabPod("other")], attachment=request.param) as built:
        yield built


@pytest.fixture(scope="module")
def shared_lab() -> Iterator[Lab]:
    """Eight routed pods named by letters; whoever loads rules into it takes them out again."""
    require_namespaces()
    with Lab.build(LabPod(name) for name in "abcdefgh") as built:
        yield built
