"""What Calico's validator, its schema and the Kubernetes API server refuse: calico-semantics §6 and §9.2."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from percale.resources.calico_policy import GlobalNetworkPolicy, NetworkPolicy, Tier
from percale.resources.faults import Fault
from percale.resources.kinds import AnyResource, Kind
from percale.resources.kubernetes_policy import KubernetesNetworkPolicy
from percale.resources.network_set import GlobalNetworkSet, NetworkSet
from percale.resources.validation.calico_policies import global_policy_findings, policy_findings
from percale.resources.validation.kubernetes_policies import kubernetes_policy_findings
from percale.resources.validation.metadata import metadata_findings
from percale.resources.validation.network_sets import network_set_findings
from percale.resources.validation.tiers import tier_findings
from percale.resources.validation.workloads import (
    cron_job_findings,
    pod_findings,
    service_findings,
    workload_findings,
)
from percale.resources.workload import CronJob, Namespace, Pod, Service, ServiceAccount, Workload


def _metadata_only(_: AnyResource) -> Iterator[Fault]:
    return iter(())


#: Each function takes the type that it stands beside.
CHECKS: Mapping[type[AnyResource], Callable[[Any], Iterator[Fault]]] = {
    NetworkPolicy: policy_findings,
    GlobalNetworkPolicy: global_policy_findings,
    Tier: tier_findings,
    NetworkSet: network_set_findings,
    GlobalNetworkSet: network_set_findings,
    KubernetesNetworkPolicy: kubernetes_policy_findings,
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
