"""Which kinds Percale reads, under which group and version, and what to make of each."""

from dataclasses import dataclass

from percale.resources.calico_policy import GlobalNetworkPolicy, NetworkPolicy, Tier
from percale.resources.kubernetes_policy import KubernetesNetworkPolicy
from percale.resources.network_set import GlobalNetworkSet, NetworkSet
from percale.resources.wire import Resource
from percale.resources.workload import (
    CronJob,
    Namespace,
    OpenResource,
    Pod,
    Service,
    ServiceAccount,
    Workload,
)

CALICO = "projectcalico.org/v3"
#: The storage form of Calico's kinds; writing it skips validation and defaulting (calico-semantics §1.1).
CALICO_STORAGE = "crd.projectcalico.org/v1"

AnyResource = Resource | OpenResource


@dataclass(frozen=True, slots=True)
class Kind:
    name: str
    api_version: str
    type: type[AnyResource]
    namespaced: bool = True


KINDS = (
    Kind("Namespace", "v1", Namespace, namespaced=False),
    Kind("ServiceAccount", "v1", ServiceAccount),
    Kind("Pod", "v1", Pod),
    Kind("Service", "v1", Service),
    Kind("Deployment", "apps/v1", Workload),
    Kind("StatefulSet", "apps/v1", Workload),
    Kind("DaemonSet", "apps/v1", Workload),
    Kind("ReplicaSet", "apps/v1", Workload),
    Kind("Job", "batch/v1", Workload),
    Kind("CronJob", "batch/v1", CronJob),
    Kind("NetworkPolicy", "networking.k8s.io/v1", KubernetesNetworkPolicy),
    Kind("NetworkPolicy", CALICO, NetworkPolicy),
    Kind("GlobalNetworkPolicy", CALICO, GlobalNetworkPolicy, namespaced=False),
    Kind("Tier", CALICO, Tier, namespaced=False),
    Kind("NetworkSet", CALICO, NetworkSet),
    Kind("GlobalNetworkSet", CALICO, GlobalNetworkSet, namespaced=False),
)

_NAMESPACED = frozenset(kind.type for kind in KINDS if kind.namespaced)
_BY_NAME = {(kind.api_version, kind.name): kind for kind in KINDS}


def kind_of(api_version: str, name: str) -> Kind | None:
    """The kind, also under its storage version; None for a kind that Percale passes over."""
    return _BY_NAME.get((CALICO if api_version == CALICO_STORAGE else api_version, name))


def is_namespaced(resource: AnyResource) -> bool:
    return type(resource) in _NAMESPACED


def other_versions(name: str) -> tuple[str, ...]:
    """Under which versions a kind of that name is read: for `extensions/v1beta1 NetworkPolicy` and typos."""
    return tuple(sorted(kind.api_version for kind in KINDS if kind.name == name))
