"""Pods in the place of what makes them: who is an endpoint, and who owns it."""

from collections.abc import Iterator
from typing import Generic, TypeVar

from percale.policy.endpoints import Endpoint
from percale.policy.incremental.hanging import Hanging, Presence
from percale.policy.incremental.ledger import Moved, Sortable
from percale.policy.templates import Reference, all_owners, reference

K = TypeVar("K", bound=Sortable)


class Ownership(Generic[K]):
    """A workload is hidden once any other has it as its owner, itself or by way of another owner."""

    def __init__(self) -> None:
        self._endpoints: dict[K, Endpoint] = {}
        self._claims: dict[K, tuple[Reference, ...]] = {}
        self._templates: dict[Reference, Endpoint] = {}
        self._named: Hanging[Reference, K] = Hanging()
        self._naming: Hanging[Reference, K] = Hanging()
        self._claimed: Presence[Reference] = Presence()
        self._stale: set[K] = set()

    def owners(self, key: K) -> tuple[str, ...]:
        return tuple(owner for _, owner in self._claims[key])

    def is_shown(self, key: K) -> bool:
        return reference(self._endpoints[key]) not in self._claimed

    def move(self, moved: Moved[K, Endpoint]) -> None:
        key, before, after = moved.key, moved.before, moved.after
        if after:
            self._endpoints[key] = after
        else:
            self._endpoints.pop(key, None)
        self._naming.move(key, _references(before), _references(after))
        names_before = [reference(before)] if before else []
        names_after = [reference(after)] if after else []
        self._named.move(key, names_before, names_after)
        self._stale.add(key)
        for name in {*names_before, *names_after}:
            self._put_template(name)
            self._stale.update(self._naming.on([name]))

    def turned(self) -> set[K]:
        """Who has come, gone, been hidden or shown, or got other owners, as far as that can be told from here."""
        for key in self._stale:
            self._put_owners(key)
        found = self._stale | set(self._named.on(self._claimed.turned()))
        self._stale = set()
        return found

    def _put_template(self, name: Reference) -> None:
        named = list(self._named.on([name]))
        if named:
            self._templates[name] = self._endpoints[max(named)]
        else:
            self._templates.pop(name, None)

    def _put_owners(self, key: K) -> None:
        one = self._endpoints.get(key)
        before = self._claims.pop(key, ())
        if one:
            self._claims[key] = tuple((one.namespace, owner) for owner in all_owners(one, self._templates))
        self._claimed.move(before, self._claims.get(key, ()))


def _references(one: Endpoint | None) -> Iterator[Reference]:
    return ((one.namespace, owner) for owner in one.owners) if one else iter(())
