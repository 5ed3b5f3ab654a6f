"""Which kind of resource goes where, and who is to be worked out after whom."""

from collections.abc import Callable, Iterable
from typing import Any, Generic, TypeVar

from percale.policy.endpoints import Endpoint
from percale.policy.from_policies import policy_from
from percale.policy.from_resources import in_namespace
from percale.policy.incremental.automatic import AutomaticHostEndpoints
from percale.policy.incremental.difference import Change, Difference
from percale.policy.incremental.givers import Givers
from percale.policy.incremental.hanging import Presence
from percale.policy.incremental.ledger import Moved, Sortable
from percale.policy.incremental.network_sets import NetworkSets
from percale.policy.incremental.nodes import Nodes, Settings
from percale.policy.incremental.pods import Pods
from percale.policy.incremental.policies import Policies
from percale.policy.incremental.profiled import HostEndpoints, WorkloadEndpoints
from percale.policy.incremental.services import Services
from percale.resources.admin_network_policy import AdminNetworkPolicy, BaselineAdminNetworkPolicy
from percale.resources.calico_policy import GlobalNetworkPolicy, NetworkPolicy, Tier
from percale.resources.cluster_network_policy import ClusterNetworkPolicy
from percale.resources.decode import Located
from percale.resources.felix_configuration import FelixConfiguration
from percale.resources.host_endpoint import HostEndpoint
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
from percale.resources.workload import CronJob, Namespace, Pod, Service, ServiceAccount, Workload
from percale.resources.workload_endpoint import WorkloadEndpoint

K = TypeVar("K", bound=Sortable)
V = TypeVar("V")

_POLICIES = (
    KubernetesNetworkPolicy,
    NetworkPolicy,
    GlobalNetworkPolicy,
    StagedKubernetesNetworkPolicy,
    StagedNetworkPolicy,
    StagedGlobalNetworkPolicy,
    ClusterNetworkPolicy,
    AdminNetworkPolicy,
    BaselineAdminNetworkPolicy,
)

#: Where a resource stands among all of its sort: first by its kind, then by its key.
Place = tuple[int, K]


class Stages(Generic[K]):
    """A stage takes resources, and settles after those that it looks at."""

    def __init__(self) -> None:
        self.givers: Givers[Place[K]] = Givers()
        self.pods: Pods[Place[K]] = Pods(self.givers.inherited)
        self.names: Presence[str] = Presence()
        self.workload_endpoints: WorkloadEndpoints[Place[K]] = WorkloadEndpoints(self.givers, self.names)
        self.network_sets: NetworkSets[Place[K]] = NetworkSets(self.givers.inherited)
        self.nodes: Nodes[Place[K]] = Nodes()
        self.settings: Settings[Place[K]] = Settings(self.nodes.known)
        self.host_endpoints: HostEndpoints[Place[K]] = HostEndpoints(self.givers)
        self.host_names: Presence[str] = Presence()
        self.automatic: AutomaticHostEndpoints[Place[K]] = AutomaticHostEndpoints(self.nodes, self.host_names)
        self.services: Services[Place[K]] = Services(self._workloads)
        self.policies: Policies[Place[K]] = Policies()
        self._kinds: dict[K, type] = {}
        self._doors = self._all_doors()

    @property
    def kinds(self) -> frozenset[type]:
        return frozenset(self._doors)

    @property
    def keys(self) -> Iterable[K]:
        return self._kinds.keys()

    def put(self, key: K, item: Located | None) -> None:
        kind = type(item.resource) if item else None
        before = self._kinds.pop(key, None)
        if before and before is not kind:
            self._enter(before, key, None)
        if kind in self._doors:
            self._kinds[key] = kind
            self._enter(kind, key, item)

    def _enter(self, kind: type, key: K, item: Located | None) -> None:
        group, door = self._doors[kind]
        door((group, key), item)

    def settle(self) -> Difference:
        namespaces, accounts = self.givers.settle_labels()
        self.pods.settle(namespaces, accounts)
        pods = self.pods.shown.settle()
        for one in pods:
            self.names.move(_name(one.before), _name(one.after))
        profiles, stale = self.givers.settle_profiles(pods)
        workloads = [*pods, *self.workload_endpoints.settle(stale, self.names.turned())]
        hosts = self.host_endpoints.settle(stale)
        for one in hosts:
            self.host_names.move(_name(one.before), _name(one.after))
        nodes = self.nodes.settle()
        automatic = self.automatic.settle(nodes, self.host_names.turned())
        policies, tiers = self.policies.settle()
        return Difference(
            workloads=_changes(workloads),
            host_endpoints=(*_changes(hosts), *_changes(automatic)),
            network_sets=_changes(self.network_sets.settle(namespaces)),
            host_networked=_changes(self.pods.on_host.settle()),
            policies=policies,
            tiers=tiers,
            profiles=profiles,
            services=self.services.settle(workloads),
            nodes=nodes,
            settings=self.settings.settle(nodes),
        )

    def _workloads(self, namespace: str) -> Iterable[tuple[Place[K], Endpoint]]:
        yield from self.pods.in_namespace(namespace)
        yield from self.workload_endpoints.in_namespace(namespace)

    def _all_doors(self) -> dict[type, tuple[int, Callable[[Place[K], Located | None], None]]]:
        """In the order in which kinds of one sort stand in a world."""
        by_resource: dict[type, Callable[[Place[K], Any], None]] = {
            Namespace: self.givers.namespaces.put,
            ServiceAccount: self.givers.accounts.put,
            Profile: self.givers.written.put,
            Pod: self.pods.put,
            Workload: self.pods.put,
            CronJob: self.pods.put,
            WorkloadEndpoint: self.workload_endpoints.resources.put,
            NetworkSet: self.network_sets.resources.put,
            GlobalNetworkSet: self.network_sets.resources.put,
            HostEndpoint: self.host_endpoints.resources.put,
            KubernetesNode: self.nodes.kubernetes.put,
            CalicoNode: self.nodes.calico.put,
            KubeControllersConfiguration: self.automatic.configurations.put,
            FelixConfiguration: self.settings.configurations.put,
            Service: self.services.resources.put,
            EndpointSlice: self.services.put_listed,
            Endpoints: self.services.put_listed,
            Tier: self.policies.tiers.put,
        }
        doors = {kind: (group, _of_resource(door)) for group, (kind, door) in enumerate(by_resource.items())}
        return doors | dict.fromkeys(_POLICIES, (len(doors), self._put_policy))

    def _put_policy(self, key: Place[K], item: Located | None) -> None:
        self.policies.policies.put(
            key, policy_from(Located(in_namespace(item.resource), item.document)) if item else None
        )


def _of_resource(door: Callable[[V, Any], None]) -> Callable[[V, Located | None], None]:
    return lambda key, item: door(key, in_namespace(item.resource) if item else None)


def _name(one: Endpoint | None) -> list[str]:
    return [str(one)] if one else []


def _changes(moved: Iterable[Moved[Any, Endpoint]]) -> tuple[Change, ...]:
    return tuple(Change(one.before, one.after) for one in moved)
