"""Clusters made up for measuring, as manifests, so that they come into a world the way a user's do."""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Any

import msgspec

from percale.policy.from_resources import world_of
from percale.policy.world import World
from percale.resources.decode import decode
from percale.resources.documents import documents_in

Manifest = dict[str, Any]

NAMESPACE = "bench"


def world_from(manifests: Iterable[Manifest]) -> World:
    content = msgspec.json.encode({"apiVersion": "v1", "kind": "List", "items": list(manifests)})
    return world_of(decode(documents_in(content, "bench.json")))


def pod(name: str, address: str, labels: dict[str, str]) -> Manifest:
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": NAMESPACE, "labels": labels},
        "spec": {"containers": [{"name": "main"}]},
        "status": {"podIPs": [{"ip": address}]},
    }


def remote_address(number: int) -> str:
    """Of a pod that lives on another node, and that no cable of the lab leads to."""
    return f"10.{66 + (number >> 16)}.{number >> 8 & 255}.{number & 255}"


#: More policies than these share peers; what each of them lets in is a pair of its own with its port all the same.
PEERS = 100


def peer_policies(policies: int, first_port: int) -> Iterator[Manifest]:
    """Policies that all select `app=server`, each of which lets in one peer at a port of its own."""
    for number in range(policies):
        ports = [{"protocol": protocol, "port": first_port + number} for protocol in ("TCP", "UDP")]
        peer = {"podSelector": {"matchLabels": {"peer": str(number % PEERS)}}}
        yield {
            "apiVersion": "networking.k8s.io/v1",
            "kind": "NetworkPolicy",
            "metadata": {"name": f"policy{number:05}", "namespace": NAMESPACE},
            "spec": {
                "podSelector": {"matchLabels": {"app": "server"}},
                "policyTypes": ["Ingress"],
                "ingress": [{"from": [peer], "ports": ports}],
            },
        }


class Place(StrEnum):
    """Of the two rules that let pods of group 0 talk to each other, among ten."""

    MIDDLE = "rules 5 and 6"
    END = "rules 9 and 10"


PORT_AT = {Place.MIDDLE: 7005, Place.END: 7010}
GROUPS = 200


def class_policies(classes: int) -> Iterator[Manifest]:
    """For each class ten rules in and ten out: groups at ports, networks, port ranges, and one denial."""
    for number in range(classes):
        yield {
            "apiVersion": "projectcalico.org/v3",
            "kind": "NetworkPolicy",
            "metadata": {"name": f"class{number:04}", "namespace": NAMESPACE},
            "spec": {
                "order": 100,
                "selector": f"class == 'c{number}'",
                "types": ["Ingress", "Egress"],
                "ingress": _ten_rules(number, "source"),
                "egress": _ten_rules(number, "destination"),
            },
        }


def _ten_rules(seed: int, peer: str) -> list[Manifest]:
    """Pointlike rules among others, as people write them: no run of them is long enough for a map."""

    def group(offset: int) -> Manifest:
        return {"selector": f"group == 'g{1 + (7 * seed + offset) % (GROUPS - 1)}'"}

    def rule(entity: Manifest, *ports: int | str, protocol: str = "TCP", action: str = "Allow") -> Manifest:
        at_ports = {"ports": list(ports)}
        ends = {"source": entity, "destination": at_ports} if peer == "source" else {peer: entity | at_ports}
        return {"action": action, "protocol": protocol} | ends

    def decisive(place: Place) -> list[Manifest]:
        group_0 = {"selector": "group == 'g0'"}
        return [rule(group_0, PORT_AT[place], protocol=protocol) for protocol in ("TCP", "UDP")]

    networks = [f"198.51.{seed % 256}.{16 * part}/29" for part in range(4)]
    return [
        rule(group(0), 80, 443),
        rule({"nets": ["203.0.113.0/24"]}, 8443, action="Deny"),
        rule(group(1), "8000:8999"),
        rule(group(2), 5432),
        *decisive(Place.MIDDLE),
        rule({"nets": networks}, 443),
        rule({"selector": "group in {'g5', 'g6'}"}, 53, protocol="UDP"),
        *decisive(Place.END),
    ]


def node_pods(endpoints: int, classes: int) -> Iterator[tuple[str, dict[str, str]]]:
    """Names and labels; the first two are of the classes that talk to each other, and of group 0."""
    for number in range(endpoints):
        group = 0 if number < 2 else number % GROUPS
        yield f"pod{number:05}", {"class": f"c{number % classes}", "group": f"g{group}"}
