"""A part of a difference, and a world as it would be."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from percale.analysis.connectivity import Group
from percale.analysis.difference.changes import Change
from percale.analysis.difference.comparing import Difference
from percale.analysis.difference.ends import End
from percale.analysis.difference.forwarded import ForwardChange
from percale.analysis.difference.pairing import Pair, Pairing
from percale.analysis.difference.presences import Presence
from percale.policy.policies import PolicySet
from percale.policy.world import World


def promoted(world: World) -> World:
    """With every staged policy enforced, beside those that are."""
    policies = tuple(replace(one, staged=False) if one.staged else one for one in world.policies.policies)
    return replace(world, policies=PolicySet(world.policies.tiers, policies))


def in_namespace(
    found: Difference, apart: Iterable[Presence], namespace: str
) -> tuple[Difference, tuple[Presence, ...]]:
    """What begins or ends there, told of these workloads alone; counts stay those of all."""
    changes = tuple(change for one in found.changes for change in _part(one, namespace) if change.places)
    pairing = Pairing(
        found.pairing.common,
        tuple(one for one in found.pairing.removed if one.namespace == namespace),
        tuple(one for one in found.pairing.added if one.namespace == namespace),
    )
    kept = tuple(one for one in apart if any(_is_in(group, namespace) for group in (*one.sources, *one.destinations)))
    forwarded = tuple(one for one in found.forwarded if _ends_in(one, namespace))
    return replace(found, changes=changes, pairing=pairing, forwarded=forwarded), kept


def _ends_in(change: ForwardChange, namespace: str) -> bool:
    pairs = (*change.sources.pairs, *change.destinations.pairs)
    return any(pair.new.namespace == namespace for pair in pairs)


def _is_in(group: Group, namespace: str) -> bool:
    return any(one.namespace == namespace for one in group.members)


def _part(change: Change, namespace: str) -> Iterator[Change]:
    inside, others = (_cut(change, 0, namespace, there=there) for there in (True, False))
    yield from inside
    for one in others:
        yield from _cut(one, 1, namespace, there=True)


def _cut(change: Change, side: int, namespace: str, *, there: bool) -> Iterator[Change]:
    """Only with parties of one side that are in the namespace, or that are not."""
    parties = (change.sources, change.destinations)[side]
    pairs = tuple(pair for pair in parties.pairs if (pair.new.namespace == namespace) is there)
    if pairs:
        kept = replace(parties, pairs=pairs)
        sources, destinations = change.ends
        if side:
            ends = sources, tuple(_with(end, set(pairs)) for end in destinations)
            yield replace(change, destinations=kept, ends=ends)
        else:
            yield replace(change, sources=kept, ends=(tuple(_with(end, set(pairs)) for end in sources), destinations))
    elif not parties.pairs and not there:
        yield change


def _with(end: End, pairs: set[Pair]) -> End:
    return replace(end, pairs=[pair for pair in end.pairs if pair in pairs])
