"""Worlds at random, as the manifests a user could have written, and packets that probe their edges."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from percale.traffic.addresses import Address, address
from percale.traffic.packet import Packet
from percale.traffic.protocols import ICMP, ICMPV6, SCTP, TCP, UDP

Manifest = dict[str, Any]

NAMESPACES = ("red", "green", "blue")
PODS = tuple(f"{NAMESPACES[n % 3]}/pod{n}" for n in range(7))
ADDRESSES = {
    name: (address(f"10.65.{n % 2}.{n + 2}"), address(f"fd00:65::{n % 2}:{n + 2}")) for n, name in enumerate(PODS)
}
ELSEWHERE = tuple(map(address, ("198.51.100.7", "203.0.113.130", "2001:db8:51::7", "2001:db8:113::82")))

_LABELS = {"app": ("web", "db", "api"), "tier": ("front", "back"), "env": ("prod", "dev", "")}
_NETS_4 = (
    "0.0.0.0/0",
    "10.65.0.0/16",
    "10.65.0.0/24",
    "10.65.1.0/29",
    "10.65.0.2/32",
    "10.65.0.4/31",
    "198.51.100.0/24",
    "198.51.100.7/32",
    "203.0.113.128/25",
    "128.0.0.0/1",
    "192.0.2.0/24",
)
_NETS_6 = (
    "::/0",
    "fd00:65::/64",
    "fd00:65::/112",
    "fd00:65::1:0/112",
    "2001:db8::/32",
    "2001:db8:51::7/128",
    "8000::/1",
)
_PORTS: tuple[int | str, ...] = (53, 80, 443, 8080, "80:90", "8000:9000", "1:65535", "443:443")
_NAMES = ("http", "dns", "metrics")
_NUMBERS = (1, 52, 53, 79, 80, 81, 90, 91, 443, 7999, 8000, 8080, 9000, 9001, 65535)
_WITH_PORTS = ("TCP", "UDP", "SCTP")


@dataclass(frozen=True)
class Generator:
    """Every choice comes from the one seeded source; a chance is `one in n`."""

    random: Random

    def one_in(self, n: int) -> bool:
        return self.random.randrange(n) == 0

    def some(self, make: Callable[[], Any], most: int, *, least: int = 0) -> list[Any]:
        return [make() for _ in range(self.random.randint(least, most))]

    def world(self) -> list[Manifest]:
        tiers = self.random.sample(("early", "late", "last"), self.random.randint(0, 3))
        return [
            *(self._namespace(name) for name in NAMESPACES),
            *self.some(self._account, 2),
            *(self._pod(name) for name in PODS),
            *(self._tier(name) for name in tiers),
            *(self._network_set(n) for n in range(self.random.randint(0, 3))),
            *([self._service()] if self.one_in(3) else []),
            *(self._policy(n, [*tiers, "default", "default"]) for n in range(self.random.randint(1, 9))),
            *(self._cluster_policy(n) for n in range(self.random.randint(0, 2) if self.one_in(2) else 0)),
            *([self._admin_policy("AdminNetworkPolicy")] if self.one_in(5) else []),
            *([self._admin_policy("BaselineAdminNetworkPolicy")] if self.one_in(5) else []),
        ]

    def labels(self) -> dict[str, str]:
        return {key: self.random.choice(values) for key, values in _LABELS.items() if not self.one_in(3)}

    def _namespace(self, name: str) -> Manifest:
        return _manifest("v1", "Namespace", name, labels=self.labels())

    def _account(self) -> Manifest:
        name = self.random.choice(("robot", "human"))
        return _manifest("v1", "ServiceAccount", f"{name}{self.random.randrange(10**6)}", "red", labels=self.labels())

    def _pod(self, name: str) -> Manifest:
        namespace, _, pod = name.partition("/")
        ports = [
            {
                "name": label,
                "containerPort": self.random.choice((53, 80, 8080)),
                "protocol": self.random.choice(_WITH_PORTS),
            }
            for label in _NAMES
            if self.one_in(2)
        ]
        spec = {
            "containers": [{"name": "main", "ports": ports}],
            "serviceAccountName": self.random.choice(("robot", "human")),
        }
        status = {"podIPs": [{"ip": str(one)} for one in ADDRESSES[name]]}
        return _manifest("v1", "Pod", pod, namespace, labels=self.labels(), spec=spec, status=status)

    def _tier(self, name: str) -> Manifest:
        spec = {
            "order": self.random.choice((10, 100, 100, 1e6, 2e6, None)),
            "defaultAction": self.random.choice(("Pass", "Deny")),
        }
        return _manifest("projectcalico.org/v3", "Tier", name, spec=_present(spec))

    def _network_set(self, number: int) -> Manifest:
        nets = self.random.sample([*_NETS_4[1:], *_NETS_6[1:], "10.65.0.3", "203.0.113.130"], self.random.randint(0, 4))
        if self.one_in(2):
            return _manifest(
                "projectcalico.org/v3", "GlobalNetworkSet", f"set{number}", labels=self.labels(), spec={"nets": nets}
            )
        namespace = self.random.choice(NAMESPACES)
        return _manifest(
            "projectcalico.org/v3", "NetworkSet", f"set{number}", namespace, labels=self.labels(), spec={"nets": nets}
        )

    def _service(self) -> Manifest:
        port = {
            "port": 80,
            "targetPort": self.random.choice((80, 8080, "http")),
            "protocol": self.random.choice(_WITH_PORTS),
        }
        return _manifest("v1", "Service", "shop", "red", spec={"selector": {"app": "web"}, "ports": [port]})

    def _policy(self, number: int, tiers: Sequence[str]) -> Manifest:
        make = self.random.choice(
            (self._kubernetes, self._kubernetes, self._namespaced, self._namespaced, self._global)
        )
        return make(f"policy{number}", tiers)

    # Kubernetes' own.

    def _kubernetes(self, name: str, _: Sequence[str]) -> Manifest:
        spec = {
            "podSelector": self._label_selector(),
            "policyTypes": self.random.choice((None, ["Ingress"], ["Egress"], ["Ingress", "Egress"])),
            "ingress": self.some(lambda: self._kubernetes_rule("from"), 3) or None,
            "egress": self.some(lambda: self._kubernetes_rule("to"), 3) or None,
        }
        return _manifest(
            "networking.k8s.io/v1", "NetworkPolicy", name, self.random.choice(NAMESPACES), spec=_present(spec)
        )

    def _kubernetes_rule(self, peers: str) -> Manifest:
        return _present(
            {
                peers: self.some(self._peer, 2) or None,
                "ports": self.some(self._kubernetes_port, 3) or None,
            }
        )

    def _peer(self) -> Manifest:
        if self.one_in(3):
            net = self.random.choice(_NETS_4[:4] + _NETS_6[:2])
            inside = {"10.65.0.0/16": "10.65.0.4/31", "fd00:65::/64": "fd00:65::1:0/112"}.get(net)
            return {"ipBlock": _present({"cidr": net, "except": [inside] if inside and self.one_in(2) else None})}
        pods, namespaces = self._label_selector(), self._label_selector()
        return self.random.choice(
            (
                {"podSelector": pods},
                {"namespaceSelector": namespaces},
                {"podSelector": pods, "namespaceSelector": namespaces},
            )
        )

    def _kubernetes_port(self) -> Manifest:
        protocol = self.random.choice((*_WITH_PORTS, None))
        port = self.random.choice((53, 80, 8080, 8000, "http", "dns", None))
        end = self.random.choice((None, 9000)) if isinstance(port, int) else None
        return _present({"protocol": protocol, "port": port, "endPort": end})

    def _label_selector(self) -> Manifest:
        key = self.random.choice(tuple(_LABELS))
        operator = self.random.choice(("In", "NotIn", "Exists", "DoesNotExist"))
        values = self.random.sample(_LABELS[key], 2) if operator in ("In", "NotIn") else None
        return self.random.choice(
            (
                {},
                {"matchLabels": {key: self.random.choice(_LABELS[key])}},
                {"matchExpressions": [_present({"key": key, "operator": operator, "values": values})]},
            )
        )

    # Administrators'.

    def _cluster_policy(self, number: int) -> Manifest:
        spec = {
            "tier": self.random.choice(("Admin", "Baseline")),
            "priority": self.random.choice((0, 10, 1000)),
            "subject": self._subject(),
            "ingress": self.some(lambda: self._cluster_rule("from"), 2) or None,
            "egress": self.some(lambda: self._cluster_rule("to"), 2) or None,
        }
        return _manifest(
            "policy.networking.k8s.io/v1alpha2", "ClusterNetworkPolicy", f"cluster{number}", spec=_present(spec)
        )

    def _cluster_rule(self, peers: str) -> Manifest:
        there = self.some(lambda: self._admin_peer(peers), 2, least=1)
        protocols = [
            one
            for one in self.some(self._cluster_protocol, 2)
            if "destinationNamedPort" not in one or not any("networks" in peer for peer in there)
        ]
        return _present(
            {
                "action": self.random.choice(("Accept", "Deny", "Pass")),
                peers: there,
                "protocols": protocols or None,
            }
        )

    def _cluster_protocol(self) -> Manifest:
        port = self.random.choice(({"number": 80}, {"range": {"start": 80, "end": 8080}}))
        name = self.random.choice(("tcp", "udp", "sctp"))
        return self.random.choice(
            (
                {name: {"destinationPort": port}},
                {name: {"destinationPort": port}},
                {"destinationNamedPort": "http"},
            )
        )

    def _admin_policy(self, kind: str) -> Manifest:
        actions = ("Allow", "Deny") if kind.startswith("Baseline") else ("Allow", "Deny", "Pass")
        spec = {
            "priority": None if kind.startswith("Baseline") else self.random.choice((0, 10)),
            "subject": self._subject(),
            "ingress": self.some(lambda: self._admin_rule("from", actions), 2) or None,
            "egress": self.some(lambda: self._admin_rule("to", actions), 2) or None,
        }
        return _manifest("policy.networking.k8s.io/v1alpha1", kind, "default", spec=_present(spec))

    def _admin_rule(self, peers: str, actions: Sequence[str]) -> Manifest:
        ports = self.some(self._admin_port, 2)
        return _present(
            {
                "action": self.random.choice(actions),
                peers: self.some(lambda: self._admin_peer(peers), 2, least=1),
                "ports": ports or None,
            }
        )

    def _admin_port(self) -> Manifest:
        protocol = self.random.choice(_WITH_PORTS)
        return self.random.choice(
            (
                {"portNumber": {"protocol": protocol, "port": 80}},
                {"portRange": {"protocol": protocol, "start": 80, "end": 8080}},
            )
        )

    def _subject(self) -> Manifest:
        namespaces, pods = self._label_selector(), self._label_selector()
        both = {"namespaceSelector": namespaces, "podSelector": pods}
        return self.random.choice(({"namespaces": namespaces}, {"pods": both}))

    def _admin_peer(self, peers: str) -> Manifest:
        if peers == "to" and self.one_in(3):
            return {"networks": self.random.sample((*_NETS_4[:4], *_NETS_6[:2]), 2)}
        return self._subject()

    # Calico's.

    def _namespaced(self, name: str, tiers: Sequence[str]) -> Manifest:
        namespace = self.random.choice(NAMESPACES)
        spec = self._spec(tiers)
        return _manifest("projectcalico.org/v3", "NetworkPolicy", name, namespace, spec=_present(spec))

    def _global(self, name: str, tiers: Sequence[str]) -> Manifest:
        spec = self._spec(tiers) | {"namespaceSelector": self._maybe(self.selector)}
        return _manifest("projectcalico.org/v3", "GlobalNetworkPolicy", name, spec=_present(spec))

    def _spec(self, tiers: Sequence[str]) -> Manifest:
        return {
            "tier": self.random.choice(tiers),
            "order": self.random.choice((None, -1, 0, 0.5, 100, 1000, 1000, 2000)),
            "selector": self._maybe(self.selector),
            "serviceAccountSelector": self.selector() if self.one_in(6) else None,
            "types": self.random.choice((None, ["Ingress"], ["Egress"], ["Egress", "Ingress"])),
            "ingress": self.some(lambda: self._rule("source"), 4) or None,
            "egress": self.some(lambda: self._rule("destination"), 4) or None,
        }

    def _rule(self, peer: str) -> Manifest:
        rule: Manifest = {"action": self.random.choice(("Allow", "Allow", "Deny", "Pass", "Log"))}
        rule |= self._protocol_part()
        version = self.random.choice((4, 6)) if "ipVersion" not in rule else rule["ipVersion"]
        ports = _ports_beside(rule.get("protocol"))
        for side in ("source", "destination"):
            if not self.one_in(2) or side == peer:
                entity = self._entity(version, ports)
                if entity:
                    rule[side] = entity
        if self.one_in(12):
            service = {"name": "shop", "namespace": "red"}
            rule[peer] = {"services": service}
        return rule

    def _protocol_part(self) -> Manifest:
        kind = self.random.randrange(8)
        if kind < 4:
            return {"protocol": self.random.choice((*_WITH_PORTS, "TCP", 6, 17))}
        if kind == 4:
            return self._icmp("ICMP", (8, 13, 0), 4)
        if kind == 5:
            return self._icmp("ICMPv6", (128, 129, 135), 6)
        if kind == 6:
            return {"notProtocol": self.random.choice(("TCP", "UDP", 47))}
        return self.random.choice(({}, {}, {"ipVersion": 4}, {"ipVersion": 6}, {"protocol": 47}))

    def _icmp(self, name: str, types: Sequence[int], version: int) -> Manifest:
        fields = _present({"type": self.random.choice(types), "code": self.random.choice((None, None, 0, 1))})
        match = self.random.choice(({}, {"icmp": fields}, {"notICMP": fields}))
        return {"protocol": name, "ipVersion": version, **match}

    def _entity(self, version: int, ports: Sequence[int | str]) -> Manifest:
        nets = _NETS_4 if version == 4 else _NETS_6
        fields: Manifest = {}
        if self.one_in(4):
            fields["nets"] = self.random.sample(nets, self.random.randint(1, 5))
        if self.one_in(6):
            fields["notNets"] = self.random.sample(nets[1:], self.random.randint(1, 5))
        if self.one_in(2):
            fields["selector"] = self.selector()
        if self.one_in(6):
            fields["notSelector"] = self.selector()
        if self.one_in(5):
            fields["namespaceSelector"] = self.random.choice((self.selector(), "global()", "all()"))
        if self.one_in(8):
            fields["serviceAccounts"] = {"names": [self.random.choice(("robot", "human"))]}
        for field, chance in (("ports", 3), ("notPorts", 5)):
            if ports and self.one_in(chance):
                fields[field] = self.random.sample(ports, self.random.randint(1, 3))
        return fields

    def selector(self, depth: int = 2) -> str:
        key = self.random.choice((*_LABELS, "projectcalico.org/namespace" if self.one_in(4) else "app"))
        value = self.random.choice(_LABELS.get(key, NAMESPACES))
        leaves = (
            f"{key} == '{value}'",
            f"{key} != '{value}'",
            f"has({key})",
            f"!has({key})",
            "all()",
            f"{key} in {{'{value}', 'web'}}",
            f"{key} not in {{'{value}'}}",
            f"{key} contains 'b'",
            f"{key} starts with 'p'",
        )
        if depth and self.one_in(3):
            joint = self.random.choice((" && ", " || "))
            return f"({self.selector(depth - 1)}{joint}{self.selector(depth - 1)})"
        return self.random.choice(leaves)

    def _maybe(self, make: Callable[[], str]) -> str | None:
        return None if self.one_in(3) else make()

    # Packets.

    def packet(self, hosts: Sequence[Address]) -> Packet:
        """Between pods mostly; `hosts` are outside addresses and the node's own."""
        version = self.random.choice((4, 6))
        everyone = [one for own in ADDRESSES.values() for one in own]
        ends = self.random.sample([one for one in everyone if one.version == version], 2)
        if self.one_in(4):
            ends[self.random.randrange(2)] = self.random.choice([one for one in hosts if one.version == version])
        protocol = self.random.choice((TCP, TCP, TCP, UDP, UDP, SCTP, ICMP if version == 4 else ICMPV6, 47, 253))
        if protocol in (TCP, UDP, SCTP):
            ports = self.random.choice(_NUMBERS), self.random.choice(_NUMBERS)
            return Packet(ends[0], ends[1], protocol, *ports)
        if protocol in (ICMP, ICMPV6):
            types = (8, 8, 13, 0, 3, 17) if version == 4 else (128, 128, 129, 1, 135, 139)
            return Packet(
                ends[0], ends[1], protocol, icmp_type=self.random.choice(types), icmp_code=self.random.choice((0, 0, 1))
            )
        return Packet(ends[0], ends[1], protocol)


def _ports_beside(protocol: int | str | None) -> Sequence[int | str]:
    """Numbers need a protocol that has ports, names need none."""
    if protocol is None:
        return _NAMES
    return (*_PORTS, *_NAMES) if protocol in (*_WITH_PORTS, 6, 17) else ()


def _manifest(
    api_version: str, kind: str, name: str, namespace: str = "", *, labels: dict[str, str] | None = None, **rest: Any
) -> Manifest:
    metadata = _present({"name": name, "namespace": namespace or None, "labels": labels})
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **rest}


def _present(fields: Manifest) -> Manifest:
    return {key: value for key, value in fields.items() if value is not None}
