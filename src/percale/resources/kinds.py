"""Which kinds Percale reads, under which group and version, and what to make of each."""

from dataclasses import dataclass

from percale.resources.admin_network_policy import AdminNetworkPolicy, BaselineAdminNetworkPolicy
from percale.resources.calico_policy import GlobalNetworkPolicy, NetworkPolicy, Tier
from percale.resources.cluster_network_policy import ClusterNetworkPolicy
from percale.resources.felix_configuration import FelixConfiguration
from percale.resources.host_endpoint import HostEndpoint
from percale.resources.ip_pool import IpPool
from percale.resources.kube_controllers_configuration import KubeControllersConfiguration
from percale.resources.kubernetes_policy import KubernetesNetworkPolicy
from percale.resources.network_set import GlobalNetworkSet, NetworkSet
from percale.resources.node import CalicoNode, KubernetesNode
from percale.resources.profile import Profile
from percale.resources.service_endpoints import Endpoints, EndpointSlice
from percale.resources.staged_policy import (
    StagedGlobalNetworkPolicy,
    StagedKubernetesNetworkPolicy,
    StagedNetworkPolicy,
)
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
from percale.resources.workload_endpoint import WorkloadEndpoint

CALICO = "projectcalico.org/v3"
#: The storage form of Calico's kinds; writing it skips validation and defaulting.
CALICO_STORAGE = "crd.projectcalico.org/v1"
#: The group of policies that administrators set above and below those of namespaces.
ADMIN = "policy.networking.k8s.io"

AnyResource = Resource | OpenResource


@dataclass(frozen=True, slots=True, eq=False)
class Kind:
    """There is one of each, below."""

    name: str
    api_version: str
    type: type[AnyResource]
    namespaced: bool = True


KINDS = (
    Kind("Namespace", "v1", Namespace, namespaced=False),
    Kind("ServiceAccount", "v1", ServiceAccount),
    Kind("Node", "v1", KubernetesNode, namespaced=False),
    Kind("Pod", "v1", Pod),
    Kind("Service", "v1", Service),
    Kind("Endpoints", "v1", Endpoints),
    Kind("EndpointSlice", "discovery.k8s.io/v1", EndpointSlice),
    Kind("Deployment", "apps/v1", Workload),
    Kind("StatefulSet", "apps/v1", Workload),
    Kind("DaemonSet", "apps/v1", Workload),
    Kind("ReplicaSet", "apps/v1", Workload),
    Kind("Job", "batch/v1", Workload),
    Kind("CronJob", "batch/v1", CronJob),
    Kind("NetworkPolicy", "networking.k8s.io/v1", KubernetesNetworkPolicy),
    Kind("ClusterNetworkPolicy", f"{ADMIN}/v1alpha2", ClusterNetworkPolicy, namespaced=False),
    Kind("AdminNetworkPolicy", f"{ADMIN}/v1alpha1", AdminNetworkPolicy, namespaced=False),
    Kind("BaselineAdminNetworkPolicy", f"{ADMIN}/v1alpha1", BaselineAdminNetworkPolicy, namespaced=False),
    Kind("NetworkPolicy", CALICO, NetworkPolicy),
    Kind("GlobalNetworkPolicy", CALICO, GlobalNetworkPolicy, namespaced=False),
    Kind("Tier", CALICO, Tier, namespaced=False),
    Kind("NetworkSet", CALICO, NetworkSet),
    Kind("GlobalNetworkSet", CALICO, GlobalNetworkSet, namespaced=False),
    Kind("StagedNetworkPolicy", CALICO, StagedNetworkPolicy),
    Kind("StagedGlobalNetworkPolicy", CALICO, StagedGlobalNetworkPolicy, namespaced=False),
    Kind("StagedKubernetesNetworkPolicy", CALICO, StagedKubernetesNetworkPolicy),
    Kind("HostEndpoint", CALICO, HostEndpoint, namespaced=False),
    Kind("WorkloadEndpoint", CALICO, WorkloadEndpoint),
    Kind("Profile", CALICO, Profile, namespaced=False),
    Kind("IPPool", CALICO, IpPool, namespaced=False),
    Kind("Node", CALICO, CalicoNode, namespaced=False),
    Kind("FelixConfiguration", CALICO, FelixConfiguration, namespaced=False),
    Kind("KubeControllersConfiguration", CALICO, KubeControllersConfiguration, namespaced=False),
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
