"""Worlds written as briefly as a test can say them, and packets between their pods."""

import json
from collections.abc import Iterable, Mapping
from textwrap import dedent
from typing import Any
from zlib import crc32

from percale.policy.from_resources import world_of
from percale.policy.verdict import judge
from percale.policy.world import World
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


def allowed(here: World, sent: Packet) -> bool:
    return judge(here, sent).allowed


def closed(here: World) -> set[str]:
    """The pods that nobody outside gets a connection to."""
    names = {str(one) for one in here.workloads}
    return {name for name in names if not allowed(here, tcp(here, OUTSIDE, name))}
