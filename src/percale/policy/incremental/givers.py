"""What gives labels to others: namespaces, service accounts, and profiles, which give rules as well."""

from collections.abc import Iterable, Mapping
from typing import Generic, TypeVar

from percale.policy.endpoints import Endpoint
from percale.policy.from_calico import profile_from
from percale.policy.from_calico_endpoints import account_profile_name, labels_by_profile, namespace_profile_name
from percale.policy.from_hosts import ALLOW_PROFILE
from percale.policy.from_workloads import Inherited, namespace_profile
from percale.policy.incremental.hanging import Presence
from percale.policy.incremental.ledger import ByName, Ledger, Moved, Sortable
from percale.policy.policies import Profile
from percale.resources.profile import Profile as ProfileResource
from percale.resources.workload import Namespace, ServiceAccount

K = TypeVar("K", bound=Sortable)

Account = tuple[str, str]
Labels = Mapping[str, str]


class Givers(Generic[K]):
    def __init__(self) -> None:
        self.namespaces: ByName[K, str, Namespace, Labels] = ByName(_name, _labels)
        self.accounts: ByName[K, Account, ServiceAccount, Labels] = ByName(_account, _labels)
        self.written: ByName[K, str, ProfileResource, ProfileResource] = ByName(_name, lambda one: one)
        self.inherited = Inherited(self.namespaces.values.now, self.accounts.values.now)
        self.profiles: Ledger[str, Profile] = Ledger()
        self.profiles.now[ALLOW_PROFILE.name] = ALLOW_PROFILE
        self._labels_to_apply: dict[str, Labels] = {}
        #: Declared, or in use: each has a profile.
        self._known: Presence[str] = Presence()
        self._stale: set[str] = set()

    def settle_labels(self) -> tuple[set[str], set[Account]]:
        """Namespaces and service accounts that others are to inherit from again."""
        namespaces = self.namespaces.values.settle()
        for moved in namespaces:
            self._known.move(_there(moved.key, moved.before), _there(moved.key, moved.after))
        names = {moved.key for moved in namespaces}
        accounts = {moved.key for moved in self.accounts.values.settle()}
        self._stale = {namespace_profile_name(name) for name in names}
        self._stale |= {account_profile_name(*account) for account in accounts}
        return names, accounts

    def settle_profiles(self, pods: Iterable[Moved[K, Endpoint]]) -> tuple[frozenset[str], set[str]]:
        """Those that are others than before, and those by which endpoints with them may be others."""
        for moved in pods:
            self._known.move(_namespace(moved.before), _namespace(moved.after))
        names = set(map(namespace_profile_name, self._known.turned()))
        for written in self.written.values.settle():
            names.add(written.key)
            self._stale.add(written.key)
            if written.after:
                self._labels_to_apply[written.key] = written.after.spec.labels_to_apply
            else:
                del self._labels_to_apply[written.key]
        for name in names:
            self.profiles.put(name, self._resolved(name))
        changed = self.profiles.settle()
        self._stale.update(moved.key for moved in changed if not (moved.before and moved.after))
        stale, self._stale = self._stale, set()
        return frozenset(moved.key for moved in changed), stale

    def labels_by(self, profiles: Iterable[str]) -> Labels:
        return labels_by_profile(profiles, self.inherited, self._labels_to_apply)

    def _resolved(self, name: str) -> Profile | None:
        if written := self.written.values.now.get(name):
            return profile_from(written)
        if name == ALLOW_PROFILE.name:
            return ALLOW_PROFILE
        namespace = name.removeprefix(namespace_profile_name(""))
        return namespace_profile(namespace) if namespace != name and namespace in self._known else None


def _name(one: Namespace | ProfileResource) -> str:
    return one.metadata.name


def _account(one: ServiceAccount) -> Account:
    return one.metadata.namespace, one.metadata.name


def _labels(one: Namespace | ServiceAccount) -> Labels:
    return one.metadata.labels


def _there(name: str, labels: Labels | None) -> list[str]:
    return [] if labels is None else [name]


def _namespace(one: Endpoint | None) -> list[str]:
    return [one.namespace] if one else []
