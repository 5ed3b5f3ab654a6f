"""Worlds written as briefly as a test can say them, and packets between their pods and through a node."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from textwrap import dedent
from typing import Any
from zlib import crc32

from percale.policy.from_resources import world_of
from percale.policy.host_path import Crossing
from percale.policy.selection import Staged
from percale.policy.verdict import Verdict, judge
from percale.policy.world import Node, World
from percale.resources.decode import decode
from percale.resources.documents import documents_in
from percale.traffic.addresses import Address, address
from percale.traffic.packet import Packet
from percale.traffic.protocols import ICMP, ICMPV6, TCP, UDP

Manifest = dict[str, Any]
Labels = Mapping[str, str]

CALICO = "projectcalico.org/v3"
#: An address that no pod has and no network set holds.
OUTSIDE = "192.0.2.9"


def world(*manifests: str | Manifest) -> World:
    """What manifests come to, by the way that a user's manifests go."""
    texts = [dedent(one) if isinstance(one, str) else json.dumps(one) for one in manifests]
    return world_of(decode([document for text in texts for document in documents_in(text.encode(), "test")]))


def resource(api_version: str, kind: str, name: str, labels: Labels | None = None, **fields: Any) -> Manifest:
    """`name` with its namespace before it, or alone."""
    namespace, _, own = name.rpartition("/")
    metadata = {"name": own, "labels": labels or {}} | ({"namespace": namespace} if namespace else {})
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **fields}


def pod(
    name: str,
    labels: Labels | None = None,
    *,
    at: Iterable[str] | None = None,
    ports: Mapping[str, int] | None = None,
    phase: str = "Running",
    **spec: Any,
) -> Manifest:
    """One address of each IP version, made from the name, unless `at` says which; `ports` are TCP, by name."""
    number = crc32(name.encode()) & 0xFFFF
    addresses = (f"10.66.{number >> 8}.{number & 255}", f"fd00:66::{number:x}") if at is None else at
    listed = [{"name": port, "containerPort": number} for port, number in (ports or {}).items()]
    status = {"phase": phase, "podIPs": [{"ip": one} for one in addresses]}
    return resource("v1", "Pod", name, labels, spec={"containers": [{"ports": listed}]} | spec, status=status)


def namespace(name: str, **labels: str) -> Manifest:
    return resource("v1", "Namespace", name, labels)


def service_account(name: str, **labels: str) -> Manifest:
    return resource("v1", "ServiceAccount", name, labels)


def tier(name: str, **spec: Any) -> Manifest:
    return resource(CALICO, "Tier", name, spec=spec)


def policy(name: str, **spec: Any) -> Manifest:
    """Calico's: namespaced if the name is."""
    return resource(CALICO, "NetworkPolicy" if "/" in name else "GlobalNetworkPolicy", name, spec=spec)


def kubernetes_policy(name: str, **spec: Any) -> Manifest:
    return resource("networking.k8s.io/v1", "NetworkPolicy", name, spec={"podSelector": {}} | spec)


def network_set(name: str, *nets: str, **labels: str) -> Manifest:
    """Global unless the name has a namespace."""
    kind = "NetworkSet" if "/" in name else "GlobalNetworkSet"
    return resource(CALICO, kind, name, labels, spec={"nets": nets})


def staged(name: str, **spec: Any) -> Manifest:
    """A Calico policy on trial: namespaced if the name is."""
    return resource(CALICO, "StagedNetworkPolicy" if "/" in name else "StagedGlobalNetworkPolicy", name, spec=spec)


def profile(name: str, **spec: Any) -> Manifest:
    return resource(CALICO, "Profile", name, spec=spec)


def felix(name: str = "default", **spec: Any) -> Manifest:
    return resource(CALICO, "FelixConfiguration", name, spec=spec)


def calico_node(name: str, labels: Labels | None = None, **spec: Any) -> Manifest:
    return resource(CALICO, "Node", name, labels, spec=spec)


def cluster_policy(name: str, *, baseline: bool = False, priority: int = 0, **spec: Any) -> Manifest:
    """Kubernetes' own for administrators, for all pods unless `subject` says otherwise."""
    fields: Manifest = {
        "tier": "Baseline" if baseline else "Admin",
        "priority": priority,
        "subject": {"namespaces": {}},
    }
    return resource("policy.networking.k8s.io/v1alpha2", "ClusterNetworkPolicy", name, spec=fields | spec)


def host_endpoint(name: str, interface: str = "*", labels: Labels | None = None, **spec: Any) -> Manifest:
    """Of the node that `hosted` makes; it lets everything through that no policy is about, unlike a bare one."""
    fields: Manifest = {"node": NODE, "interfaceName": interface, "profiles": ["projectcalico-default-allow"]}
    return resource(CALICO, "HostEndpoint", name, {"role": "host"} if labels is None else labels, spec=fields | spec)


def allow(**fields: Any) -> Manifest:
    return {"action": "Allow", **fields}


def deny(**fields: Any) -> Manifest:
    return {"action": "Deny", **fields}


def packet(here: World, source: str, destination: str, protocol: int, *, version: int = 4, **fields: Any) -> Packet:
    """Between pods by their names, `shop/web`, or addresses; an address decides about the IP version."""
    version = next((address(end).version for end in (source, destination) if "/" not in end), version)
    return Packet(_address(here, source, version), _address(here, destination, version), protocol, **fields)


def _address(here: World, end: str, version: int) -> Address:
    if "/" not in end:
        return address(end)
    return next(at for one in here.workloads if str(one) == end for at in one.addresses if at.version == version)


def tcp(here: World, source: str, destination: str, port: int = 80, *, version: int = 4) -> Packet:
    return packet(here, source, destination, TCP, version=version, source_port=40000, destination_port=port)


def udp(here: World, source: str, destination: str, port: int = 53, *, version: int = 4) -> Packet:
    return packet(here, source, destination, UDP, version=version, source_port=40000, destination_port=port)


def ping(here: World, source: str, destination: str, *, version: int = 4) -> Packet:
    version_of = packet(here, source, destination, ICMP, version=version).version
    protocol, request = (ICMP, 8) if version_of == 4 else (ICMPV6, 128)
    return packet(here, source, destination, protocol, version=version, icmp_type=request)


NODE, UPLINK, DOCKER, VETH = "n1", "eth0", "docker0", "cali1"
HOST, BRIDGE, CONTAINER = "203.0.113.1", "172.17.0.1", "172.17.0.2"


@dataclass(frozen=True)
class Route:
    """Through the node between two ends; a published port is another port of the host's own address."""

    incoming: str | None
    outgoing: str | None
    source: str
    destination: str
    published: int = 0


ROUTES = {
    "to host": Route(UPLINK, None, OUTSIDE, HOST),
    "from host": Route(None, UPLINK, HOST, OUTSIDE),
    "container to host": Route(DOCKER, None, CONTAINER, HOST),
    "host to container": Route(None, DOCKER, HOST, CONTAINER),
    "loopback in": Route("lo", None, HOST, HOST),
    "loopback out": Route(None, "lo", HOST, HOST),
    "pod to host": Route(VETH, None, "a/pod", HOST),
    "host to pod": Route(None, VETH, HOST, "a/pod"),
    "container out": Route(DOCKER, UPLINK, CONTAINER, OUTSIDE),
    "container in": Route(UPLINK, DOCKER, OUTSIDE, CONTAINER),
    "published port": Route(UPLINK, DOCKER, OUTSIDE, CONTAINER, published=8080),
    "pod out": Route(VETH, UPLINK, "a/pod", OUTSIDE),
    "pod in": Route(UPLINK, VETH, OUTSIDE, "a/pod"),
    "node port": Route(UPLINK, VETH, OUTSIDE, "a/pod", published=30080),
    "container to pod": Route(DOCKER, VETH, CONTAINER, "a/pod"),
    "pod to container": Route(VETH, DOCKER, "a/pod", CONTAINER),
}


def hosted(*manifests: str | Manifest) -> World:
    """A world on one node, which has an uplink, Docker's bridge, and the pod `a/pod` beside them."""
    here = world(pod("a/pod", {"app": "web"}, nodeName=NODE), *manifests)
    interfaces = {UPLINK: (address(HOST),), DOCKER: (address(BRIDGE),), "lo": (address("127.0.0.1"),)}
    return replace(here, nodes=(Node(NODE, (address(HOST), address(BRIDGE)), interfaces, frozenset({VETH})),))


def on_route(here: World, name: str, protocol: int = TCP, **fields: Any) -> Verdict:
    """Of a packet that takes the route, TCP to port 80 after all translation unless told otherwise."""
    route = ROUTES[name]
    ports = {"source_port": 40000, "destination_port": 80} if protocol in (TCP, UDP) else {}
    sent = packet(here, route.source, route.destination, protocol, **ports | fields)
    original = replace(sent, destination=address(HOST), destination_port=route.published) if route.published else None
    return judge(here, sent, crossing=Crossing(NODE, route.incoming, route.outgoing, original))


def stopped(here: World, protocol: int = TCP, **fields: Any) -> set[str]:
    """The routes on which a packet does not get through."""
    return {name for name in ROUTES if not on_route(here, name, protocol, **fields).allowed}


def if_enforced(here: World, sent: Packet) -> bool:
    """Whether it were allowed if all that is staged were enforced."""
    return judge(here, sent, staged=Staged.AS_IF_ENFORCED).allowed


def allowed(here: World, sent: Packet) -> bool:
    return judge(here, sent).allowed


def closed(here: World) -> set[str]:
    """The pods that nobody outside gets a connection to."""
    names = {str(one) for one in here.workloads}
    return {name for name in names if not allowed(here, tcp(here, OUTSIDE, name))}
