"""A change between two parties has a packet, or it is none."""

import pytest

from builders import pod, policy, world
from percale.analysis.difference.comparing import difference
from percale.analysis.symbolic.engine import Scope
from percale.traffic.addresses import lenient_network

_CLOSED = policy("closed", selector="all()", types=["Ingress"])


@pytest.mark.parametrize(("address", "changed"), [("10.65.0.2", 0), ("10.65.0.3", 1)])
def test_workloads_with_one_and_the_same_address_send_each_other_nothing(address: str, changed: int) -> None:
    workloads = pod("one", at=["10.65.0.2"]), pod("other", at=[address])
    found = difference(world(*workloads), world(*workloads, _CLOSED))
    assert sum(bool(one.sources.pairs and one.destinations.pairs) for one in found.changes) == changed
    assert [one.changed for one in found.counts] == [2 * changed]
    assert not any(one.example.new.verdict.allowed for one in found.changes)


def test_workloads_with_one_and_the_same_address_to_get_are_as_they_were() -> None:
    workloads = pod("one", at=[]), pod("other", at=[])
    for network, changed in (("10.65.0.2/32", 0), ("10.65.0.2/31", 2)):
        scope = Scope(pod_networks=(lenient_network(network),))
        found = difference(world(*workloads), world(*workloads, _CLOSED), scope)
        assert [one.changed for one in found.counts] == [changed]
