"""Random worlds with host endpoints, containers that are none, and packets on every way through the node."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from percale.lab.layout import NODE, OUTSIDE, LabPod
from percale.policy.world import World
from percale.traffic.addresses import Address, address
from percale.traffic.packet import Packet
from percale.traffic.protocols import ICMP, ICMPV6, SCTP, TCP, UDP
from random_worlds import ADDRESSES, ELSEWHERE, PODS, Generator, Manifest

#: Machines on interfaces of the node's own, as Docker has them: no endpoint, and no policy is asked about them.
CONTAINERS = (
    LabPod("container0", (address("172.20.0.2"), address("fd00:20::2")), interface="docker0"),
    LabPod("container1", (address("172.20.1.2"), address("fd00:20:1::2")), interface="br-app"),
)
#: Published ports: what is sent to the node's own address at these goes to a pod or a container instead.
NODE_PORTS = {30080: PODS[0], 30081: "container0"}
PUBLISHED_PORT = 80

_PORTS = (22, 68, 53, 80, 443, 179, 8080, 30080, 30081, 32000)


@dataclass(frozen=True)
class HostGenerator(Generator):
    def host_world(self) -> list[Manifest]:
        interfaces = self.random.sample(("uplink", "docker0", "br-app", "*"), self.random.randint(1, 3))
        return [
            *self.world(),
            *(self._host_endpoint(number, name) for number, name in enumerate(interfaces)),
            *(self.host_policy(number) for number in range(self.random.randint(1, 5))),
            *([self._felix()] if self.one_in(2) else []),
        ]

    def _host_endpoint(self, number: int, interface: str) -> Manifest:
        spec: Manifest = {
            "node": NODE,
            "interfaceName": interface,
            "profiles": self.random.choice(([], ["projectcalico-default-allow"], ["missing"])),
        }
        if self.one_in(2):
            spec["expectedIPs"] = ["192.0.2.1", "2001:db8::1"]
        if self.one_in(3):
            spec["ports"] = [{"name": "http", "protocol": "TCP", "port": 80}]
        labels = self.labels() | {"role": "host"}
        metadata = {"name": f"host{number}", "labels": labels}
        return {"apiVersion": "projectcalico.org/v3", "kind": "HostEndpoint", "metadata": metadata, "spec": spec}

    def host_policy(self, number: int) -> Manifest:
        spec = {key: value for key, value in self._spec(("default",)).items() if value is not None}
        spec["selector"] = self.random.choice(("role == 'host'", "has(role)", "all()", self.selector()))
        spec.pop("serviceAccountSelector", None)
        flavour = self.random.choice(("", "applyOnForward", "applyOnForward", "preDNAT", "doNotTrack"))
        if flavour:
            spec |= {"applyOnForward": True, flavour: True}
        if flavour == "preDNAT":
            spec.pop("egress", None)
            spec["types"] = ["Ingress"]
        return {
            "apiVersion": "projectcalico.org/v3",
            "kind": "GlobalNetworkPolicy",
            "metadata": {"name": f"host-policy{number}"},
            "spec": spec,
        }

    def _felix(self) -> Manifest:
        ports: list[Manifest] = [
            {"protocol": "TCP", "port": 8080},
            {
                "protocol": "UDP",
                "port": 443,
                "net": self.random.choice(("192.0.2.0/24", "10.65.0.0/16", "2001:db8::/32")),
            },
        ]
        spec: Manifest = {"defaultEndpointToHostAction": self.random.choice(("Drop", "Accept", "Return"))}
        if self.one_in(2):
            spec["failsafeInboundHostPorts"] = ports if self.one_in(2) else []
        if self.one_in(2):
            spec["failsafeOutboundHostPorts"] = ports if self.one_in(2) else []
        return {
            "apiVersion": "projectcalico.org/v3",
            "kind": "FelixConfiguration",
            "metadata": {"name": "default"},
            "spec": spec,
        }

    def host_packet(self, node: Sequence[Address]) -> tuple[str, Packet]:
        """From somebody to somebody else, at least one of them not a pod."""
        version = self.random.choice((4, 6))
        outside = [one for one in ELSEWHERE if one.version == version]
        parties = {
            NODE: next(one for one in node if one.version == version),
            OUTSIDE: self.random.choice(outside),
            **{pod.name: next(one for one in pod.addresses if one.version == version) for pod in CONTAINERS},
            **{name: next(one for one in own if one.version == version) for name, own in ADDRESSES.items()},
        }
        names = [NODE, OUTSIDE, NODE, OUTSIDE, "container0", "container1", *self.random.sample(PODS, 2)]
        sender = self.random.choice(names)
        receiver = self.random.choice([name for name in names if name != sender])
        protocol = self.random.choice((TCP, TCP, UDP, SCTP, ICMP if version == 4 else ICMPV6, 47))
        ends = parties[sender], parties[receiver]
        if protocol in (TCP, UDP, SCTP):
            ports = self.random.choice((*_PORTS, 40000)), self.random.choice(_PORTS)
            return sender, Packet(*ends, protocol, *ports)
        if protocol in (ICMP, ICMPV6):
            types = (8, 13, 0) if version == 4 else (128, 129)
            return sender, Packet(*ends, protocol, icmp_type=self.random.choice(types))
        return sender, Packet(*ends, protocol)


def scattered(one: World) -> World:
    """On two nodes, and no two hosts at the same addresses."""
    workloads = tuple(replace(each, node=f"node{at % 2}") for at, each in enumerate(one.workloads))
    hosts = tuple(
        replace(each.at(*_own(at)) if each.networks else each, node=f"node{at % 2}")
        for at, each in enumerate(one.host_endpoints)
    )
    return replace(one, workloads=workloads, host_endpoints=hosts)


def _own(at: int) -> tuple[Address, Address]:
    return address(f"192.0.2.{at + 1}"), address(f"2001:db8::{at + 1}")
