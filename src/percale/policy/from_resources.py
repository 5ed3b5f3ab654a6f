"""Decoded manifests into a world: the one place where resources of different kinds meet."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import takewhile
from typing import TypeVar

import msgspec

from percale.policy import from_admin, from_calico, from_kubernetes
from percale.policy.endpoints import Endpoint
from percale.policy.from_admin import ADMIN_TIER, BASELINE_TIER
from percale.policy.from_calico_endpoints import labels_by_profile, workload_endpoint_from
from percale.policy.from_hosts import DEFAULT_ALLOW, automatic, host_endpoint_from, nodes_from
from percale.policy.from_services import backends_of, external_ports_of, listed_backends, service_of
from percale.policy.from_settings import cluster_settings, settings_by_node
from percale.policy.from_workloads import (
    Inherited,
    is_finished,
    namespace_profile,
    network_set_from,
    pod_template,
    workload_from,
)
from percale.policy.policies import Policy, PolicySet, Profile, Tier
from percale.policy.rules import ALLOW_ALL, ServiceRef
from percale.policy.world import Node, ServiceBackend, World
from percale.resources.admin_network_policy import AdminNetworkPolicy, BaselineAdminNetworkPolicy
from percale.resources.calico_policy import GlobalNetworkPolicy, NetworkPolicy
from percale.resources.calico_policy import Tier as TierResource
from percale.resources.cluster_network_policy import ClusterNetworkPolicy
from percale.resources.decode import Located, Manifests
from percale.resources.documents import no_garbage_collection
from percale.resources.felix_configuration import FelixConfiguration
from percale.resources.host_endpoint import HostEndpoint
from percale.resources.kinds import AnyResource, is_namespaced
from percale.resources.kube_controllers_configuration import KubeControllersConfiguration
from percale.resources.kubernetes_policy import KubernetesNetworkPolicy
from percale.resources.network_set import GlobalNetworkSet, NetworkSet
from percale.resources.node import CalicoNode, KubernetesNode
from percale.resources.profile import Profile as ProfileResource
from percale.resources.service_endpoints import Endpoints, EndpointSlice
from percale.resources.staged_policy import (
    StagedGlobalNetworkPolicy,
    StagedKubernetesNetworkPolicy,
    StagedNetworkPolicy,
)
from percale.resources.workload import CronJob, Namespace, Pod, Service, ServiceAccount, Workload
from percale.resources.workload_endpoint import WorkloadEndpoint

T = TypeVar("T")

DEFAULT_NAMESPACE = "default"


@no_garbage_collection()
def world_of(manifests: Manifests) -> World:
    located = [Located(in_namespace(item.resource), item.document) for item in manifests.items]
    read = _Read([item.resource for item in located])
    inherited = Inherited.of(read.all(Namespace), read.all(ServiceAccount))
    every: list[Pod | Workload | CronJob] = [*read.all(Pod), *read.all(Workload), *read.all(CronJob)]
    pods = [one for one in every if not is_finished(one)]
    on_host = [one for one in pods if pod_template(one)[1].host_network]
    from_pods = _without_templates([workload_from(one, inherited) for one in pods if one not in on_host])
    workloads = (*from_pods, *_workload_endpoints(read, inherited, from_pods))
    nodes = nodes_from(read.all(KubernetesNode), read.all(CalicoNode))
    settings = cluster_settings(read.all(FelixConfiguration))
    profiles = _profiles(read, {one.namespace for one in from_pods})
    return World(
        policies=PolicySet.of(_tiers(read), _policies(located)),
        workloads=tuple(_without_missing(one, profiles) for one in workloads),
        network_sets=tuple(_network_sets(read, inherited)),
        host_endpoints=tuple(_without_missing(one, profiles) for one in _host_endpoints(read, inherited, nodes)),
        profiles=profiles,
        services=_services(read, workloads),
        external_ports=tuple(port for one in read.all(Service) for port in external_ports_of(one)),
        nodes=nodes,
        host_networked=tuple(workload_from(one, inherited) for one in on_host),
        settings=settings,
        settings_of_node=settings_by_node(read.all(FelixConfiguration), nodes, settings),
    )


class _Read:
    """The resources, asked for by kind."""

    def __init__(self, resources: Iterable[AnyResource]) -> None:
        self._by_type: dict[type, list[AnyResource]] = {}
        for one in resources:
            self._by_type.setdefault(type(one), []).append(one)

    def all(self, kind: type[T]) -> list[T]:
        return [one for one in self._by_type.get(kind, []) if isinstance(one, kind)]


def _tiers(read: _Read) -> Iterator[Tier]:
    """Those of the kinds that the newest Calico ignores exist only where such a policy does."""
    yield from map(from_calico.tier_from, read.all(TierResource))
    if read.all(AdminNetworkPolicy):
        yield ADMIN_TIER
    if read.all(BaselineAdminNetworkPolicy):
        yield BASELINE_TIER


def _network_sets(read: _Read, inherited: Inherited) -> Iterator[Endpoint]:
    every: list[NetworkSet | GlobalNetworkSet] = [*read.all(NetworkSet), *read.all(GlobalNetworkSet)]
    return (network_set_from(one, inherited) for one in every)


def _workload_endpoints(read: _Read, inherited: Inherited, pods: tuple[Endpoint, ...]) -> Iterator[Endpoint]:
    """Not those that were made from pods which are here themselves; one without addresses is not enforced."""
    here = {str(one) for one in pods}
    written = _labels_to_apply(read)
    for resource in read.all(WorkloadEndpoint):
        given = labels_by_profile(resource.spec.profiles, inherited, written)
        one = workload_endpoint_from(resource, given)
        if one.networks and str(one) not in here:
            yield one


def _host_endpoints(read: _Read, inherited: Inherited, nodes: tuple[Node, ...]) -> tuple[Endpoint, ...]:
    """Written ones, then automatic ones that nobody has written under the same name."""
    written = _labels_to_apply(read)
    found = [
        host_endpoint_from(one, labels_by_profile(one.spec.profiles, inherited, written))
        for one in read.all(HostEndpoint)
    ]
    names = {one.name for one in found}
    made = automatic(read.all(KubeControllersConfiguration), nodes)
    return (*found, *(one for one in made if one.name not in names))


def _labels_to_apply(read: _Read) -> dict[str, Mapping[str, str]]:
    return {one.metadata.name: one.spec.labels_to_apply for one in read.all(ProfileResource)}


def _profiles(read: _Read, namespaces: Iterable[str]) -> dict[str, Profile]:
    allow = Profile(DEFAULT_ALLOW, (ALLOW_ALL,), (ALLOW_ALL,))
    declared = [one.metadata.name for one in read.all(Namespace)]
    made = [namespace_profile(name) for name in dict.fromkeys([*declared, *namespaces])]
    written = map(from_calico.profile_from, read.all(ProfileResource))
    return {profile.name: profile for profile in (allow, *made, *written)}


def _without_missing(one: Endpoint, profiles: Mapping[str, Profile]) -> Endpoint:
    """A profile that does not exist denies everything, so that those after it are never asked."""
    # Those of service accounts exist for their labels alone: they have no rules.
    there = takewhile(lambda name: name in profiles or name.startswith("ksa."), one.profiles)
    return replace(one, profiles=tuple(there))


def _services(read: _Read, workloads: tuple[Endpoint, ...]) -> dict[ServiceRef, tuple[ServiceBackend, ...]]:
    found = {
        ServiceRef(one.metadata.namespace, one.metadata.name): backends_of(one, workloads) for one in read.all(Service)
    }
    listed: dict[ServiceRef, list[ServiceBackend]] = {}
    every: list[EndpointSlice | Endpoints] = [*read.all(EndpointSlice), *read.all(Endpoints)]
    for one in every:
        if service := service_of(one):
            listed.setdefault(service, []).extend(listed_backends(one))
    return found | {service: tuple(backends) for service, backends in listed.items()}


def in_namespace(resource: AnyResource) -> AnyResource:
    """With the namespace that a client would fill in."""
    if resource.metadata.namespace or not is_namespaced(resource):
        return resource
    metadata = msgspec.structs.replace(resource.metadata, namespace=DEFAULT_NAMESPACE)
    return msgspec.structs.replace(resource, metadata=metadata)


def _policies(located: list[Located]) -> Iterator[Policy]:
    for item in located:
        match item.resource:
            case StagedNetworkPolicy() | StagedGlobalNetworkPolicy() | StagedKubernetesNetworkPolicy() as resource if (
                resource.spec.staged_action == "Delete"
            ):
                # It says that a policy is to go, and is itself none.
                continue
            case KubernetesNetworkPolicy() | StagedKubernetesNetworkPolicy() as resource:
                yield from_kubernetes.policy_from(resource, item.document.place_of(()))
            case (
                NetworkPolicy() | GlobalNetworkPolicy() | StagedNetworkPolicy() | StagedGlobalNetworkPolicy()
            ) as resource:
                yield from_calico.policy_from(resource, item.document.place_of(()))
            case ClusterNetworkPolicy() | AdminNetworkPolicy() | BaselineAdminNetworkPolicy() as resource:
                yield from_admin.policy_from(resource, item.document.place_of(()))


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
