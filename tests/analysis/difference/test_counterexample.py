"""A change between two parties has a packet, or it is none."""

import pytest

from builders import pod, policy, world
from percale.analysis.difference.comparing import difference

_CLOSED = policy("closed", selector="all()", types=["Ingress"])


@pytest.mark.parametrize(("address", "changed"), [("10.65.0.2", 0), ("10.65.0.3", 1)])
def test_workloads_with_one_and_the_same_address_send_each_other_nothing(address: str, changed: int) -> None:
    workloads = pod("one", at=["10.65.0.2"]), pod("other", at=[address])
    found = difference(world(*workloads), world(*workloads, _CLOSED))
    assert sum(bool(one.sources.pairs and one.destinations.pairs) for one in found.changes) == changed
    assert not any(one.example.new.verdict.allowed for one in found.changes)
