"""Pods and whatever makes pods, with the labels of their namespaces and service accounts."""

from collections.abc import Iterable, Iterator
from typing import Generic, TypeVar

from percale.policy.endpoints import Endpoint
from percale.policy.from_workloads import Draft, Inherited, draft_from, is_finished, workload_from
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
        drafts = self._drafts.settle()
        for moved in drafts:
            self._hang(moved)
        stale = {moved.key for moved in drafts} | self._ownership.turned()
        for key in stale.union(self._in_namespace.on(namespaces), self._under_account.on(accounts)):
            self._resolve(key)

    def in_namespace(self, name: str) -> Iterator[tuple[K, Endpoint]]:
        return ((key, self.shown.now[key]) for key in self._in_namespace.on([name]) if key in self.shown.now)

    def _hang(self, moved: Moved[K, Draft]) -> None:
        before, after = ([one] if one else [] for one in (moved.before, moved.after))
        self._in_namespace.move(moved.key, *([one.endpoint.namespace for one in side] for side in (before, after)))
        self._under_account.move(moved.key, *([_account(one) for one in side] for side in (before, after)))
        was, now = (next((one.endpoint for one in side if not one.is_on_host), None) for side in (before, after))
        self._ownership.move(Moved(moved.key, was, now))

    def _resolve(self, key: K) -> None:
        draft = self._drafts.now.get(key)
        shown = on_host = None
        if draft and draft.is_on_host:
            on_host = workload_from(draft, self._inherited, draft.endpoint.owners)
        elif draft and self._ownership.is_shown(key):
            shown = workload_from(draft, self._inherited, self._ownership.owners(key))
        self.shown.put(key, shown)
        self.on_host.put(key, on_host)


def _account(draft: Draft) -> Account:
    return draft.endpoint.namespace, draft.account
