"""A packet between a host's processes and what is elsewhere, tried at the nodes of both, one by one."""

from dataclasses import replace
from ipaddress import ip_network

from percale.dataplane.from_policy import NodeSettings, compile_ruleset
from percale.dataplane.nftables.backend import load
from percale.lab.layout import NODE, OUTSIDE, Attachment, LabPod
from percale.lab.links import NODE_ADDRESSES, UPLINK
from percale.lab.packets import send_all
from percale.lab.scenario import enforce, in_lab
from percale.lab.topology import Lab
from percale.policy.endpoints import Endpoint, EndpointKind
from percale.policy.world import World
from percale.traffic.addresses import Address
from percale.traffic.packet import Packet

#: Of a node that no pod is on.
_NO_PODS = (ip_network("10.66.0.0/24"),)


def passes(world: World, packet: Packet, ends: tuple[Endpoint | None, Endpoint | None], attachment: Attachment) -> bool:
    """Whether each node lets it through whose endpoint is at one of the ends."""
    at_nodes = [
        _at_host(world, packet, leaves=leaves)
        if one.kind is EndpointKind.HOST
        else _at_pod(world, packet, one, attachment, leaves=leaves)
        for one, leaves in zip(ends, (True, False), strict=True)
        if one
    ]
    return all(at_nodes)


def _at_host(world: World, packet: Packet, *, leaves: bool) -> bool:
    own, other = _own_and_other(packet, leaves=leaves)
    with Lab.build([], pod_networks=_NO_PODS, outside_addresses=[other]) as lab:
        lab.node.run(("ip", "address", "add", f"{own}/{own.max_prefixlen}", "dev", UPLINK))
        here = replace(in_lab(world, lab), workloads=world.workloads)
        load(compile_ruleset(here, (), NodeSettings(NODE))[0], lab.node.run)
        received = {} if leaves else {0: NODE_ADDRESSES[0]}
        return bool(send_all(lab, [(NODE if leaves else OUTSIDE, packet)], translated=received))


def forwards(world: World, packet: Packet) -> bool:
    """Whether the node of the host endpoint forwards what comes in by its interface, to a machine on another one."""
    machine = LabPod("machine", (packet.destination,), interface="bridge0")
    with Lab.build([machine], pod_networks=_NO_PODS, outside_addresses=[packet.source]) as lab:
        here = replace(in_lab(world, lab), workloads=world.workloads)
        load(compile_ruleset(here, (), NodeSettings(NODE))[0], lab.node.run)
        return bool(send_all(lab, [(OUTSIDE, packet)]))


def _at_pod(world: World, packet: Packet, pod: Endpoint, attachment: Attachment, *, leaves: bool) -> bool:
    """The host endpoints are those of other nodes."""
    own, other = _own_and_other(packet, leaves=leaves)
    with Lab.build([LabPod(str(pod), (own,))], attachment=attachment, outside_addresses=[other]) as lab:
        enforce(replace(in_lab(world, lab), host_endpoints=world.host_endpoints), lab)
        return bool(send_all(lab, [(str(pod) if leaves else OUTSIDE, packet)]))


def _own_and_other(packet: Packet, *, leaves: bool) -> tuple[Address, Address]:
    return (packet.source, packet.destination) if leaves else (packet.destination, packet.source)
