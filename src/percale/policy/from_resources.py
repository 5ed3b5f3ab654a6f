"""Decoded manifests into a world: the one place where resources of different kinds meet."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

import msgspec

from percale.policy import from_calico, from_kubernetes
from percale.policy.endpoints import Endpoint
from percale.policy.from_services import backends_of
from percale.policy.from_workloads import (
    Inherited,
    is_finished,
    namespace_profile,
    network_set_from,
    pod_template,
    workload_from,
)
from percale.policy.policies import Policy, PolicySet
from percale.policy.rules import ServiceRef
from percale.policy.world import World
from percale.resources.calico_policy import GlobalNetworkPolicy, NetworkPolicy, Tier
from percale.resources.decode import Located, Manifests
from percale.resources.kinds import AnyResource, is_namespaced
from percale.resources.kubernetes_policy import KubernetesNetworkPolicy
from percale.resources.network_set import GlobalNetworkSet, NetworkSet
from percale.resources.workload import CronJob, Namespace, Pod, Service, ServiceAccount, Workload

DEFAULT_NAMESPACE = "default"


def world_of(manifests: Manifests) -> World:
    located = [Located(in_namespace(item.resource), item.document) for item in manifests.items]
    resources = [item.resource for item in located]
    inherited = Inherited.of(
        (one for one in resources if isinstance(one, Namespace)),
        (one for one in resources if isinstance(one, ServiceAccount)),
    )
    pods = [one for one in resources if isinstance(one, Pod | Workload | CronJob) and not is_finished(one)]
    on_host = [one for one in pods if pod_template(one)[1].host_network]
    workloads = _without_templates([workload_from(one, inherited) for one in pods if one not in on_host])
    return World(
        policies=PolicySet.of(
            (from_calico.tier_from(one) for one in resources if isinstance(one, Tier)), _policies(located)
        ),
        workloads=workloads,
        network_sets=tuple(
            network_set_from(one, inherited) for one in resources if isinstance(one, NetworkSet | GlobalNetworkSet)
        ),
        profiles={
            profile.name: profile
            for profile in (namespace_profile(name) for name in {one.namespace for one in workloads})
        },
        services={
            ServiceRef(one.metadata.namespace, one.metadata.name): backends_of(one, workloads)
            for one in resources
            if isinstance(one, Service)
        },
        host_networked=tuple(workload_from(one, inherited) for one in on_host),
    )


def in_namespace(resource: AnyResource) -> AnyResource:
    """With the namespace that a client would fill in."""
    if resource.metadata.namespace or not is_namespaced(resource):
        return resource
    metadata = msgspec.structs.replace(resource.metadata, namespace=DEFAULT_NAMESPACE)
    return msgspec.structs.replace(resource, metadata=metadata)


def _policies(located: list[Located]) -> Iterator[Policy]:
    for item in located:
        place = item.document.place_of(())
        match item.resource:
            case KubernetesNetworkPolicy() as resource:
                yield from_kubernetes.policy_from(resource, place)
            case NetworkPolicy() | GlobalNetworkPolicy() as resource:
                yield from_calico.policy_from(resource, place)


def _without_templates(workloads: list[Endpoint]) -> tuple[Endpoint, ...]:
    """Where a dump of a cluster holds both a Deployment and its pods, the pods are the endpoints."""
    templates = {(one.namespace, f"{one.resource_kind}/{one.name}"): one for one in workloads}
    gone = {(one.namespace, owner) for one in workloads for owner in _all_owners(one, templates)}
    # Two pods may have one name as long as the server has yet to complete it, by `generateName`.
    return tuple(
        replace(one, owners=_all_owners(one, templates))
        for one in workloads
        if (one.namespace, f"{one.resource_kind}/{one.name}") not in gone
    )


def _all_owners(one: Endpoint, templates: Mapping[tuple[str, str], Endpoint]) -> tuple[str, ...]:
    """A pod's ReplicaSet, and the Deployment of that one."""
    above = [templates[one.namespace, owner] for owner in one.owners if (one.namespace, owner) in templates]
    return tuple(dict.fromkeys([*one.owners, *(owner for template in above for owner in template.owners)]))
