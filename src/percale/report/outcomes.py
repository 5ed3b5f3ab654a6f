"""What became of a change, in calicoctl's words.

Source: Calico's calicoctl/calicoctl/commands/crud_commands.go.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import assert_never

from percale.datastore.interface import Create, Delete, Update
from percale.datastore.keys import Key
from percale.datastore.planned import Skip
from percale.datastore.plans import Done, Result
from percale.errors import PercaleError
from percale.report.terminal import plain

_PAST = {"apply": "applied", "create": "created", "replace": "replaced", "delete": "deleted", "import": "imported"}


@dataclass(frozen=True, slots=True)
class Told:
    """Lines for standard output and for standard error; either may be empty."""

    out: str = ""
    err: str = ""


def outcome_told(verb: str, keys: Collection[Key], result: Result) -> Told:
    what, errors = _kind(keys), _listed(result.errors)
    if not result.errors:
        return Told(success_text(verb, keys, len(result.done)))
    if result.done:
        return Told(_partial(verb, len(result.done), result.total, what), f"hit error: {errors}")
    if result.total == 1:
        return Told(err=f"failed to {verb}{what} resource: {errors}")
    return Told(err=f"failed to {verb} any{what} resources: {errors}")


def application_told(keys: Collection[Key], result: Result) -> Told:
    """Of `apply`, which may have pruned as well."""
    pruned = [one for one in result.done if isinstance(one.change, Delete)]
    applied = Result(result.total - len(pruned), tuple(one for one in result.done if one not in pruned), result.errors)
    told = outcome_told("apply", keys, applied)
    if not pruned:
        return told
    return Told(f"{told.out}\n{success_text('delete', [one.key for one in pruned], len(pruned))}", told.err)


def replacement_told(keys: Collection[Key], result: Result) -> Told:
    """Calicoctl counts what failed as handled, and keeps the last error alone."""
    if not result.errors:
        return Told(success_text("replace", keys, len(result.done)))
    out = _partial("replace", result.total, result.total, _kind(keys))
    nothing = "" if result.done else "\nnothing was replaced"
    return Told(out, f"hit error: {plain(result.errors[-1].says)}{nothing}")


def patch_told(key: Key, result: Result) -> Told:
    if result.errors:
        return Told(err=f"hit error: {plain(result.errors[-1].says)}")
    return Told(f"Successfully patched 1 '{key.kind.name}' resource")


def label_told(done: str, label: str, what: str, result: Result) -> Told:
    """`what` is the kind and the name as they were given."""
    if result.errors:
        return Told(err=plain(result.errors[-1].says))
    return Told(plain(f"Successfully {done} label {label} {'from' if done == 'removed' else 'on'} {what}"))


def deletion_told(keys: Collection[Key], result: Result) -> Told:
    out = success_text("delete", keys, len(result.done)) if result.done else ""
    failed = (f"Failed to delete{_kind(keys)} resource: {plain(error.says)}" for error in result.errors)
    return Told(out, "\n".join(failed))


def success_text(verb: str, keys: Collection[Key], count: int) -> str:
    return f"Successfully {_PAST[verb]} {count}{_kind(keys)} resource(s)"


def rehearsal_text(done: Sequence[Done]) -> str:
    """One line for each resource: what would become of it."""
    return "\n".join(f"{_would(one)} {plain(str(one.key))}" for one in done)


def _would(done: Done) -> str:
    if done.is_unchanged:
        return "keep"
    match done.change:
        case Create():
            return "create"
        case Update():
            return "update"
        case Delete():
            return "delete"
        case Skip():
            return "keep"
        case _:
            assert_never(done.change)


def _partial(verb: str, count: int, total: int, what: str) -> str:
    return f"Partial success: {_PAST[verb]} the first {count} out of {total}{what} resources:"


def _kind(keys: Collection[Key]) -> str:
    """` 'NetworkPolicy'` where all are of one kind."""
    names = {key.kind.name for key in keys}
    return f" '{names.pop()}'" if len(names) == 1 else ""


def _listed(errors: Sequence[PercaleError]) -> str:
    return f"[{' '.join(plain(error.says) for error in errors)}]"
