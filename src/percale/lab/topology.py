"""A node with pods, and a host outside: network namespaces that end with this process."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import chain
from types import MappingProxyType, TracebackType
from typing import Self

from percale.errors import PercaleError
from percale.host.netns import NetNs
from percale.lab import links
from percale.lab.addressing import POD_NETWORKS, check_on_bridge, gateway_of, owners_of, with_addresses
from percale.lab.kernel_settings import prepare_host, prepare_node
from percale.traffic.addresses import Address, Network

#: Names of the two namespaces that are not pods; senders and receivers are called by them.
NODE = "node"
OUTSIDE = "outside"


class Attachment(StrEnum):
    """How pods are connected to their node."""

    ROUTED = "routed"
    BRIDGED = "bridged"


@dataclass(frozen=True, slots=True, order=True)
class ListenPort:
    protocol: int
    port: int


@dataclass(frozen=True, slots=True)
class LabPod:
    """A pod to build. Where it states no address of an IP version, it is given one.

    With an `interface` it is no pod but a machine on an interface of the node that is so called, a container for
    instance, which always has a route of its own and the addresses that it states.
    """

    name: str
    addresses: tuple[Address, ...] = ()
    ports: tuple[ListenPort, ...] = ()
    interface: str = ""

    @property
    def is_workload(self) -> bool:
        return not self.interface


@dataclass(frozen=True, slots=True)
class LabPlan:
    """All that a lab is built from; `elsewhere` are further addresses of the outside host."""

    pods: tuple[LabPod, ...]
    attachment: Attachment
    pod_networks: tuple[Network, ...]
    elsewhere: tuple[Address, ...] = ()


class Lab:
    """Namespaces, wired and ready. Closing it, or the end of the process, takes all of it away."""

    def __init__(self, plan: LabPlan, namespaces: Mapping[str, NetNs]) -> None:
        self.plan = plan
        self.workloads = MappingProxyType({pod.name: pod for pod in plan.pods})
        self.attachment = plan.attachment
        self.pod_networks = plan.pod_networks
        gateways = map(gateway_of, plan.pod_networks if plan.attachment is Attachment.BRIDGED else ())
        self.node_addresses: tuple[Address, ...] = (*links.NODE_ADDRESSES, *gateways)
        self.outside_addresses: tuple[Address, ...] = (*links.OUTSIDE_ADDRESSES, *plan.elsewhere)
        claims = {pod.name: pod.addresses for pod in plan.pods}
        self._addresses = {**claims, NODE: self.node_addresses, OUTSIDE: self.outside_addresses}
        self._owners = owners_of(self._addresses)
        self._cables = {
            pod.name: links.Cable(number, pod.addresses, pod.interface) for number, pod in enumerate(plan.pods)
        }
        self._namespaces = dict(namespaces)
        self.node, self.outside = self._namespaces[NODE], self._namespaces[OUTSIDE]
        self.pods: Mapping[str, NetNs] = MappingProxyType({name: self._namespaces[name] for name in self.workloads})

    @classmethod
    def build(
        cls,
        pods: Iterable[LabPod],
        *,
        attachment: Attachment = Attachment.ROUTED,
        pod_networks: Sequence[Network] = POD_NETWORKS,
        outside_addresses: Sequence[Address] = (),
    ) -> Self:
        """`outside_addresses` come on top of those that the outside host has anyway."""
        pods = tuple(pods)
        _check_names(pods)
        elsewhere = tuple(one for one in dict.fromkeys(outside_addresses) if one not in links.OUTSIDE_ADDRESSES)
        stated = {pod.name: pod.addresses for pod in pods}
        others = [address for pod in pods if not pod.is_workload for address in pod.addresses]
        workloads = {pod.name: pod.addresses for pod in pods if pod.is_workload}
        addresses = with_addresses(workloads, pod_networks, reserved=(*elsewhere, *others))
        if attachment is Attachment.BRIDGED:
            check_on_bridge(addresses, pod_networks)
        placed = tuple(replace(pod, addresses=addresses.get(pod.name, pod.addresses)) for pod in pods)
        plan = LabPlan(placed, attachment, tuple(pod_networks), elsewhere)
        with ExitStack() as until_wired:
            names = (NODE, OUTSIDE, *stated)
            lab = cls(plan, {name: until_wired.enter_context(NetNs.create()) for name in names})
            lab._wire(plan.elsewhere)
            until_wired.pop_all()
        return lab

    @classmethod
    def attach(cls, plan: LabPlan, paths: Mapping[str, str]) -> Self:
        """A lab that another process holds; closing this one only lets go of it."""
        with ExitStack() as until_open:
            lab = cls(plan, {name: until_open.enter_context(NetNs.open(path)) for name, path in paths.items()})
            until_open.pop_all()
        return lab

    @property
    def paths(self) -> dict[str, str]:
        """By which another process can open the namespaces, as long as this one holds them."""
        return {name: namespace.path for name, namespace in self._namespaces.items()}

    def namespace(self, name: str) -> NetNs:
        """Of a pod, of `node` or of `outside`."""
        return self._namespaces[name]

    def addresses_of(self, name: str) -> tuple[Address, ...]:
        return self._addresses[name]

    def owner_of(self, address: Address) -> str | None:
        """The pod, `node` or `outside`, or None where nobody has the address."""
        return self._owners.get(address)

    def interface_of(self, pod: str) -> str:
        """The node's end of the pod's cable."""
        return self._cables[pod].interface

    def mac_of(self, pod: str) -> str:
        return self._cables[pod].pod_mac

    def next_hop_mac(self, sender: str, destination: Address) -> str:
        """Whom a frame from a pod or from `outside` must be addressed to."""
        if sender == OUTSIDE:
            return links.UPLINK_MAC
        if not self._is_bridged(sender):
            return self._cables[sender].node_mac
        owner = self._owners.get(destination)
        if owner in self._cables and not self._is_bridged(owner):
            return links.BRIDGE_MAC
        # A bridge never sends a frame back where it came from: a pod reaches itself by way of the gateway.
        return self._cables[owner].pod_mac if owner in self._cables and owner != sender else links.BRIDGE_MAC

    def incoming_interface(self, sender: str) -> str | None:
        """Of the node, by which what a pod or `outside` sends comes in; None for the node itself."""
        if sender == NODE:
            return None
        if sender == OUTSIDE:
            return links.UPLINK
        return links.BRIDGE if self._is_bridged(sender) else self._cables[sender].interface

    def _is_bridged(self, name: str) -> bool:
        return self.attachment is Attachment.BRIDGED and self.workloads[name].is_workload

    def close(self) -> None:
        for namespace in self._namespaces.values():
            namespace.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _wire(self, elsewhere: Sequence[Address]) -> None:
        prepare_node(self.node, bridged=self.attachment is Attachment.BRIDGED)
        for host in (self.outside, *self.pods.values()):
            prepare_host(host)
        _ip(self.node, chain(links.uplink_of_node(self.outside.path, elsewhere), self._node_lines()))
        if self.attachment is Attachment.BRIDGED:
            ports = map(links.bridge_port, self._bridged_cables())
            self.node.run(("bridge", "-batch", "-"), stdin="\n".join(ports))
        for name, namespace in self.pods.items():
            _ip(namespace, self._pod_lines(name))
        _ip(self.outside, links.outside_host(elsewhere, self._behind_node()))

    def _node_lines(self) -> Iterator[str]:
        if self.attachment is Attachment.BRIDGED:
            yield from links.bridge(self.pod_networks)
        for name, cable in self._cables.items():
            line = links.bridged_node if self._is_bridged(name) else links.routed_node
            yield from line(cable, self.pods[name].path)

    def _pod_lines(self, name: str) -> Iterator[str]:
        if self._is_bridged(name):
            return links.bridged_pod(self._cables[name], self._bridged_cables(), self.pod_networks)
        return links.routed_pod(self._cables[name])

    def _bridged_cables(self) -> list[links.Cable]:
        return [cable for name, cable in self._cables.items() if self._is_bridged(name)]

    def _behind_node(self) -> list[Address | Network]:
        addresses = chain.from_iterable(cable.addresses for cable in self._cables.values())
        strays = [a for a in addresses if not any(a in network for network in self.pod_networks)]
        return [*self.pod_networks, *strays]


def _check_names(pods: Iterable[LabPod]) -> None:
    seen: set[str] = set()
    for pod in pods:
        if pod.name in {NODE, OUTSIDE}:
            raise PercaleError(f"a pod of the lab cannot be called `{pod.name}`: another part of it is")
        if pod.name in seen:
            raise PercaleError(f"the lab has two pods called `{pod.name}`")
        seen.add(pod.name)


def _ip(namespace: NetNs, lines: Iterable[str]) -> None:
    namespace.run(("ip", "-batch", "-"), stdin="\n".join(lines))
