"""Worlds as plain values, and what is different between two of them, found by looking at everything."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any

from percale.policy.endpoints import Endpoint
from percale.policy.from_resources import world_of
from percale.policy.incremental.resolver import Resolver
from percale.policy.policies import Policy, PolicySet
from percale.policy.rules import ServiceRef
from percale.policy.world import World
from percale.resources.decode import Manifests, decoded
from percale.resources.documents import Document, documents_in
from random_changes import Key, State


def document(manifest: Mapping[str, Any]) -> Document:
    (found,) = documents_in(json.dumps(manifest).encode(), "store")
    return found


def fresh(state: State) -> World:
    """From scratch, of all that is valid, in the order of keys."""
    found = [decoded(document(state[key]))[0] for key in sorted(state)]
    return world_of(Manifests(tuple(one for one in found if one)))


def told_at_once(state: State) -> Resolver[Key]:
    resolver: Resolver[Key] = Resolver()
    resolver.apply({key: document(manifest) for key, manifest in state.items()})
    return resolver


def plain(value: Any) -> Any:
    """With endpoints and policies by what they say."""
    if isinstance(value, Endpoint | Policy | PolicySet | World):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    return tuple(map(plain, value)) if isinstance(value, tuple) else value


def names_apart(before: Mapping[str, Any], after: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))


def services_apart(before: World, after: World) -> frozenset[ServiceRef]:
    were, are = _services(before), _services(after)
    return frozenset(name for name in were.keys() | are.keys() if were.get(name) != are.get(name))


def _services(world: World) -> dict[ServiceRef, Any]:
    """With the addresses that names stand for."""
    addresses: dict[str, list[Any]] = {}
    for one in world.workloads:
        addresses.setdefault(str(one), []).extend(one.networks)
    outside = {one.service for one in world.external_ports}
    return {
        service: (
            world.services.get(service),
            [(one.endpoint, sorted(addresses.get(one.endpoint, ()))) for one in world.services.get(service, ())],
            [one for one in world.external_ports if one.service == service],
        )
        for service in world.services.keys() | outside
    }


def only_in(these: Iterable[Any], those: Iterable[Any]) -> list[Any]:
    """By identity."""
    others = set(map(id, those))
    return [one for one in these if id(one) not in others]
