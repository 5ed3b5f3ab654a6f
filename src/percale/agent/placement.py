"""Where a node's endpoints are: which are local, by which interfaces they are reached, what else is the node's own."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from percale.agent.settings import Settings
from percale.dataplane.base_chains import WorkloadInterface
from percale.dataplane.from_policy import NodeSettings
from percale.host.network import HostNetwork
from percale.policy.endpoints import Endpoint
from percale.policy.world import Node, World
from percale.resources.ip_pool import IpPool
from percale.resources.kinds import AnyResource
from percale.resources.node import CalicoNode, KubernetesNode
from percale.resources.workload_endpoint import WorkloadEndpoint
from percale.traffic.addresses import Address, Network, lenient_network


@dataclass(frozen=True, slots=True)
class Placement:
    """The world with its own node as the kernel shows it, and what of it is to be enforced here."""

    world: World
    local: tuple[Endpoint, ...]
    settings: NodeSettings
    #: Local addresses that no interface is known for yet: their sources cannot be checked.
    unattached: tuple[Address, ...]


def place(world: World, resources: Iterable[AnyResource], network: HostNetwork, settings: Settings) -> Placement:
    resources = list(resources)
    local = tuple(one for one in world.workloads if one.node == settings.node and one.networks)
    attached = _attached(local, _written(resources, settings.node), network)
    addresses = {address for one in local for address in one.addresses}
    return Placement(
        world=_with_node(world, _node(world.node(settings.node), network, attached)),
        local=local,
        settings=NodeSettings(
            name=settings.node,
            guarded=_guarded(world, resources, network, settings),
            interfaces=tuple(_interfaces(attached, network)),
            staged_log=settings.staged_log,
        ),
        unattached=tuple(sorted(addresses - attached.keys(), key=lambda one: (one.version, one))),
    )


def _written(resources: Iterable[AnyResource], node: str) -> dict[Address, str]:
    """Interfaces that workload endpoints name."""
    return {
        lenient_network(text).network_address: one.spec.interface_name
        for one in resources
        if isinstance(one, WorkloadEndpoint) and one.spec.node == node and one.spec.interface_name
        for text in one.spec.ip_networks
    }


def _attached(local: Iterable[Endpoint], written: Mapping[Address, str], network: HostNetwork) -> dict[Address, str]:
    found: dict[Address, str] = {}
    for address in (address for one in local for address in one.addresses):
        if name := written.get(address) or _attachment(address, network):
            found[address] = name
    return found


def _attachment(address: Address, network: HostNetwork) -> str:
    """The interface that leads to this pod alone, or its port of a bridge; a route to a whole network is neither."""
    route = network.narrowest(address)
    if route is None:
        return ""
    if route.interface in network.bridges:
        return network.ports.get(address, "")
    return route.interface if route.destination.prefixlen == address.max_prefixlen else ""


def _interfaces(attached: Mapping[Address, str], network: HostNetwork) -> Iterator[WorkloadInterface]:
    behind: dict[str, list[Address]] = {}
    for address, name in attached.items():
        behind.setdefault(name, []).append(address)
    for name, addresses in sorted(behind.items()):
        yield WorkloadInterface(name, tuple(addresses), bridged=name in network.masters)


def _node(known: Node, network: HostNetwork, attached: Mapping[Address, str]) -> Node:
    """A packet of a bridged pod comes in by the bridge, as far as the host's policy can see."""
    links = {network.masters.get(name, name) for name in attached.values()}
    own = [address for name, on in network.addresses.items() if name not in links for address in on]
    return replace(
        known,
        addresses=tuple(dict.fromkeys((*known.addresses, *own))),
        interfaces={name: on for name, on in network.addresses.items() if name not in links},
        workload_interfaces=frozenset(links),
    )


def _with_node(world: World, node: Node) -> World:
    return replace(world, nodes=(*(one for one in world.nodes if one.name != node.name), node))


def _guarded(
    world: World, resources: Iterable[AnyResource], network: HostNetwork, settings: Settings
) -> tuple[Network, ...]:
    """What is given to this node alone. A pool that several nodes share is so only where the routes say it."""
    given: list[Network] = list(settings.guarded)
    pools: list[Network] = []
    for one in resources:
        if isinstance(one, KubernetesNode | CalicoNode) and one.metadata.name == settings.node:
            given += map(lenient_network, _pod_networks(one))
        elif isinstance(one, IpPool):
            pools.append(lenient_network(one.spec.cidr))
    others = {one.node for one in (*world.workloads, *world.host_endpoints)} | {node.name for node in world.nodes}
    if others <= {"", settings.node}:
        given += pools
    else:
        given += (one for one in _blocks(network) if any(_within(one, pool) for pool in pools))
    return tuple(dict.fromkeys(given))


def _pod_networks(node: KubernetesNode | CalicoNode) -> tuple[str, ...]:
    if isinstance(node, CalicoNode):
        return node.status.pod_cidrs
    return node.spec.pod_cidrs or tuple(filter(None, (node.spec.pod_cidr,)))


def _blocks(network: HostNetwork) -> Iterator[Network]:
    yield from network.blackholes
    yield from (route for route, interface in network.on_link.items() if interface in network.bridges)


def _within(one: Network, other: Network) -> bool:
    return one.version == other.version and one.network_address in other and one.prefixlen >= other.prefixlen
