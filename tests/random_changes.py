"""Clusters in which anything may come, change and go, as manifests by key; few names, so that things meet."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from random_hosts import HostGenerator
from random_worlds import NAMESPACES, Manifest

#: Kind, version, namespace and name.
Key = tuple[str, str, str, str]
Event = tuple[Key, Manifest | None]
State = dict[Key, Manifest]

_CALICO = "projectcalico.org/v3"
_NODES = ("node1", "node2")
_ACCOUNTS = ("robot", "human")
_PROFILES = ("kns.red", "kns.green", "kns.nowhere", "ksa.red.robot", "ksa.green.human", "custom", "missing")
_OWNERS = ("ReplicaSet/web", "ReplicaSet/db", "Deployment/web", "Job/once", "CronJob/nightly", "Pod/pod0")


def key_of(manifest: Manifest) -> Key:
    metadata = manifest["metadata"]
    return manifest["kind"], manifest["apiVersion"], metadata.get("namespace", ""), metadata["name"]


@dataclass(frozen=True)
class ChangeGenerator(HostGenerator):
    def events(self, count: int) -> list[Event]:
        """Each makes sense after those before it."""
        here: State = {}
        found: list[Event] = []
        for _ in range(count):
            key, manifest = self._event(here)
            found.append((key, manifest))
            if manifest is None:
                del here[key]
            else:
                here[key] = manifest
        return found

    def _event(self, here: State) -> Event:
        if here and self.one_in(4):
            return self.random.choice(list(here)), None
        if here and self.one_in(4):
            return self._relabelled(*self.random.choice(list(here.items())))
        make = self.random.choice(self._makers())
        manifest = self._broken(make()) if self.one_in(25) else make()
        return key_of(manifest), manifest

    def _relabelled(self, key: Key, manifest: Manifest) -> Event:
        """As most changes are: of labels alone."""
        labels = self.labels() | {"rollout": str(self.random.randrange(3))}
        return key, {**manifest, "metadata": {**manifest["metadata"], "labels": labels}}

    def _makers(self) -> list[Callable[[], Manifest]]:
        several = [self._pod_somewhere] * 6 + [self._a_policy] * 5 + [self._made_by_orchestrator] * 3
        return [
            *several,
            *([self._deployment, self._service_somewhere, self._endpoint_slice, self._node, self._calico_node] * 2),
            self._a_namespace,
            self._an_account,
            self._profile,
            self._a_tier,
            self._a_set,
            self._host,
            self._felix_of,
            self._controllers,
            self._cron_job,
            self._endpoints,
            self._pool,
        ]

    def _broken(self, manifest: Manifest) -> Manifest:
        return {**manifest, "spec": {"nonsense": True}} | {"nonsense": True}

    def _made(self, api: str, kind: str, name: str, namespace: str = "", **rest: Any) -> Manifest:
        metadata: Manifest = {"name": name, "labels": self.labels()}
        if namespace:
            metadata["namespace"] = namespace
        return {"apiVersion": api, "kind": kind, "metadata": metadata, **rest}

    def _where(self) -> str:
        return self.random.choice(NAMESPACES[:2])

    def _owners(self) -> list[Manifest]:
        texts = self.random.sample(_OWNERS, self.random.choice((0, 0, 1, 1, 2)))
        return [{"kind": kind, "name": name} for kind, _, name in (text.partition("/") for text in texts)]

    def _template(self) -> Manifest:
        spec = {"containers": [], "serviceAccountName": self.random.choice(_ACCOUNTS), "hostNetwork": self.one_in(8)}
        return {"metadata": {"labels": self.labels()}, "spec": spec}

    def _address(self) -> str:
        return f"10.65.0.{self.random.randrange(2, 8)}"

    # Workloads.

    def _pod_somewhere(self) -> Manifest:
        manifest = self._made("v1", "Pod", f"pod{self.random.randrange(4)}", self._where())
        manifest["spec"] = self._template()["spec"] | {"nodeName": self.random.choice(_NODES)}
        manifest["spec"]["containers"] = [{"ports": [{"name": "http", "containerPort": self.random.choice((80, 81))}]}]
        manifest["metadata"]["ownerReferences"] = self._owners()
        ips = [{"ip": self._address()}] if not self.one_in(3) else []
        phase = self.random.choice(("Running", "Running", "Running", "Succeeded"))
        return manifest | {"status": {"podIPs": ips, "phase": phase}}

    def _deployment(self) -> Manifest:
        kind, name = self.random.choice(("Deployment/web", "ReplicaSet/web", "ReplicaSet/db", "Deployment/db")).split(
            "/"
        )
        manifest = self._made("apps/v1", kind, name, self._where(), spec={"template": self._template()})
        manifest["metadata"]["ownerReferences"] = self._owners()
        return manifest

    def _cron_job(self) -> Manifest:
        spec = {"jobTemplate": {"spec": {"template": self._template()}}}
        return self._made("batch/v1", "CronJob", "nightly", self._where(), spec=spec)

    def _made_by_orchestrator(self) -> Manifest:
        node, pod = self.random.choice(_NODES), f"pod{self.random.randrange(4)}"
        interface = self.random.choice(("eth0", "eth1"))
        spec: Manifest = {
            "orchestrator": "k8s",
            "node": node,
            "pod": pod,
            "ipNetworks": [f"{self._address()}/32"] if not self.one_in(6) else [],
            "interfaceName": "cali1",
            "profiles": self.random.sample(_PROFILES, self.random.randint(0, 3)),
            "endpoint": interface,
        }
        return self._made(_CALICO, "WorkloadEndpoint", f"{node}-k8s-{pod}-{interface}", self._where(), spec=spec)

    # What gives.

    def _a_namespace(self) -> Manifest:
        return self._made("v1", "Namespace", self._where())

    def _an_account(self) -> Manifest:
        return self._made("v1", "ServiceAccount", self.random.choice(_ACCOUNTS), self._where())

    def _profile(self) -> Manifest:
        spec: Manifest = {"labelsToApply": self.labels()}
        if self.one_in(2):
            spec["ingress"] = [{"action": self.random.choice(("Allow", "Deny"))}]
        name = self.random.choice(("custom", "custom", "kns.red", "ksa.red.robot", "projectcalico-default-allow"))
        return self._made(_CALICO, "Profile", name, spec=spec)

    # Policies.

    def _a_policy(self) -> Manifest:
        number = self.random.randrange(4)
        kind = self.random.randrange(7)
        if kind == 0:
            return self._cluster_policy(number)
        if kind == 1:
            return self._admin_policy(self.random.choice(("AdminNetworkPolicy", "BaselineAdminNetworkPolicy")))
        if kind == 2:
            return self._staged(self._policy(number, ("default",)))
        if kind == 3:
            return self.host_policy(number)
        return self._policy(number, ("early", "late", "default", "kube-admin"))

    def _staged(self, manifest: Manifest) -> Manifest:
        is_kubernetes = manifest["apiVersion"].startswith("networking")
        kind = "StagedKubernetesNetworkPolicy" if is_kubernetes else f"Staged{manifest['kind']}"
        spec = {"stagedAction": "Delete"} if self.one_in(4) else manifest["spec"]
        return {**manifest, "apiVersion": _CALICO, "kind": kind, "spec": spec}

    def _a_tier(self) -> Manifest:
        return self._tier(self.random.choice(("early", "late", "default", "unused")))

    def _a_set(self) -> Manifest:
        return self._network_set(self.random.randrange(2))

    # Hosts.

    def _host(self) -> Manifest:
        number = self.random.randrange(2)
        manifest = self._host_endpoint(number, self.random.choice(("eth0", "*")))
        if self.one_in(2):
            manifest["metadata"]["name"] = f"{self.random.choice(_NODES)}-auto-hep"
        manifest["spec"]["profiles"] = self.random.sample(_PROFILES, self.random.randint(0, 2))
        return manifest

    def _node(self) -> Manifest:
        addresses = [{"type": kind, "address": self._address()} for kind in ("InternalIP", "ExternalIP")]
        return self._made("v1", "Node", self.random.choice(_NODES), status={"addresses": addresses})

    def _calico_node(self) -> Manifest:
        spec: Manifest = {"bgp": {"ipv4Address": f"{self._address()}/24"}} if self.one_in(2) else {}
        return self._made(_CALICO, "Node", self.random.choice(_NODES), spec=spec)

    def _controllers(self) -> Manifest:
        wanted: Manifest = {"autoCreate": self.random.choice(("Enabled", "Enabled", "Disabled"))}
        wanted["createDefaultHostEndpoint"] = self.random.choice(("Enabled", "Disabled"))
        templates = self.random.sample(("in", "out"), self.random.randint(0, 2))
        wanted["templates"] = [
            {
                "generateName": name,
                "nodeSelector": self.selector(),
                "interfaceCIDRs": ["10.65.0.0/16"],
                "labels": self.labels(),
            }
            for name in templates
        ]
        spec = {"controllers": {"node": {"hostEndpoint": wanted}}}
        return self._made(_CALICO, "KubeControllersConfiguration", "default", spec=spec)

    def _felix_of(self) -> Manifest:
        manifest = self._felix()
        name = self.random.choice(("default", "node.node1", "node.elsewhere", "some"))
        spec = manifest["spec"] | ({"nodeSelector": self.selector()} if name == "some" else {})
        return {**manifest, "metadata": {"name": name}, "spec": spec}

    def _pool(self) -> Manifest:
        return self._made(_CALICO, "IPPool", "pool", spec={"cidr": "10.65.0.0/16"})

    # Services.

    def _service_somewhere(self) -> Manifest:
        port: Manifest = {"port": 80, "targetPort": self.random.choice((80, 8080, "http"))}
        spec: Manifest = {"selector": {"app": self.random.choice(("web", "db"))}, "ports": [port]}
        spec["type"] = self.random.choice(("ClusterIP", "NodePort", "ExternalName"))
        if self.one_in(5):
            del spec["selector"]
        return self._made("v1", "Service", f"service{self.random.randrange(2)}", self._where(), spec=spec)

    def _endpoint_slice(self) -> Manifest:
        manifest = self._made("discovery.k8s.io/v1", "EndpointSlice", f"slice{self.random.randrange(3)}", self._where())
        manifest["metadata"]["labels"]["kubernetes.io/service-name"] = f"service{self.random.randrange(2)}"
        if self.one_in(6):
            del manifest["metadata"]["labels"]["kubernetes.io/service-name"]
        endpoints = [{"addresses": [self._address()]} for _ in range(self.random.randrange(3))]
        return manifest | {"addressType": "IPv4", "endpoints": endpoints, "ports": [{"port": 80, "protocol": "TCP"}]}

    def _endpoints(self) -> Manifest:
        subset = {"addresses": [{"ip": self._address()}], "ports": [{"port": 80, "protocol": "TCP"}]}
        return self._made("v1", "Endpoints", f"service{self.random.randrange(2)}", self._where(), subsets=[subset])
