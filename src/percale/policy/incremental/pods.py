"""Pods and whatever makes pods, with the labels of their namespaces and service accounts."""

from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import Generic, TypeVar

from percale.policy.endpoints import Endpoint
from percale.policy.from_workloads import (
    Draft,
    Inherited,
    draft_from,
    is_finished,
    workload_from,
    workload_labels,
)
from percale.policy.incremental.hanging import Hanging
from percale.policy.incremental.ledger import Ledger, Moved, Sortable
from percale.policy.incremental.ownership import Ownership
from percale.policy.incremental.same import same_draft, same_endpoint
from percale.resources.workload import CronJob, Pod, Workload

K = TypeVar("K", bound=Sortable)

#: A namespace and a name in it.
Account = tuple[str, str]


class Pods(Generic[K]):
    def __init__(self, inherited: Inherited) -> None:
        self.shown: Ledger[K, Endpoint] = Ledger(same_endpoint)
        self.on_host: Ledger[K, Endpoint] = Ledger(same_endpoint)
        self._inherited = inherited
        self._drafts: Ledger[K, Draft] = Ledger(same_draft)
        self._in_namespace: Hanging[str, K] = Hanging()
        self._under_account: Hanging[Account, K] = Hanging()
        self._ownership: Ownership[K] = Ownership()

    def put(self, key: K, resource: Pod | Workload | CronJob | None) -> None:
        is_there = resource is not None and not is_finished(resource)
        self._drafts.put(key, draft_from(resource) if resource is not None and is_there else None)

    def settle(self, namespaces: Iterable[str], accounts: Iterable[Account]) -> None:
        """Those are the ones whose labels have changed."""
        stale = set()
        for moved in self._drafts.settle():
            stale.add(moved.key)
            self._hang(moved)
        stale |= self._ownership.turned()
        labels = _Labels(self._inherited)
        for key in stale.union(self._in_namespace.on(namespaces), self._under_account.on(accounts)):
            self._resolve(key, labels)

    def in_namespace(self, name: str) -> Iterator[tuple[K, Endpoint]]:
        return ((key, self.shown.now[key]) for key in self._in_namespace.on([name]) if key in self.shown.now)

    def _hang(self, moved: Moved[K, Draft]) -> None:
        before, after = moved.before, moved.after
        was, now = (_account(before),) if before else (), (_account(after),) if after else ()
        if was != now:
            self._under_account.move(moved.key, was, now)
            self._in_namespace.move(moved.key, [one[0] for one in was], [one[0] for one in now])
        self._ownership.move(moved.key, _off_host(before), _off_host(after))

    def _resolve(self, key: K, labels: "_Labels") -> None:
        draft = self._drafts.now.get(key)
        shown = on_host = None
        if draft and draft.is_on_host:
            on_host = workload_from(draft, labels.of(draft), draft.endpoint.owners)
        elif draft and self._ownership.is_shown(draft):
            shown = workload_from(draft, labels.of(draft), self._ownership.owners(key))
        self.shown.put(key, shown)
        if on_host or key in self.on_host.now:
            self.on_host.put(key, on_host)


class _Labels:
    """Replicas that are resolved together share theirs: most of a pod is its labels."""

    def __init__(self, inherited: Inherited) -> None:
        self._inherited = inherited
        self._known: dict[Hashable, Mapping[str, str]] = {}

    def of(self, draft: Draft) -> Mapping[str, str]:
        alike = (*_account(draft), *draft.endpoint.labels.items())
        if alike not in self._known:
            self._known[alike] = workload_labels(draft, self._inherited)
        return self._known[alike]


def _account(draft: Draft) -> Account:
    return draft.endpoint.namespace, draft.account


def _off_host(draft: Draft | None) -> Draft | None:
    return None if draft is None or draft.is_on_host else draft
