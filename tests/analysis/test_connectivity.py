"""Groups and their flows: what is told of a group must hold for each of its members."""

from random import Random

import pytest

from agreement import world_from
from builders import Manifest, namespace, pod, policy, resource, world
from percale.analysis.connectivity import Connectivity
from percale.analysis.passing import Passing
from percale.analysis.symbolic.engine import Engine, Scope
from percale.analysis.witness import witness
from percale.traffic.addresses import lenient_network
from random_hosts import HostGenerator, scattered
from random_worlds import Generator


def _between_all(connectivity: Connectivity) -> tuple[int, int]:
    """Every claim about a pair of groups put to the judge; how many there were, and how many of hosts."""
    groups = (*connectivity.workloads, *connectivity.hosts, *connectivity.outside)
    engine = connectivity.engine
    flows = list(Passing.of(connectivity, groups, groups, engine.cells.everything).flows())
    for flow in flows:
        assert witness(engine, flow.source, flow.destination, flow.sometimes, passes=True).verdict().allowed
        if blocked := engine.cells.opening & ~flow.always:
            found = witness(engine, flow.source, flow.destination, blocked, passes=False)
            assert not found.verdict().allowed
    return len(flows), sum(bool(flow.source.host or flow.destination.host) for flow in flows)


@pytest.mark.parametrize("seed", range(12))
def test_every_flow_between_groups_has_a_packet_that_the_judge_lets_through_and_one_that_it_does_not(seed: int) -> None:
    hosts = world_from(HostGenerator(Random(seed)).host_world())
    for version in (4, 6):
        for one in (world_from(Generator(Random(seed)).world()), hosts, scattered(hosts)):
            every, of_hosts = _between_all(Connectivity(Engine.of(one, version)))
            assert every
            assert of_hosts or not one.host_endpoints


def test_workloads_that_nothing_tells_apart_are_one_group() -> None:
    one = world(
        namespace("shop"),
        pod("shop/web-1", {"app": "web", "rollout": "1"}),
        pod("shop/web-2", {"app": "web", "rollout": "2"}),
        pod("shop/db", {"app": "db"}),
        policy(
            "shop/db", selector="app == 'db'", ingress=[{"action": "Allow", "source": {"selector": "app == 'web'"}}]
        ),
    )
    groups = Connectivity(Engine.of(one, 4)).workloads
    assert [[str(member) for member in group.members] for group in groups] == [
        ["shop/web-1", "shop/web-2"],
        ["shop/db"],
    ]


def test_what_depends_on_an_address_that_a_workload_has_yet_to_get_holds_sometimes() -> None:
    one = world(
        namespace("shop"),
        pod("shop/web", {"app": "web"}, at=()),
        pod("shop/db", {"app": "db"}, at=("10.1.0.1",)),
        policy("shop/db", selector="app == 'db'", ingress=[{"action": "Allow", "source": {"nets": ["10.0.0.0/16"]}}]),
    )
    networks = lenient_network("10.0.0.0/16"), lenient_network("10.2.0.0/16")
    connectivity = Connectivity(Engine.of(one, 4, Scope(pod_networks=networks)))
    web, db = connectivity.workloads
    flow = connectivity.flow(web, db)
    assert (flow.always, flow.sometimes) == (0, connectivity.engine.cells.opening)


def test_hosts_with_equal_labels_and_unlike_addresses_are_told_apart_by_policy_that_asks_for_their_own() -> None:
    def host(name: str, at: str) -> Manifest:
        spec = {"node": name, "interfaceName": "eth0", "expectedIPs": [at]}
        return resource("projectcalico.org/v3", "HostEndpoint", name, {"role": "host"}, spec=spec)

    allowed = {"action": "Allow", "source": {"nets": ["192.0.2.0/24"]}}
    one = world(
        host("a", "192.0.2.1"),
        host("b", "203.0.113.1"),
        policy("own", selector="role == 'host'", types=["Egress"], egress=[allowed]),
    )
    groups = Connectivity(Engine.of(one, 4)).hosts
    assert [[member.name for member in group.members] for group in groups] == [["a"], ["b"]]
