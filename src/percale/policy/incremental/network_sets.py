"""Network sets, with the labels of their namespaces."""

from collections.abc import Iterable
from typing import Generic, TypeVar

from percale.policy.endpoints import Endpoint
from percale.policy.from_workloads import Inherited, network_set_from
from percale.policy.incremental.hanging import Hanging
from percale.policy.incremental.ledger import Ledger, Moved, Sortable
from percale.policy.incremental.same import same_endpoint
from percale.resources.network_set import GlobalNetworkSet, NetworkSet

K = TypeVar("K", bound=Sortable)


class NetworkSets(Generic[K]):
    def __init__(self, inherited: Inherited) -> None:
        self.resources: Ledger[K, NetworkSet | GlobalNetworkSet] = Ledger()
        self.shown: Ledger[K, Endpoint] = Ledger(same_endpoint)
        self._inherited = inherited
        self._in_namespace: Hanging[str, K] = Hanging()

    def settle(self, namespaces: Iterable[str]) -> list[Moved[K, Endpoint]]:
        """Those are the ones whose labels have changed."""
        stale = set()
        for moved in self.resources.settle():
            stale.add(moved.key)
            self._in_namespace.move(moved.key, _namespace(moved.before), _namespace(moved.after))
        for key in stale.union(self._in_namespace.on(namespaces)):
            resource = self.resources.now.get(key)
            self.shown.put(key, network_set_from(resource, self._inherited) if resource else None)
        return self.shown.settle()


def _namespace(one: NetworkSet | GlobalNetworkSet | None) -> list[str]:
    return [one.metadata.namespace] if isinstance(one, NetworkSet) else []
