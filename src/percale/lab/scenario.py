"""A world in the lab: its workloads as pods, its policies in the node's kernel."""

from dataclasses import replace
from functools import partial

from percale.dataplane.base_chains import WorkloadInterface
from percale.dataplane.from_policy import NodeSettings, compile_ruleset
from percale.dataplane.log_prefix import StagedLog
from percale.dataplane.nftables.backend import load
from percale.lab.layout import NODE, OUTSIDE, Attachment, LabPod, Layout, ListenPort
from percale.lab.links import NODE_ADDRESSES, UPLINK
from percale.lab.probes import Party, Probe, first_of_each, planned
from percale.lab.published import published
from percale.lab.published_probes import through_published
from percale.lab.topology import Lab
from percale.lab.translation import publish
from percale.policy.endpoints import Endpoint
from percale.policy.host_path import Crossing
from percale.policy.world import EVERY_INTERFACE, Node, World
from percale.traffic.packet import Packet


def pods_of(world: World) -> list[LabPod]:
    return [LabPod(str(one), one.addresses, _ports(one)) for one in world.workloads]


def _ports(one: Endpoint) -> tuple[ListenPort, ...]:
    return tuple(dict.fromkeys(ListenPort(port.protocol, port.number) for port in one.ports))


def in_lab(world: World, lab: Layout) -> World:
    """The world with its workloads where the lab has put them; those that the lab lacks stay away.

    The lab has one node, which stands for every node of the input: all host endpoints are its.
    """
    addresses = {name: pod.addresses for name, pod in lab.workloads.items() if pod.is_workload}
    placed = world.placed(addresses, node=NODE)
    return replace(
        placed,
        workloads=tuple(one for one in placed.workloads if str(one) in addresses),
        host_endpoints=tuple(_on_node(one, lab) for one in world.host_endpoints),
        nodes=(_node(lab),),
    )


def _on_node(one: Endpoint, lab: Layout) -> Endpoint:
    """An interface that the lab does not have is taken for its uplink."""
    known = {EVERY_INTERFACE, UPLINK, *(pod.interface for pod in lab.workloads.values())}
    named = one.interface if one.interface in known or not one.interface else UPLINK
    return replace(one, node=NODE, interface=named)


def _node(lab: Layout) -> Node:
    pods = [name for name, pod in lab.workloads.items() if pod.is_workload]
    others = {pod.interface: () for pod in lab.workloads.values() if not pod.is_workload}
    own = frozenset(filter(None, map(lab.incoming_interface, pods)))
    return Node(NODE, lab.node_addresses, {UPLINK: NODE_ADDRESSES, **others}, own)


def crossing(lab: Layout, source: str, destination: str, original: Packet | None = None) -> Crossing:
    """The way through the lab's node between two of its parts."""
    return Crossing(NODE, lab.incoming_interface(source), lab.incoming_interface(destination), original)


def probes(world: World, lab: Layout) -> list[Probe]:
    """What is worth trying in the lab, and what the world predicts of it; the world is one from `in_lab`."""
    way = partial(crossing, lab) if world.host_endpoints else lambda *_: None
    direct = planned(world, lab.workloads.values(), lab.outside_addresses, way=way)
    return [*direct, *through_published(world, _clients(lab), published(world, lab).ports, way=way)]


def _clients(lab: Layout) -> list[Party]:
    pods = [Party(name, pod.addresses) for name, pod in lab.workloads.items()]
    return [*pods, Party(OUTSIDE, first_of_each(lab.outside_addresses)), Party(NODE, NODE_ADDRESSES)]


def enforce(world: World, lab: Lab, *, staged_log: StagedLog | None = None) -> None:
    """Load the world's policies into the lab's node; the world is one from `in_lab`."""
    ruleset, _ = compile_ruleset(world, world.workloads, replace(node_settings(lab), staged_log=staged_log))
    load(ruleset, lab.node.run)


def publish_ports(world: World, lab: Lab) -> tuple[str, ...]:
    """Those that the world publishes, and no others; what is to be said of them. The world is one from `in_lab`."""
    found = published(world, lab)
    publish(lab, found.ports)
    return found.remarks


def node_settings(lab: Layout) -> NodeSettings:
    return NodeSettings(NODE, guarded=lab.pod_networks, interfaces=_interfaces(lab))


def _interfaces(lab: Layout) -> tuple[WorkloadInterface, ...]:
    bridged = lab.attachment is Attachment.BRIDGED
    return tuple(
        WorkloadInterface(lab.interface_of(name), pod.addresses, bridged=bridged) for name, pod in lab.workloads.items()
    )
