"""Several nodes as namespaces on one network, each with pods of its own behind routes."""

import socket
import struct
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from ipaddress import ip_address

from percale.host.conntrack import forget_flows
from percale.host.netns import NetNs
from percale.lab import links
from percale.lab.kernel_settings import prepare_host, prepare_node
from percale.traffic.addresses import Address
from percale.traffic.packet import Packet

_TAG = struct.Struct("!I")
#: Nothing that is let through takes a hundredth of it, and each packet may be sent more than once.
_ARRIVES_WITHIN_S = 0.5
_TIMES_SENT = 2


@dataclass(frozen=True)
class Fleet:
    """`pods` are in the order of their nodes."""

    nodes: Mapping[str, NetNs]
    pods: Mapping[str, NetNs]
    addresses: Mapping[str, Address]

    def arrived(self, packets: Sequence[Packet]) -> list[bool]:
        """Which UDP packets arrive, each as the first of its flow."""
        for node in self.nodes.values():
            forget_flows(node)
        owners = {address: name for name, address in self.addresses.items()}
        with ExitStack() as held:
            ends = {(one.destination, one.destination_port) for one in packets}
            receivers = [
                held.enter_context(_bound(self.pods[owners[address]], address, port)) for address, port in ends
            ]
            for _ in range(_TIMES_SENT):
                for number, one in enumerate(packets):
                    sender = _bound(self.pods[owners[one.source]], one.source, one.source_port)
                    with sender:
                        sender.sendto(_TAG.pack(number), (str(one.destination), one.destination_port))
            found = {number for receiver in receivers for number in _received(receiver)}
        return [number in found for number in range(len(packets))]


def _bound(namespace: NetNs, address: Address, port: int) -> socket.socket:
    one = namespace.socket(socket.AF_INET, socket.SOCK_DGRAM)
    one.bind((str(address), port))
    one.settimeout(_ARRIVES_WITHIN_S)
    return one


def _received(receiver: socket.socket) -> Iterator[int]:
    try:
        while True:
            (number,) = _TAG.unpack(receiver.recv(_TAG.size))
            yield number
    except TimeoutError:
        return


@contextmanager
def fleet(pods_on: Mapping[str, Sequence[str]]) -> Iterator[Fleet]:
    """Nodes by name, and the names of their pods; node n has 192.0.2.n, and its pods are in 10.65.n.0/24."""
    with ExitStack() as held:
        switch = held.enter_context(NetNs.create())
        nodes = {name: held.enter_context(NetNs.create()) for name in pods_on}
        pods = {name: held.enter_context(NetNs.create()) for names in pods_on.values() for name in names}
        _ip(switch, ["link set lo up", "link add lan type bridge", "link set lan up"])
        addresses: dict[str, Address] = {}
        for number, (name, its) in enumerate(pods_on.items(), 1):
            _wire_node(nodes[name], switch, number, len(pods_on))
            for place, pod in enumerate(its, 2):
                addresses[pod] = ip_address(f"10.65.{number}.{place}")
                _wire_pod(nodes[name], pods[pod], links.Cable(place, (addresses[pod],)))
        yield Fleet(nodes, pods, addresses)


def _wire_node(node: NetNs, switch: NetNs, number: int, count: int) -> None:
    prepare_node(node, bridged=False)
    _ip(node, ["link set lo up", f"link add lan type veth peer name node{number} netns {switch.path}"])
    _ip(switch, [f"link set node{number} master lan", f"link set node{number} up"])
    others = [one for one in range(1, count + 1) if one != number]
    routes = [f"route add 10.65.{one}.0/24 via 192.0.2.{one} dev lan" for one in others]
    _ip(node, ["link set lan up", f"address add 192.0.2.{number}/24 dev lan", *routes])


def _wire_pod(node: NetNs, pod: NetNs, cable: links.Cable) -> None:
    prepare_host(pod)
    _ip(node, links.routed_node(cable, pod.path))
    _ip(pod, links.routed_pod(cable))


def _ip(namespace: NetNs, lines: Sequence[str] | Iterator[str]) -> None:
    namespace.run(("ip", "-batch", "-"), stdin="\n".join(lines))
