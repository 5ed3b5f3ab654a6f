"""A world in the lab: its workloads as pods, its policies in the node's kernel."""

from dataclasses import replace

from percale.dataplane.base_chains import WorkloadInterface
from percale.dataplane.from_policy import NodeSettings, compile_ruleset
from percale.dataplane.nftables.backend import load
from percale.lab.topology import NODE, Attachment, Lab, LabPod, ListenPort
from percale.policy.endpoints import Endpoint
from percale.policy.world import Node, World


def pods_of(world: World) -> list[LabPod]:
    return [LabPod(str(one), one.addresses, _ports(one)) for one in world.workloads]


def _ports(one: Endpoint) -> tuple[ListenPort, ...]:
    return tuple(dict.fromkeys(ListenPort(port.protocol, port.number) for port in one.ports))


def in_lab(world: World, lab: Lab) -> World:
    """The world with its workloads where the lab has put them; those that the lab lacks stay away."""
    addresses = {name: pod.addresses for name, pod in lab.workloads.items()}
    placed = replace(world.placed(addresses, node=NODE), nodes=(Node(NODE, lab.node_addresses),))
    present = tuple(one for one in placed.workloads if str(one) in lab.workloads)
    return replace(placed, workloads=present)


def enforce(world: World, lab: Lab) -> None:
    """Load the world's policies into the lab's node; the world is one from `in_lab`."""
    ruleset, _ = compile_ruleset(world, world.workloads, node_settings(lab))
    load(ruleset, lab.node.run)


def node_settings(lab: Lab) -> NodeSettings:
    return NodeSettings(guarded=lab.pod_networks, interfaces=_interfaces(lab))


def _interfaces(lab: Lab) -> tuple[WorkloadInterface, ...]:
    bridged = lab.attachment is Attachment.BRIDGED
    return tuple(
        WorkloadInterface(lab.interface_of(name), pod.addresses, bridged=bridged) for name, pod in lab.workloads.items()
    )
