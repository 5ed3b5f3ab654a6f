"""Decoded manifests into a world: the one place where resources of different kinds meet."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

import msgspec

from percale.policy import from_calico
from percale.policy.endpoints import Endpoint
from percale.policy.from_admin import ADMIN_TIER, BASELINE_TIER
from percale.policy.from_calico_endpoints import labels_by_profile, without_missing, workload_endpoint_from
from percale.policy.from_hosts import ALLOW_PROFILE, automatic, host_endpoint_from, nodes_from
from percale.policy.from_policies import policy_from
from percale.policy.from_services import backends_of, external_ports_of, listed_backends, service_of
from percale.policy.from_settings import cluster_settings, settings_by_node
from percale.policy.from_workloads import (
    Draft,
    Inherited,
    draft_from,
    is_finished,
    namespace_profile,
    network_set_from,
    workload_from,
    workload_labels,
)
from percale.policy.policies import PolicySet, Profile, Tier
from percale.policy.rules import ServiceRef
from percale.policy.templates import all_owners, reference
from percale.policy.world import Node, ServiceBackend, World
from percale.resources.admin_network_policy import AdminNetworkPolicy, BaselineAdminNetworkPolicy
from percale.resources.calico_policy import Tier as TierResource
from percale.resources.decode import Located, Manifests
from percale.resources.documents import no_garbage_collection
from percale.resources.felix_configuration import FelixConfiguration
from percale.resources.host_endpoint import HostEndpoint
from percale.resources.kinds import AnyResource, is_namespaced
from percale.resources.kube_controllers_configuration import KubeControllersConfiguration
from percale.resources.network_set import GlobalNetworkSet, NetworkSet
from percale.resources.node import CalicoNode, KubernetesNode
from percale.resources.profile import Profile as ProfileResource
from percale.resources.service_endpoints import Endpoints, EndpointSlice
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
    drafts = [draft_from(one) for one in every if not is_finished(one)]
    from_pods = _shown([one for one in drafts if not one.is_on_host], inherited)
    workloads = (*from_pods, *_workload_endpoints(read, inherited, from_pods))
    nodes = nodes_from(read.all(KubernetesNode), read.all(CalicoNode))
    settings = cluster_settings(read.all(FelixConfiguration))
    profiles = _profiles(read, {one.namespace for one in from_pods})
    return World(
        policies=PolicySet.of(_tiers(read), (policy for item in located if (policy := policy_from(item)))),
        workloads=tuple(without_missing(one, profiles) for one in workloads),
        network_sets=tuple(_network_sets(read, inherited)),
        host_endpoints=tuple(without_missing(one, profiles) for one in _host_endpoints(read, inherited, nodes)),
        profiles=profiles,
        services=_services(read, workloads),
        external_ports=tuple(port for one in read.all(Service) for port in external_ports_of(one)),
        nodes=nodes,
        host_networked=tuple(
            workload_from(one, workload_labels(one, inherited), one.endpoint.owners) for one in drafts if one.is_on_host
        ),
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
    declared = [one.metadata.name for one in read.all(Namespace)]
    made = [namespace_profile(name) for name in dict.fromkeys([*declared, *namespaces])]
    written = map(from_calico.profile_from, read.all(ProfileResource))
    return {profile.name: profile for profile in (ALLOW_PROFILE, *made, *written)}


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


def _shown(drafts: Sequence[Draft], inherited: Inherited) -> tuple[Endpoint, ...]:
    """Not the templates of those that are here themselves."""
    templates = {reference(one.endpoint): one.endpoint for one in drafts if one.is_template}
    owners = [all_owners(one.endpoint, templates) for one in drafts]
    hidden = {(one.endpoint.namespace, owner) for one, own in zip(drafts, owners, strict=True) for owner in own}
    return tuple(
        workload_from(one, workload_labels(one, inherited), own)
        for one, own in zip(drafts, owners, strict=True)
        if not (one.is_template and reference(one.endpoint) in hidden)
    )
