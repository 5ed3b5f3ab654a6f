"""Endpoints that name their profiles themselves: written by orchestrators, and those of hosts."""

from collections.abc import Callable, Iterable, Iterator
from typing import Generic, TypeVar

from percale.policy.endpoints import Endpoint
from percale.policy.from_calico_endpoints import without_missing, workload_endpoint_from, workload_endpoint_name
from percale.policy.from_hosts import host_endpoint_from
from percale.policy.incremental.givers import Givers
from percale.policy.incremental.hanging import Hanging, Presence
from percale.policy.incremental.ledger import Ledger, Moved, Sortable
from percale.policy.incremental.same import same_endpoint
from percale.resources.host_endpoint import HostEndpoint
from percale.resources.workload_endpoint import WorkloadEndpoint

K = TypeVar("K", bound=Sortable)
R = TypeVar("R", WorkloadEndpoint, HostEndpoint)


class WorkloadEndpoints(Generic[K]):
    """Not those that were made from pods which are here themselves; one without addresses is not enforced."""

    def __init__(self, givers: Givers[K], pods: Presence[str]) -> None:
        self.resources: Ledger[K, WorkloadEndpoint] = Ledger()
        self.shown: Ledger[K, Endpoint] = Ledger(same_endpoint)
        self._givers = givers
        self._pods = pods
        self._with_profile: Hanging[str, K] = Hanging()
        self._with_name: Hanging[str, K] = Hanging()
        self._in_namespace: Hanging[str, K] = Hanging()

    def in_namespace(self, name: str) -> Iterator[tuple[K, Endpoint]]:
        return ((key, self.shown.now[key]) for key in self._in_namespace.on([name]) if key in self.shown.now)

    def settle(self, profiles: Iterable[str], pods: Iterable[str]) -> list[Moved[K, Endpoint]]:
        """Profiles by which they may be others, names of pods that have come or gone."""
        stale = set()
        for moved in self.resources.settle():
            stale.add(moved.key)
            _hang(self._with_profile, moved, _profiles)
            _hang(self._with_name, moved, _names)
            _hang(self._in_namespace, moved, lambda one: [one.metadata.namespace])
        for key in stale.union(self._with_profile.on(profiles), self._with_name.on(pods)):
            resource = self.resources.now.get(key)
            self.shown.put(key, self._resolved(resource) if resource else None)
        return self.shown.settle()

    def _resolved(self, resource: WorkloadEndpoint) -> Endpoint | None:
        one = workload_endpoint_from(resource, self._givers.labels_by(resource.spec.profiles))
        if not one.networks or str(one) in self._pods:
            return None
        return without_missing(one, self._givers.profiles.now)


class HostEndpoints(Generic[K]):
    """Those that somebody has written."""

    def __init__(self, givers: Givers[K]) -> None:
        self.resources: Ledger[K, HostEndpoint] = Ledger()
        self.shown: Ledger[K, Endpoint] = Ledger(same_endpoint)
        self._givers = givers
        self._with_profile: Hanging[str, K] = Hanging()

    def settle(self, profiles: Iterable[str]) -> list[Moved[K, Endpoint]]:
        stale = set()
        for moved in self.resources.settle():
            stale.add(moved.key)
            _hang(self._with_profile, moved, _profiles)
        for key in stale.union(self._with_profile.on(profiles)):
            resource = self.resources.now.get(key)
            self.shown.put(key, self._resolved(resource) if resource else None)
        return self.shown.settle()

    def _resolved(self, resource: HostEndpoint) -> Endpoint:
        one = host_endpoint_from(resource, self._givers.labels_by(resource.spec.profiles))
        return without_missing(one, self._givers.profiles.now)


def _hang(hanging: Hanging[str, K], moved: Moved[K, R], names: Callable[[R], Iterable[str]]) -> None:
    before, after = ([] if one is None else names(one) for one in (moved.before, moved.after))
    hanging.move(moved.key, before, after)


def _profiles(one: WorkloadEndpoint | HostEndpoint) -> Iterable[str]:
    return dict.fromkeys(one.spec.profiles)


def _names(one: WorkloadEndpoint) -> Iterable[str]:
    """As an endpoint writes itself."""
    return [f"{one.metadata.namespace}/{workload_endpoint_name(one)}"]
