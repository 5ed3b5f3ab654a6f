"""Pods in the place of what makes them: which templates are endpoints themselves, and who owns whom."""

from typing import Generic, TypeVar

from percale.policy.endpoints import Endpoint
from percale.policy.from_workloads import Draft
from percale.policy.incremental.hanging import Hanging, Presence
from percale.policy.incremental.ledger import Sortable
from percale.policy.templates import Reference, all_owners, reference

K = TypeVar("K", bound=Sortable)


class Ownership(Generic[K]):
    """A template is hidden while any workload has it as its owner, itself or by way of another template."""

    def __init__(self) -> None:
        #: Of templates, and of those that have owners; others have no part in this.
        self._endpoints: dict[K, Endpoint] = {}
        self._claims: dict[K, tuple[Reference, ...]] = {}
        self._templates: dict[Reference, Endpoint] = {}
        self._named: Hanging[Reference, K] = Hanging()
        self._naming: Hanging[Reference, K] = Hanging()
        self._claimed: Presence[Reference] = Presence()
        self._stale: set[K] = set()

    def owners(self, key: K) -> tuple[str, ...]:
        return tuple(owner for _, owner in self._claims.get(key, ()))

    def is_shown(self, draft: Draft) -> bool:
        return not (draft.is_template and reference(draft.endpoint) in self._claimed)

    def move(self, key: K, before: Draft | None, after: Draft | None) -> None:
        if _has_part(before) or _has_part(after):
            self._stale.add(key)
            self._endpoints.pop(key, None)
            if after and _has_part(after):
                self._endpoints[key] = after.endpoint
            self._naming.move(key, _owners(before), _owners(after))
            self._named.move(key, _names(before), _names(after))
            for name in {*_names(before), *_names(after)}:
                self._put_template(name)

    def turned(self) -> set[K]:
        """Who may have been hidden or shown, or got other owners."""
        for key in self._stale:
            self._put_claims(key)
        found = self._stale | set(self._named.on(self._claimed.turned()))
        self._stale = set()
        return found

    def _put_template(self, name: Reference) -> None:
        named = list(self._named.on([name]))
        if named:
            self._templates[name] = self._endpoints[max(named)]
        else:
            del self._templates[name]
        self._stale.update(self._naming.on([name]))

    def _put_claims(self, key: K) -> None:
        one = self._endpoints.get(key)
        before = self._claims.pop(key, ())
        if one and one.owners:
            self._claims[key] = tuple((one.namespace, owner) for owner in all_owners(one, self._templates))
        self._claimed.move(before, self._claims.get(key, ()))


def _has_part(draft: Draft | None) -> bool:
    return draft is not None and (draft.is_template or bool(draft.endpoint.owners))


def _owners(draft: Draft | None) -> list[Reference]:
    return [(draft.endpoint.namespace, owner) for owner in dict.fromkeys(draft.endpoint.owners)] if draft else []


def _names(draft: Draft | None) -> list[Reference]:
    return [reference(draft.endpoint)] if draft and draft.is_template else []
