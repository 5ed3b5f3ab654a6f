"""What create, apply, replace and delete come to in a given store: a plan, which is then carried out as a whole."""

from collections.abc import Callable, Sequence, Sized
from dataclasses import dataclass
from typing import Any

from percale.datastore.errors import AlreadyExists, Conflict, DatastoreError, NotFound, Rejected, StoreUnavailable
from percale.datastore.interface import Change, Create, Datastore, Delete, Update
from percale.datastore.keys import EVERYTHING, Key, Manifest, key_of, resource_version
from percale.datastore.memory import Memory
from percale.datastore.owners import ANNOTATION, NothingOwned, other_owner, owned_by, owner_of
from percale.datastore.planned import Plan, Planned, Skip
from percale.datastore.tiers import checked
from percale.resources.kinds import CALICO

#: A write that loses a race is planned anew this often, as by calicoctl.
MOST_TRIES = 5


Planner = Callable[[Datastore], Plan]


@dataclass(frozen=True, slots=True)
class Done:
    change: Change | Skip
    #: As it is stored now; None for what is not there.
    manifest: Manifest | None = None

    @property
    def key(self) -> Key:
        return key_of(self.change.manifest) if isinstance(self.change, Create | Update) else self.change.key

    @property
    def is_unchanged(self) -> bool:
        match self.change:
            case Update(manifest):
                return self.manifest is not None and resource_version(self.manifest) == resource_version(manifest)
            case _:
                return isinstance(self.change, Skip)


@dataclass(frozen=True, slots=True)
class Result:
    total: int
    done: tuple[Done, ...] = ()
    errors: tuple[DatastoreError, ...] = ()


def creating(manifests: Sequence[Manifest], *, skip_existing: bool = False) -> Planner:
    def planned(manifest: Manifest, found: Manifest | None) -> Planned:
        if found is None:
            return Create(without_server_metadata(manifest))
        return Skip(key_of(manifest)) if skip_existing else AlreadyExists(key_of(manifest))

    return lambda store: [planned(one, _found(store, key_of(one))) for one in manifests]


def applying(manifests: Sequence[Manifest]) -> Planner:
    def planned(manifest: Manifest, found: Manifest | None) -> Change | DatastoreError:
        return _replacement(manifest, found) if found else Create(without_server_metadata(manifest))

    return lambda store: [planned(one, _found(store, key_of(one))) for one in manifests]


def applying_as(owner: str, manifests: Sequence[Manifest], *, prune: bool) -> Planner:
    """`prune` deletes what the owner applied before and is not among the manifests."""
    apply = applying([owned_by(owner, one) for one in manifests])
    kept = {key_of(one) for one in manifests}

    def plan(store: Datastore) -> Plan:
        return [*apply(store), *(one for one in owned(store, owner) if prune and one.key not in kept)]

    return plan


def replacing(manifests: Sequence[Manifest]) -> Planner:
    return lambda store: [_replacement(one, _found(store, key_of(one))) for one in manifests]


def editing(key: Key, edit: Callable[[Manifest], Manifest | DatastoreError]) -> Planner:
    """Of one resource that is there; the version that was edited must still be the stored one."""

    def plan(store: Datastore) -> Plan:
        found = _found(store, key)
        edited = NotFound(key) if found is None else edit(found)
        return [edited if isinstance(edited, DatastoreError) else Update(edited)]

    return plan


def importing(manifests: Sequence[Manifest]) -> Planner:
    """As `creating`, but what is there already in the same form is left alone."""

    def planned(manifest: Manifest, found: Manifest | None) -> Planned:
        wanted, key = without_server_metadata(manifest), key_of(manifest)
        if found is None:
            return Create(wanted)
        return Skip(key) if without_server_metadata(found) == wanted else AlreadyExists(key)

    return lambda store: [planned(one, _found(store, key_of(one))) for one in manifests]


def deleting(keys: Sequence[Key], *, skip_absent: bool = False) -> Planner:
    def planned(key: Key, found: Manifest | None) -> Planned:
        if found is not None:
            return Delete(key)
        return Skip(key) if skip_absent else NotFound(key)

    return lambda store: [planned(key, _found(store, key)) for key in keys]


def owned(store: Datastore, owner: str) -> Sequence[Delete]:
    """The deletion of all that the owner applied, in the form that the plan has seen."""
    found = store.list(EVERYTHING).resources
    return [Delete(key_of(one), resource_version(one)) for one in found if owner_of(one) == owner]


def deleting_owned(owner: str, *, skip_absent: bool = False) -> Planner:
    def plan(store: Datastore) -> Plan:
        found = owned(store, owner)
        return found if found or skip_absent else [NothingOwned(owner)]

    return plan


def carry_out(store: Datastore, planner: Planner, *, keep_going: bool = False) -> Result:
    """All of the plan, or nothing where the store has transactions; `keep_going` leaves out what cannot be done."""
    if not store.is_transactional:
        return _one_by_one(store, planner)
    result = Result(0)
    for _ in range(MOST_TRIES):
        plan = checked(store, planner(store))
        result = _attempt(store, plan, keep_going=keep_going)
        if len(result.errors) == sum(isinstance(one, DatastoreError) for one in plan):
            break
    return result


def rehearse(store: Datastore, planner: Planner, *, keep_going: bool = False) -> Result:
    """What `carry_out` would do, without doing it."""
    found = store.list(EVERYTHING).resources
    # Versions that the copy gives must be none that the store has given.
    versions = (version for one in found if (version := resource_version(one)).isdigit())
    copy = Memory(found, revision=max(map(int, versions), default=0))
    return carry_out(copy, planner, keep_going=keep_going)


def _attempt(store: Datastore, plan: Plan, *, keep_going: bool) -> Result:
    against = tuple(one for one in plan if isinstance(one, DatastoreError))
    if against and not keep_going:
        return Result(len(plan), errors=against)
    changes = [one for one in plan if isinstance(one, Change)]
    skipped = tuple(Done(one) for one in plan if isinstance(one, Skip))
    try:
        stored = store.write(changes)
    except Rejected as rejected:
        return Result(len(plan), errors=(*against, *rejected.errors.values()))
    return Result(len(plan), (*skipped, *map(Done, changes, stored)), against)


def _one_by_one(store: Datastore, planner: Planner) -> Result:
    """What has been done stays done; of the rest, what lost a race is planned anew."""
    done: dict[Key | int, Done] = {}
    plan: Plan = ()
    errors: list[DatastoreError] = []
    for _ in range(MOST_TRIES):
        plan = checked(store, planner(store))
        errors, is_lost = [], False
        for index, one in enumerate(plan):
            key = index if isinstance(one, DatastoreError) else Done(one).key
            if key in done:
                continue
            outcome = one if isinstance(one, DatastoreError) else _outcome(store, one, done)
            if isinstance(outcome, Done):
                done[key] = done[index] = outcome
            else:
                errors.append(outcome)
                is_lost |= outcome is not one and isinstance(outcome, AlreadyExists | NotFound | Conflict)
        if not is_lost:
            break
    finished = tuple({id(one): one for one in done.values()}.values())
    return Result(len(finished) + len(errors), finished, tuple(errors))


def _outcome(store: Datastore, one: Change | Skip, done: Sized) -> Done | DatastoreError:
    """An error of the store as a whole is raised, for whatever comes next would end in it as well."""
    if isinstance(one, Skip):
        return Done(one)
    try:
        return Done(one, _written(store, one))
    except StoreUnavailable as error:
        if done:
            error.hint = "some of the resources have been written before that; the same command goes on with the others"
        raise
    except DatastoreError as error:
        return error


def _written(store: Datastore, change: Change) -> Manifest | None:
    match change:
        case Create(manifest):
            return store.create(manifest)
        case Update(manifest):
            return store.update(manifest)
        case Delete(key, version):
            store.delete(key, resource_version=version)
            return None


def _replacement(manifest: Manifest, found: Manifest | None) -> Change | DatastoreError:
    key = key_of(manifest)
    if found is None:
        return NotFound(key)
    latest, version = resource_version(found), resource_version(manifest)
    if version and version != latest:
        return Conflict(key, f"Resource version '{version}' is out of date (latest: {latest})")
    return other_owner(key, manifest, found) or Update(_merged(manifest, found))


def _merged(manifest: Manifest, found: Manifest) -> Manifest:
    """As calicoctl: labels and annotations that the file does not mention stay, as does all that servers set.

    Of Kubernetes' kinds the file says which labels there are, for policy selects by them.
    """
    written, present = manifest["metadata"], found["metadata"]
    metadata: dict[str, Any] = {**written, "resourceVersion": resource_version(found)}
    for field in ("labels", "annotations"):
        kept = present.get(field, {})
        if manifest["apiVersion"] != CALICO:
            kept = {name: value for name, value in kept.items() if name == ANNOTATION}
        if both := {**kept, **written.get(field, {})}:
            metadata[field] = both
    status = {"status": found["status"]} if "status" in found else {}
    return {**status, **manifest, "metadata": metadata}


def without_server_metadata(manifest: Manifest) -> Manifest:
    """What an export of another store may still hold."""
    metadata = {name: value for name, value in manifest["metadata"].items() if name not in SERVER_METADATA}
    return {**manifest, "metadata": metadata}


SERVER_METADATA = ("uid", "resourceVersion", "creationTimestamp", "generation", "selfLink", "managedFields")


def _found(store: Datastore, key: Key) -> Manifest | None:
    try:
        return store.get(key)
    except NotFound:
        return None
