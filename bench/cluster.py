"""A cluster as people run them, made up at any size.

Namespaces of 50 pods, deployments whose sizes follow Pareto, labels that change with each rollout; five in six
policies are Kubernetes', the rest Calico's, with tiers, network sets and networks.
"""

from collections.abc import Iterator
from random import Random

from bench.manifests import Manifest

_PODS_IN_NAMESPACE = 50
_TIERS = {"platform": 100, "security": 200}
_ENVIRONMENTS = ("prod", "staging", "dev")
_ROLES = ("web", "api", "worker", "cache", "db", "queue")
_PORTS = (80, 443, 3000, 5432, 6379, 8080, 8443, 9090, 9200)
_SETS = 20


def cluster(pods: int, policies: int, *, seed: int = 1) -> Iterator[Manifest]:
    """Every pod, policy, namespace, tier and network set of it."""
    made = _Cluster(Random(seed), max(1, pods // _PODS_IN_NAMESPACE))
    yield from made.namespaces()
    yield from made.pods(pods)
    yield from made.surroundings()
    for number in range(policies):
        yield made.policy(number)


class _Cluster:
    def __init__(self, random: Random, namespaces: int) -> None:
        self._random = random
        self._namespaces = [f"team{number:04}" for number in range(namespaces)]
        self._apps: dict[str, list[str]] = {name: [] for name in self._namespaces}

    def namespaces(self) -> Iterator[Manifest]:
        for number, name in enumerate(self._namespaces):
            labels = {"env": _ENVIRONMENTS[number % 3], "team": name}
            yield {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}

    def pods(self, count: int) -> Iterator[Manifest]:
        made = 0
        while made < count:
            for namespace in self._namespaces:
                replicas = min(int(self._random.paretovariate(1.2)), 40, count - made)
                app = f"app{len(self._apps[namespace])}"
                self._apps[namespace].append(app)
                labels = {
                    "app": app,
                    "role": self._random.choice(_ROLES),
                    "pod-template-hash": f"{self._random.getrandbits(32):08x}",
                }
                for replica in range(replicas):
                    yield _pod(f"{app}-{replica}", namespace, made, labels)
                    made += 1

    def surroundings(self) -> Iterator[Manifest]:
        for name, order in _TIERS.items():
            yield _calico("Tier", {"name": name}, {"order": order, "defaultAction": "Pass"})
        for number in range(_SETS):
            nets = [f"198.{18 + number % 2}.{self._random.randrange(256)}.0/24" for _ in range(5)]
            labels = {"feed": f"f{number % 5}"}
            yield _calico("GlobalNetworkSet", {"name": f"feed{number}", "labels": labels}, {"nets": nets})

    def policy(self, number: int) -> Manifest:
        namespace = self._random.choice(self._namespaces)
        return self._calico(number, namespace) if number % 6 == 0 else self._kubernetes(number, namespace)

    def _app(self, namespace: str) -> str:
        return self._random.choice(self._apps[namespace] or ["none"])

    # Kubernetes' own.

    def _kubernetes(self, number: int, namespace: str) -> Manifest:
        spec: Manifest = {"podSelector": {}, "policyTypes": ["Ingress"]}
        kind = self._random.randrange(5)
        if kind:
            spec["podSelector"] = {"matchLabels": {"app": self._app(namespace)}}
            spec["ingress"] = [self._rule("from", namespace) for _ in range(self._random.randint(1, 3))]
        if kind == 4:
            spec["policyTypes"] = ["Ingress", "Egress"]
            spec["egress"] = [self._rule("to", namespace), _DNS]
        return {
            "apiVersion": "networking.k8s.io/v1",
            "kind": "NetworkPolicy",
            "metadata": {"name": f"policy{number:05}", "namespace": namespace},
            "spec": spec,
        }

    def _rule(self, peers: str, namespace: str) -> Manifest:
        ports = [{"protocol": "TCP", "port": port} for port in self._random.sample(_PORTS, self._random.randint(1, 2))]
        return {peers: [self._peer(namespace) for _ in range(self._random.randint(1, 2))], "ports": ports}

    def _peer(self, namespace: str) -> Manifest:
        kind = self._random.randrange(6)
        if kind == 0:
            return {"ipBlock": {"cidr": "0.0.0.0/0", "except": ["169.254.169.254/32"]}}
        if kind == 1:
            return {"namespaceSelector": {"matchLabels": {"env": self._random.choice(_ENVIRONMENTS)}}}
        if kind == 2:
            other = self._random.choice(self._namespaces)
            pods = {"matchLabels": {"role": self._random.choice(_ROLES)}}
            return {"namespaceSelector": {"matchLabels": {"team": other}}, "podSelector": pods}
        return {"podSelector": {"matchLabels": {"app": self._app(namespace)}}}

    # Calico's.

    def _calico(self, number: int, namespace: str) -> Manifest:
        tier = self._random.choice((*_TIERS, "default"))
        spec: Manifest = {"tier": tier, "order": self._random.choice((10, 100, 500)), "types": ["Ingress"]}
        if number % 60 == 0:
            spec |= {"selector": f"env == '{self._random.choice(_ENVIRONMENTS)}'", "types": ["Egress"]}
            spec["namespaceSelector"] = f"env == '{self._random.choice(_ENVIRONMENTS)}'"
            feed = {"selector": f"feed == 'f{self._random.randrange(5)}'"}
            spec["egress"] = [{"action": "Deny", "destination": feed}, {"action": "Pass"}]
            return _calico("GlobalNetworkPolicy", {"name": f"policy{number:05}"}, spec)
        spec["selector"] = f"app == '{self._app(namespace)}'"
        spec["ingress"] = [
            {"action": "Deny", "source": {"nets": [f"203.0.{self._random.randrange(256)}.0/24"]}},
            {
                "action": "Allow",
                "protocol": "TCP",
                "source": {"selector": f"role in {{'{self._random.choice(_ROLES)}', 'web'}}"},
                "destination": {"ports": [self._random.choice(_PORTS), "8000:8100"]},
            },
            {"action": self._random.choice(("Pass", "Deny"))},
        ]
        return _calico("NetworkPolicy", {"name": f"policy{number:05}", "namespace": namespace}, spec)


_DNS: Manifest = {
    "to": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "team0000"}}}],
    "ports": [{"protocol": "UDP", "port": 53}, {"protocol": "TCP", "port": 53}],
}


def _pod(name: str, namespace: str, number: int, labels: dict[str, str]) -> Manifest:
    address = f"10.{64 + (number >> 16)}.{number >> 8 & 255}.{number & 255}"
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": namespace, "labels": labels},
        "spec": {"containers": [{"name": "main"}], "nodeName": f"node{number // 100}"},
        "status": {"podIPs": [{"ip": address}]},
    }


def _calico(kind: str, metadata: Manifest, spec: Manifest) -> Manifest:
    return {"apiVersion": "projectcalico.org/v3", "kind": kind, "metadata": metadata, "spec": spec}
