"""Where everything in a lab is: known before any namespace is made, and the same where none can be."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import chain
from types import MappingProxyType
from typing import Self

from percale.errors import PercaleError
from percale.lab import links
from percale.lab.addressing import POD_NETWORKS, check_on_bridge, gateway_of, owners_of, with_addresses
from percale.traffic.addresses import Address, Network

#: Names of the two parts that are not pods; senders and receivers are called by them.
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

    @classmethod
    def of(
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
        others = [address for pod in pods if not pod.is_workload for address in pod.addresses]
        workloads = {pod.name: pod.addresses for pod in pods if pod.is_workload}
        addresses = with_addresses(workloads, pod_networks, reserved=(*elsewhere, *others))
        if attachment is Attachment.BRIDGED:
            check_on_bridge(addresses, pod_networks)
        placed = tuple(replace(pod, addresses=addresses.get(pod.name, pod.addresses)) for pod in pods)
        return cls(placed, attachment, tuple(pod_networks), elsewhere)


class Layout:
    """Names, addresses and interfaces of a lab."""

    def __init__(self, plan: LabPlan) -> None:
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
        self.cables = {
            pod.name: links.Cable(number, pod.addresses, pod.interface) for number, pod in enumerate(plan.pods)
        }

    def addresses_of(self, name: str) -> tuple[Address, ...]:
        return self._addresses[name]

    def owner_of(self, address: Address) -> str | None:
        """The pod, `node` or `outside`, or None where nobody has the address."""
        return self._owners.get(address)

    def interface_of(self, pod: str) -> str:
        """The node's end of the pod's cable."""
        return self.cables[pod].interface

    def mac_of(self, pod: str) -> str:
        return self.cables[pod].pod_mac

    def next_hop_mac(self, sender: str, destination: Address) -> str:
        """Whom a frame from a pod or from `outside` must be addressed to."""
        if sender == OUTSIDE:
            return links.UPLINK_MAC
        if not self.is_bridged(sender):
            return self.cables[sender].node_mac
        owner = self._owners.get(destination)
        if owner in self.cables and not self.is_bridged(owner):
            return links.BRIDGE_MAC
        # A bridge never sends a frame back where it came from: a pod reaches itself by way of the gateway.
        return self.cables[owner].pod_mac if owner in self.cables and owner != sender else links.BRIDGE_MAC

    def incoming_interface(self, sender: str) -> str | None:
        """Of the node, by which what a pod or `outside` sends comes in; None for the node itself."""
        if sender == NODE:
            return None
        if sender == OUTSIDE:
            return links.UPLINK
        return links.BRIDGE if self.is_bridged(sender) else self.cables[sender].interface

    def is_bridged(self, name: str) -> bool:
        return self.attachment is Attachment.BRIDGED and self.workloads[name].is_workload

    def bridged_cables(self) -> list[links.Cable]:
        return [cable for name, cable in self.cables.items() if self.is_bridged(name)]

    def behind_node(self) -> list[Address | Network]:
        """What the outside host reaches by way of the node."""
        addresses = chain.from_iterable(cable.addresses for cable in self.cables.values())
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
