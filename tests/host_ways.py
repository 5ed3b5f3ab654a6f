"""A lab with host endpoints' interfaces, containers and published ports, and the ways of packets through it."""

from dataclasses import replace

from percale.lab.layout import NODE, OUTSIDE, Attachment, LabPod
from percale.lab.scenario import crossing
from percale.lab.topology import Lab
from percale.policy.host_path import Crossing
from percale.policy.policies import Hook
from percale.policy.world import World
from percale.traffic.addresses import Address
from percale.traffic.packet import Packet
from percale.traffic.protocols import TCP
from random_hosts import CONTAINERS, NODE_PORTS, PUBLISHED_PORT, HostGenerator
from random_worlds import ADDRESSES, ELSEWHERE, PODS

Sent = tuple[str, Packet]


def build_host_lab(attachment: Attachment) -> Lab:
    pods = [*(LabPod(name, ADDRESSES[name]) for name in PODS), *CONTAINERS]
    lab = Lab.build(pods, attachment=attachment, outside_addresses=ELSEWHERE)
    _publish(lab)
    _silence(lab)
    return lab


def _silence(lab: Lab) -> None:
    """What kernels say of their own accord, reports to routers and answers, would be counted by doNotTrack policy."""
    for namespace in (lab.node, lab.outside, *lab.pods.values()):
        hook = "type filter hook output priority -400; policy accept;"
        said = "meta skuid 0-4294967295 accept\ndrop"
        namespace.run(("nft", "-f", "-"), stdin=f"table inet silence {{\nchain c {{\n{hook}\n{said}\n}}\n}}\n")


def _publish(lab: Lab) -> None:
    """What kube-proxy or Docker would do for a node port: translate the destination, and nothing else."""
    rules = [
        f"{family} daddr {_own(lab, NODE, version)} tcp dport {port} dnat to {_published(lab, name, version)}"
        for version, family in ((4, "ip"), (6, "ip6"))
        for port, name in NODE_PORTS.items()
    ]
    chains = [
        "\n".join([f"chain {hook} {{", f"type nat hook {hook} priority -100; policy accept;", *rules, "}"])
        for hook in ("prerouting", "output")
    ]
    lab.node.run(("nft", "-f", "-"), stdin="\n".join(["table inet publish {", *chains, "}\n"]))


def _own(lab: Lab, name: str, version: int) -> Address:
    return next(one for one in lab.addresses_of(name) if one.version == version)


def _published(lab: Lab, name: str, version: int) -> str:
    one = _own(lab, name, version)
    return f"[{one}]:{PUBLISHED_PORT}" if version == 6 else f"{one}:{PUBLISHED_PORT}"


def translated(lab: Lab, packet: Packet) -> Packet | None:
    """As the rules above make it of a packet."""
    to_node = packet.destination == _own(lab, NODE, packet.version)
    name = NODE_PORTS.get(packet.destination_port) if packet.protocol == TCP and to_node else None
    if name is None:
        return None
    return replace(packet, destination=_own(lab, name, packet.version), destination_port=PUBLISHED_PORT)


def way(lab: Lab, sender: str, packet: Packet) -> tuple[Packet, Crossing]:
    other = translated(lab, packet)
    final = other or packet
    receiver = lab.owner_of(final.destination) or OUTSIDE
    return final, crossing(lab, sender, receiver, packet if other else None)


def packets_for(lab: Lab, generator: HostGenerator, world: World, count: int) -> list[Sent]:
    """Whose fate is a question of policy alone."""
    sent = dict.fromkeys([*(generator.host_packet(lab.node_addresses) for _ in range(count)), *_from_node(lab)])
    tracked = [one for one in sent if not (translated(lab, one[1]) and _is_asked_elsewhere(world, one[0]))]
    # A pod does not reach itself by way of the node.
    return [one for one in tracked if lab.owner_of(way(lab, *one)[0].destination) != one[0]]


def _from_node(lab: Lab) -> list[Sent]:
    """To its own published ports, whose destination is translated on the way out."""
    ends = [(_own(lab, NODE, version), port) for version in (4, 6) for port in NODE_PORTS]
    return [(NODE, Packet(own, own, TCP, 40000 + number, port)) for number, (own, port) in enumerate(ends)]


def receivers(lab: Lab, sent: list[Sent]) -> dict[int, Address]:
    """Of each packet, the destination that the node gives it."""
    return {index: way(lab, *one)[0].destination for index, one in enumerate(sent)}


def _is_asked_elsewhere(world: World, sender: str) -> bool:
    """What is not tracked is not translated; and the node's own is asked where it would leave untranslated."""
    untracked = [one for one in world.policies.policies if Hook.UNTRACKED in one.hooks]
    return any(not policy.staged or sender == NODE for policy in untracked)
