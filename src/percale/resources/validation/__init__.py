"""What Calico's validator, its schema and the Kubernetes API server refuse: each file names its source."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from percale.resources.admin_network_policy import AdminNetworkPolicy, BaselineAdminNetworkPolicy
from percale.resources.calico_policy import GlobalNetworkPolicy, NetworkPolicy, Tier
from percale.resources.cluster_network_policy import ClusterNetworkPolicy
from percale.resources.faults import Fault
from percale.resources.felix_configuration import FelixConfiguration
from percale.resources.host_endpoint import HostEndpoint
from percale.resources.ip_pool import IpPool
from percale.resources.kinds import AnyResource, Kind
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
from percale.resources.validation.admin_network_policies import (
    admin_network_policy_findings,
    baseline_admin_network_policy_findings,
)
from percale.resources.validation.calico_policies import global_policy_findings, policy_findings
from percale.resources.validation.cluster_network_policies import cluster_network_policy_findings
from percale.resources.validation.felix_configurations import felix_configuration_findings
from percale.resources.validation.host_endpoints import host_endpoint_findings
from percale.resources.validation.ip_pools import ip_pool_findings
from percale.resources.validation.kube_controllers_configurations import kube_controllers_configuration_findings
from percale.resources.validation.kubernetes_policies import kubernetes_policy_findings
from percale.resources.validation.kubernetes_services import service_findings
from percale.resources.validation.metadata import metadata_findings
from percale.resources.validation.network_sets import network_set_findings
from percale.resources.validation.nodes import calico_node_findings, kubernetes_node_findings
from percale.resources.validation.profiles import profile_resource_findings
from percale.resources.validation.service_endpoints import endpoint_slice_findings, endpoints_findings
from percale.resources.validation.staged_policies import (
    staged_global_policy_findings,
    staged_kubernetes_policy_findings,
    staged_policy_findings,
)
from percale.resources.validation.tiers import tier_findings
from percale.resources.validation.workload_endpoints import workload_endpoint_findings
from percale.resources.validation.workloads import (
    cron_job_findings,
    pod_findings,
    workload_findings,
)
from percale.resources.workload import CronJob, Namespace, Pod, Service, ServiceAccount, Workload
from percale.resources.workload_endpoint import WorkloadEndpoint


def _metadata_only(_: AnyResource) -> Iterator[Fault]:
    return iter(())


#: Each function takes the type that it stands beside.
CHECKS: Mapping[type[AnyResource], Callable[[Any], Iterator[Fault]]] = {
    NetworkPolicy: policy_findings,
    GlobalNetworkPolicy: global_policy_findings,
    Tier: tier_findings,
    NetworkSet: network_set_findings,
    GlobalNetworkSet: network_set_findings,
    StagedNetworkPolicy: staged_policy_findings,
    StagedGlobalNetworkPolicy: staged_global_policy_findings,
    StagedKubernetesNetworkPolicy: staged_kubernetes_policy_findings,
    HostEndpoint: host_endpoint_findings,
    WorkloadEndpoint: workload_endpoint_findings,
    Profile: profile_resource_findings,
    IpPool: ip_pool_findings,
    CalicoNode: calico_node_findings,
    FelixConfiguration: felix_configuration_findings,
    KubeControllersConfiguration: kube_controllers_configuration_findings,
    KubernetesNetworkPolicy: kubernetes_policy_findings,
    ClusterNetworkPolicy: cluster_network_policy_findings,
    AdminNetworkPolicy: admin_network_policy_findings,
    BaselineAdminNetworkPolicy: baseline_admin_network_policy_findings,
    KubernetesNode: kubernetes_node_findings,
    EndpointSlice: endpoint_slice_findings,
    Endpoints: endpoints_findings,
    Pod: pod_findings,
    Workload: workload_findings,
    CronJob: cron_job_findings,
    Service: service_findings,
    Namespace: _metadata_only,
    ServiceAccount: _metadata_only,
}


def findings(kind: Kind, resource: AnyResource) -> Iterator[Fault]:
    """Every fault of one decoded resource; what other resources it needs is not looked at."""
    yield from metadata_findings(kind, resource)
    yield from CHECKS[kind.type](resource)
