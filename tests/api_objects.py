"""What a scripted API server holds: objects, their versions and their history, as Kubernetes keeps them."""

import copy
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from threading import Condition
from typing import Any

Object = dict[str, Any]
CALICO, STORAGE = "projectcalico.org/v3", "crd.projectcalico.org/v1"
ADMIN = "policy.networking.k8s.io"
DEFINITIONS = ("apiextensions.k8s.io/v1", "customresourcedefinitions")


@dataclass(frozen=True, slots=True)
class Served:
    group_version: str
    plural: str
    kind: str
    namespaced: bool = True

    @property
    def collection(self) -> tuple[str, str]:
        return self.group_version, self.plural


CORE = (
    Served("v1", "namespaces", "Namespace", namespaced=False),
    Served("v1", "nodes", "Node", namespaced=False),
    Served("v1", "pods", "Pod"),
    Served("v1", "serviceaccounts", "ServiceAccount"),
    Served("v1", "services", "Service"),
    Served("apps/v1", "daemonsets", "DaemonSet"),
    Served("apps/v1", "deployments", "Deployment"),
    Served("apps/v1", "statefulsets", "StatefulSet"),
    Served("discovery.k8s.io/v1", "endpointslices", "EndpointSlice"),
    Served("networking.k8s.io/v1", "networkpolicies", "NetworkPolicy"),
    Served(*DEFINITIONS, "CustomResourceDefinition", namespaced=False),
)
ADMIN_KINDS = (
    Served(f"{ADMIN}/v1alpha1", "adminnetworkpolicies", "AdminNetworkPolicy", namespaced=False),
    Served(f"{ADMIN}/v1alpha1", "baselineadminnetworkpolicies", "BaselineAdminNetworkPolicy", namespaced=False),
    Served(f"{ADMIN}/v1alpha2", "clusternetworkpolicies", "ClusterNetworkPolicy", namespaced=False),
)
_CALICO_KINDS = (
    ("networkpolicies", "NetworkPolicy", True),
    ("globalnetworkpolicies", "GlobalNetworkPolicy", False),
    ("stagednetworkpolicies", "StagedNetworkPolicy", True),
    ("stagedglobalnetworkpolicies", "StagedGlobalNetworkPolicy", False),
    ("stagedkubernetesnetworkpolicies", "StagedKubernetesNetworkPolicy", True),
    ("tiers", "Tier", False),
    ("networksets", "NetworkSet", True),
    ("globalnetworksets", "GlobalNetworkSet", False),
    ("hostendpoints", "HostEndpoint", False),
    ("ippools", "IPPool", False),
    ("felixconfigurations", "FelixConfiguration", False),
    ("kubecontrollersconfigurations", "KubeControllersConfiguration", False),
)


def calico_kinds(group_version: str) -> tuple[Served, ...]:
    return tuple(
        Served(group_version, plural, kind, namespaced=namespaced) for plural, kind, namespaced in _CALICO_KINDS
    )


class Refusal(Exception):
    """A Status instead of an answer."""

    def __init__(self, code: int, reason: str, message: str, details: Object | None = None) -> None:
        super().__init__(message)
        self.code = code
        status = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "message": message}
        self.status = {**status, "reason": reason, **({"details": details} if details else {}), "code": code}


@dataclass(frozen=True, slots=True)
class Happened:
    version: int
    type: str
    object: Object


@dataclass(slots=True)
class Objects:
    """All under one lock; `changed` is told of every change."""

    served: dict[tuple[str, str], Served]
    version: int = 1000
    compacted: int = 0
    changed: Condition = field(default_factory=Condition)
    _objects: dict[tuple[str, str], dict[tuple[str, str], Object]] = field(default_factory=dict)
    _history: dict[tuple[str, str], list[Happened]] = field(default_factory=dict)

    def get(self, served: Served, namespace: str, name: str) -> Object:
        found = self._objects.get(served.collection, {}).get((namespace, name))
        if found is None:
            raise Refusal(404, "NotFound", f'{served.plural} "{name}" not found')
        return found

    def all(self, served: Served, namespace: str) -> list[Object]:
        found = self._objects.get(served.collection, {})
        return [found[key] for key in sorted(found) if namespace in ("", key[0])]

    def create(self, served: Served, namespace: str, given: Object) -> Object:
        name = given["metadata"]["name"]
        if (namespace, name) in self._objects.get(served.collection, {}):
            raise Refusal(409, "AlreadyExists", f'{served.plural} "{name}" already exists')
        metadata = {**given["metadata"], "uid": str(uuid.uuid4()), "creationTimestamp": "2026-11-21T09:44:19Z"}
        metadata |= {"generation": 1, "managedFields": [{"manager": "percale", "operation": "Update"}]}
        metadata.pop("namespace", None)
        metadata |= {"namespace": namespace} if namespace else {}
        return self._put(served, "ADDED", {**given, "kind": served.kind, "metadata": metadata})

    def update(self, served: Served, namespace: str, name: str, given: Object) -> Object:
        found = self.get(served, namespace, name)
        before, metadata = found["metadata"], dict(given["metadata"])
        if (version := metadata.get("resourceVersion")) and version != before["resourceVersion"]:
            raise _conflict(served, name)
        if (uid := metadata.get("uid")) and uid != before["uid"]:
            raise Refusal(409, "Conflict", f"Precondition failed: UID in precondition: {uid}")
        kept = {one: before[one] for one in ("uid", "creationTimestamp", "managedFields", "resourceVersion")}
        changed = {**given, "kind": served.kind, "metadata": {**metadata, **kept, "generation": before["generation"]}}
        if changed == found:
            return found
        changed["metadata"]["generation"] += changed.get("spec") != found.get("spec")
        return self._put(served, "MODIFIED", changed)

    def delete(self, served: Served, namespace: str, name: str, options: Object) -> Object:
        found = self.get(served, namespace, name)
        wanted = options.get("preconditions", {}).get("resourceVersion")
        if wanted and wanted != found["metadata"]["resourceVersion"]:
            raise _conflict(served, name)
        if found["metadata"].get("finalizers"):
            gone = {**found["metadata"], "deletionTimestamp": "2026-11-21T09:50:00Z"}
            return self._put(served, "MODIFIED", {**found, "metadata": gone})
        del self._objects[served.collection][namespace, name]
        return self._happened(served, "DELETED", found)

    def after(self, served: Served, namespace: str, version: int) -> list[Happened]:
        history = self._history.get(served.collection, [])
        return [
            one
            for one in history
            if one.version > version and namespace in ("", one.object["metadata"].get("namespace", ""))
        ]

    def compact(self) -> None:
        """Forget what happened, so that nothing can be resumed or continued."""
        with self.changed:
            self.version += 1
            self.compacted = self.version
            self._history = {}
            self.changed.notify_all()

    def put(self, served: Served, given: Object, *, type_: str = "") -> None:
        """As another client does it, whatever is there."""
        metadata = given["metadata"]
        key = metadata.get("namespace", ""), metadata["name"]
        with self.changed:
            there = key in self._objects.get(served.collection, {})
            if type_ == "DELETED":
                self.delete(served, *key, {})
            elif there:
                metadata = {one: value for one, value in metadata.items() if one not in ("resourceVersion", "uid")}
                self.update(served, *key, {**given, "metadata": metadata})
            else:
                self.create(served, key[0], given)

    def drop(self, served: Served) -> None:
        """Everything of a kind."""
        for one in self.all(served, ""):
            metadata = one["metadata"]
            del self._objects[served.collection][metadata.get("namespace", ""), metadata["name"]]
            self._happened(served, "DELETED", one)

    def _put(self, served: Served, type_: str, changed: Object) -> Object:
        stored = self._happened(served, type_, changed)
        metadata = stored["metadata"]
        self._objects.setdefault(served.collection, {})[metadata.get("namespace", ""), metadata["name"]] = stored
        return stored

    def _happened(self, served: Served, type_: str, about: Object) -> Object:
        self.version += 1
        told = copy.deepcopy(about)
        told["metadata"]["resourceVersion"] = str(self.version)
        self._history.setdefault(served.collection, []).append(Happened(self.version, type_, told))
        self.changed.notify_all()
        return told

    def groups(self) -> Iterator[str]:
        yield from sorted({one.group_version for one in self.served.values() if one.group_version != "v1"})


def _conflict(served: Served, name: str) -> Refusal:
    says = "the object has been modified; please apply your changes to the latest version and try again"
    return Refusal(409, "Conflict", f'Operation cannot be fulfilled on {served.plural} "{name}": {says}')
