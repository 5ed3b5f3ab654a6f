"""What Calico's client sees to: some tiers are always there, and no policy is without one.

Source: Calico's api/pkg/apis/projectcalico/v3/tier.go.
"""

from collections.abc import Iterator, Sequence

from percale.datastore.defaulting import TIER_ORDER
from percale.datastore.errors import AlreadyExists, DatastoreError, Forbidden, NotFound, NotPermitted
from percale.datastore.interface import Create, Datastore, Delete, Update
from percale.datastore.keys import Key, Manifest, Selection, key_of
from percale.datastore.planned import Plan, Planned
from percale.resources.kinds import CALICO, Kind, kind_of

_BUILT_IN = {"kube-admin": (1000, "Pass"), "default": (TIER_ORDER, "Deny"), "kube-baseline": (10_000_000, "Pass")}


def _kind(name: str) -> Kind:
    found = kind_of(CALICO, name)
    if found is None:
        raise LookupError(name)
    return found


_TIER = _kind("Tier")
_TIERED = frozenset(
    map(_kind, ("NetworkPolicy", "GlobalNetworkPolicy", "StagedNetworkPolicy", "StagedGlobalNetworkPolicy"))
)


def initialise(store: Datastore) -> None:
    """Put the tiers there that every store of Calico's has."""
    for name, (order, action) in _BUILT_IN.items():
        try:
            store.get(Key(_TIER, name))
        except NotFound:
            _create(store, name, order, action)
        except NotPermitted:
            # Whoever needs a tier will be told.
            return


def _create(store: Datastore, name: str, order: int, action: str) -> None:
    spec = {"order": order, "defaultAction": action}
    try:
        store.create({"apiVersion": CALICO, "kind": "Tier", "metadata": {"name": name}, "spec": spec})
    except (AlreadyExists, Forbidden):
        # Somebody else has just done the same, or the store cannot be written, of which the change itself will tell.
        return


def checked(store: Datastore, plan: Plan) -> Plan:
    """The plan, with an error in the place of each change that would leave a policy without its tier."""
    created = [one.manifest for one in plan if isinstance(one, Create)]
    deleted = {one.key for one in plan if isinstance(one, Delete)}
    if not any(key.kind == _TIER for key in deleted) and not any(key_of(one).kind in _TIERED for one in created):
        return plan
    written = [one.manifest for one in plan if isinstance(one, Create | Update)]
    stored = [one for one in store.list(Selection(_TIERED | {_TIER})).resources if key_of(one) not in deleted]
    tiers = {key_of(one).name for one in (*stored, *created) if key_of(one).kind == _TIER}
    used = {*map(_tier_of, _policies(written)), *map(_tier_of, _policies(stored))}
    return [_against(one, tiers, used) or one for one in plan]


def _against(change: Planned, tiers: set[str], used: set[str]) -> DatastoreError | None:
    match change:
        case Create(manifest) if key_of(manifest).kind in _TIERED and _tier_of(manifest) not in {*tiers, *_BUILT_IN}:
            return Forbidden("Create", key_of(manifest), f"tier `{_tier_of(manifest)}` does not exist")
        case Delete(key) if key.kind == _TIER and key.name in _BUILT_IN:
            return Forbidden("Delete", key, f"Cannot delete {key.name} tier")
        case Delete(key) if key.kind == _TIER and key.name in used:
            return Forbidden("Delete", key, "Cannot delete a non-empty tier")
        case _:
            return None


def _policies(manifests: Sequence[Manifest]) -> Iterator[Manifest]:
    return (one for one in manifests if key_of(one).kind in _TIERED)


def _tier_of(policy: Manifest) -> str:
    return str(policy.get("spec", {}).get("tier") or "default")
