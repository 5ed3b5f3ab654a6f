"""A packet of a set, wherever there is one."""

from builders import NODE, host_endpoint, pod, world
from percale.analysis.connectivity import Connectivity
from percale.analysis.parties import private
from percale.analysis.symbolic.engine import Engine, Scope
from percale.analysis.witness import witness


def test_two_pods_without_an_address_need_not_share_the_only_one_of_an_atom() -> None:
    """A host's address is an atom of its own in the middle of where pods may be."""
    here = world(pod("a/one", at=()), pod("a/two", at=()), host_endpoint("uplink", expectedIPs=["10.250.0.10"]))
    assert here.host_endpoints[0].node == NODE
    engine = Engine.of(here, 4, Scope(pod_networks=private()))
    connectivity = Connectivity(engine)
    one, two = (connectivity.grouped([pod])[0] for pod in here.workloads)
    found = witness(engine, one, two, engine.cells.opening, passes=True)
    assert found.packet.source != found.packet.destination
    assert found.verdict().allowed


def test_of_several_pods_two_are_taken() -> None:
    here = world(pod("a/one", {"app": "a"}, at=()), pod("a/two", {"app": "a"}, at=()))
    engine = Engine.of(here, 4, Scope(pod_networks=private()))
    (group,) = Connectivity(engine).workloads
    found = witness(engine, group, group, engine.cells.opening, passes=True)
    assert found.source is not found.destination
