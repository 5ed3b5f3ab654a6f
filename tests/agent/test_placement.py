"""Which endpoints are local, behind which interfaces, and which networks are this node's alone."""

from ipaddress import ip_network

import pytest

from builders import CALICO, Manifest, pod, resource
from percale.agent.placement import Placement, place
from percale.agent.settings import Settings
from percale.dataplane.base_chains import WorkloadInterface
from percale.host.network import HostNetwork
from percale.policy.from_resources import world_of
from percale.resources.decode import decode
from percale.resources.documents import Document
from percale.resources.problems import Place
from percale.traffic.addresses import address

HERE = Settings("here")
WEB = pod("shop/web", at=["10.65.0.2"], nodeName="here")
ELSEWHERE = pod("shop/db", at=["10.65.1.2"], nodeName="there")
POOL = resource(CALICO, "IPPool", "pool", spec={"cidr": "10.65.0.0/16"})
ROUTED = HostNetwork(on_link={ip_network("10.65.0.2/32"): "cali1", ip_network("0.0.0.0/0"): "eth0"})
BRIDGED = HostNetwork(
    addresses={"cni0": (address("10.65.0.1"),), "eth0": (address("192.0.2.1"),)},
    on_link={ip_network("10.65.0.0/24"): "cni0"},
    bridges=frozenset({"cni0"}),
    masters={"veth7": "cni0"},
    ports={address("10.65.0.2"): "veth7"},
)


def placed(network: HostNetwork, *manifests: Manifest, settings: Settings = HERE) -> Placement:
    read = decode([Document("test", one, lambda _: Place("test")) for one in manifests])
    return place(world_of(read), read.resources, network, settings)


def endpoint(name: str, node: str) -> Manifest:
    spec = {
        "orchestrator": "cni", "workload": "w", "node": node, "containerID": "abc", "endpoint": "eth0",
        "interfaceName": name, "ipNetworks": ["10.65.0.2/32"],
    }  # fmt: skip
    return resource(CALICO, "WorkloadEndpoint", f"shop/{node}-cni-abc-eth0", spec=spec)


def test_only_endpoints_of_this_node_with_an_address_are_local() -> None:
    found = placed(ROUTED, WEB, ELSEWHERE, pod("shop/new", at=[], nodeName="here"))
    assert [str(one) for one in found.local] == ["shop/web"]
    assert len(found.world.workloads) == 3


@pytest.mark.parametrize(
    ("network", "manifest", "interface"),
    [
        (ROUTED, WEB, WorkloadInterface("cali1", (address("10.65.0.2"),))),
        (BRIDGED, WEB, WorkloadInterface("veth7", (address("10.65.0.2"),), bridged=True)),
        (HostNetwork(), endpoint("tap3", "here"), WorkloadInterface("tap3", (address("10.65.0.2"),))),
        (ROUTED, endpoint("tap3", "here"), WorkloadInterface("tap3", (address("10.65.0.2"),))),
        (BRIDGED, endpoint("veth7", "here"), WorkloadInterface("veth7", (address("10.65.0.2"),), bridged=True)),
    ],
)
def test_an_interface_is_written_or_found_by_the_route(
    network: HostNetwork, manifest: Manifest, interface: WorkloadInterface
) -> None:
    found = placed(network, manifest)
    assert found.settings.interfaces == (interface,)
    assert found.unattached == ()


@pytest.mark.parametrize(
    "network",
    [
        pytest.param(HostNetwork(), id="no route"),
        pytest.param(HostNetwork(on_link={ip_network("0.0.0.0/0"): "ppp0"}), id="default route"),
        pytest.param(HostNetwork(on_link={ip_network("10.65.0.0/24"): "eth1"}), id="a whole network"),
        pytest.param(
            HostNetwork(on_link={ip_network("10.65.0.0/24"): "cni0"}, bridges=frozenset({"cni0"})), id="not learnt"
        ),
    ],
)
def test_where_no_interface_is_the_pods_alone_none_is_taken(network: HostNetwork) -> None:
    found = placed(network, WEB)
    assert found.settings.interfaces == ()
    assert found.unattached == (address("10.65.0.2"),)


def test_the_node_has_what_the_kernel_shows_but_for_what_leads_to_pods() -> None:
    node = placed(BRIDGED, WEB).world.node("here")
    assert node.interfaces == {"eth0": (address("192.0.2.1"),)}
    assert node.workload_interfaces == {"cni0"}


def node_with(name: str, *networks: str) -> Manifest:
    return resource("v1", "Node", name, spec={"podCIDRs": list(networks)})


@pytest.mark.parametrize(
    ("network", "manifests", "guarded"),
    [
        pytest.param(ROUTED, [WEB], [], id="nothing known"),
        pytest.param(ROUTED, [WEB, POOL], ["10.65.0.0/16"], id="a pool of this node alone"),
        pytest.param(ROUTED, [WEB, POOL, ELSEWHERE], [], id="a pool that nodes share"),
        pytest.param(ROUTED, [WEB, POOL, node_with("there")], [], id="another node, still without pods"),
        pytest.param(ROUTED, [WEB, node_with("here", "10.65.0.0/24")], ["10.65.0.0/24"], id="networks of the node"),
        pytest.param(ROUTED, [ELSEWHERE, node_with("there", "10.65.1.0/24")], [], id="networks of another"),
        pytest.param(BRIDGED, [WEB, POOL, ELSEWHERE], ["10.65.0.0/24"], id="a bridge's part of a shared pool"),
        pytest.param(
            HostNetwork(blackholes=frozenset({ip_network("10.65.0.64/26"), ip_network("10.9.0.0/16")})),
            [WEB, POOL, ELSEWHERE],
            ["10.65.0.64/26"],
            id="a block of a shared pool",
        ),
    ],
)
def test_guarded_is_what_no_other_node_has_pods_in(
    network: HostNetwork, manifests: list[Manifest], guarded: list[str]
) -> None:
    assert placed(network, *manifests).settings.guarded == tuple(map(ip_network, guarded))


def test_what_is_asked_for_is_guarded_too() -> None:
    settings = Settings("here", guarded=(ip_network("10.7.0.0/16"),))
    assert placed(ROUTED, WEB, POOL, settings=settings).settings.guarded == (
        ip_network("10.7.0.0/16"),
        ip_network("10.65.0.0/16"),
    )
