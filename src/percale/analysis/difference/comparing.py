"""What two worlds let through differently: every packet whose fate differs, and none else.

Both worlds are asked about the same cells and the same addresses. What changes nobody's fate is left out early: only
the rows of subjects that a changed policy selects are compared, and only policies that have a say there are compiled.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, product

from pyroaring import FrozenBitMap

from percale.analysis.difference.changes import Change, Grounds, Parties, Worlds
from percale.analysis.difference.ends import End, Kinds, ends_of, templates
from percale.analysis.difference.forward_comparison import forward_changes
from percale.analysis.difference.forwarded import ForwardChange
from percale.analysis.difference.host_changes import host_changes, without_hosts
from percale.analysis.difference.host_ends import Host, hosts_of
from percale.analysis.difference.pairing import Pairing, aligned
from percale.analysis.difference.policies import PolicyChange, policy_changes, touched
from percale.analysis.difference.rows import Comparison, Line
from percale.analysis.difference.uncompared import Uncompared, forwarded_differ, uncompared
from percale.analysis.symbolic.bitmaps import NOTHING
from percale.analysis.symbolic.engine import EVERYTHING, Ground, Scope
from percale.analysis.versions import versions_of
from percale.policy.policies import Policy
from percale.policy.rules import Direction
from percale.policy.world import World
from percale.resources.documents import no_garbage_collection
from percale.traffic.intervals import Intervals


@dataclass(frozen=True, slots=True)
class Counts:
    """Of common workloads that have addresses of the IP version: ordered pairs, and those with any change."""

    version: int
    workloads: int
    pairs: int
    changed: int

    @property
    def kept(self) -> int:
        return self.pairs - self.changed


@dataclass(frozen=True)
class Difference:
    """Removed and added workloads have no part in the changes: `presences` says what they reached and reach."""

    worlds: Worlds
    pairing: Pairing
    policies: tuple[PolicyChange, ...]
    changes: tuple[Change, ...]
    counts: tuple[Counts, ...]
    #: Of what nodes forward, as each host endpoint has it by itself.
    forwarded: tuple[ForwardChange, ...] = ()
    #: What may differ besides.
    uncompared: tuple[Uncompared, ...] = ()

    @property
    def versions(self) -> tuple[int, ...]:
        return tuple(one.version for one in self.counts)

    @property
    def is_none(self) -> bool:
        """Whether every packet is known to have the same fate and every workload is in both worlds."""
        return not (self.has_any or self.uncompared)

    @property
    def has_any(self) -> bool:
        return bool(self.changes or self.forwarded or self.pairing.removed or self.pairing.added)


@no_garbage_collection()
def difference(old: World, new: World, scope: Scope = EVERYTHING, versions: tuple[int, ...] = ()) -> Difference:
    like, pairing = aligned(old, new), Pairing.of(old, new)
    hosts, changed = hosts_of(old, like), touched(old, like)
    grounds = [_grounds(old, like, version, scope) for version in versions or versions_of(old, new)]
    compared = [_narrowed(one, pairing, hosts, changed) for one in grounds]
    return replace(
        _found((old, new), pairing, policy_changes(old, like), compared),
        forwarded=_forwarded((old, new), compared) if forwarded_differ(old, like) else (),
        uncompared=uncompared(old, like),
    )


def plain_difference(old: World, new: World, scope: Scope = EVERYTHING) -> Difference:
    """The same with every row compared and nothing shared, which takes long in large worlds."""
    pairing, compared = Pairing.of(old, new), list[_Compared]()
    hosts, changed = hosts_of(old, new), touched(old, new)
    for version in versions_of(old, new):
        grounds = _grounds(old, new, version, scope)
        ends = without_hosts(ends_of(*grounds, pairing), hosts, version)
        compared.append(_Compared(grounds, ends, hosts, changed, _plainly(grounds, ends)))
    return _found((old, new), pairing, policy_changes(old, new), compared)


@dataclass(frozen=True, slots=True)
class _Compared:
    """In one IP version."""

    grounds: Grounds
    ends: tuple[End, ...]
    hosts: tuple[Host, ...]
    changed: set[Policy]
    rows: Comparison

    @property
    def version(self) -> int:
        return self.grounds[0].cells.version


def _found(
    worlds: Worlds, pairing: Pairing, policies: tuple[PolicyChange, ...], compared: Sequence[_Compared]
) -> Difference:
    changes = tuple(_once(change for one in compared for change in _changes(worlds, one) if change.places))
    counts = tuple(Counts(one.version, one.rows.workloads, *one.rows.pairs()) for one in compared)
    return Difference(worlds, pairing, policies, changes, counts)


def _forwarded(worlds: Worlds, compared: Iterable[_Compared]) -> tuple[ForwardChange, ...]:
    return tuple(change for one in compared for change in forward_changes(worlds, one.grounds, one.ends, one.hosts))


def _grounds(old: World, new: World, version: int, scope: Scope) -> Grounds:
    before, after = Ground.together([old, new], version, scope)
    return before, after


def _once(changes: Iterable[Change]) -> Iterator[Change]:
    """What is so in both IP versions is said once."""
    found: dict[object, Change] = {}
    for one in changes:
        outside = one.sources.addresses or one.destinations.addresses
        key = one if outside else (one.opens, one.sources.pairs, one.destinations.pairs, one.traffic, one.everywhere)
        before = found.get(key)
        found[key] = one if before is None else _joined(before, one)
    yield from found.values()


def _joined(before: Change, one: Change) -> Change:
    return before if one.versions[0] in before.versions else replace(before, versions=before.versions + one.versions)


# Which rows to compare.


def _narrowed(grounds: Grounds, pairing: Pairing, hosts: tuple[Host, ...], changed: set[Policy]) -> _Compared:
    ends = without_hosts(ends_of(*grounds, pairing), hosts, grounds[0].cells.version)
    if grounds[0].identities is not grounds[1].identities:
        return _Compared(grounds, ends, hosts, changed, _plainly(grounds, ends))
    identities = grounds[0].identities
    subjects = NOTHING.union(*(identities.subjects(one.subject) for one in changed))
    senders = receivers = NOTHING
    rows = _about(grounds, ends, subjects, senders, receivers)
    # What the policies of those at the other side say matters as well.
    senders, receivers = (FrozenBitMap(rows.touched(way)) for way in (_EGRESS, _INGRESS))
    if not (senders | receivers) <= subjects:
        rows = _about(grounds, ends, subjects, senders, receivers)
    return _Compared(grounds, ends, hosts, changed, rows)


_EGRESS, _INGRESS = Direction.EGRESS, Direction.INGRESS


def _plainly(grounds: Grounds, ends: tuple[End, ...]) -> Comparison:
    old, new = (ground.engine() for ground in grounds)
    return Comparison(ends, old, new)


def _about(
    grounds: Grounds, ends: tuple[End, ...], subjects: FrozenBitMap, senders: FrozenBitMap, receivers: FrozenBitMap
) -> Comparison:
    """Engines of the policies that select any of those involved."""

    def matters(policy: Policy) -> bool:
        involved = subjects
        involved |= senders if _EGRESS in policy.governs else NOTHING
        involved |= receivers if _INGRESS in policy.governs else NOTHING
        return bool(grounds[0].identities.subjects(policy.subject) & involved)

    # Of all policies of both, so that the two engines share what is compiled and how parties are told apart.
    policies = dict.fromkeys(chain.from_iterable(ground.terms.policies for ground in grounds))
    whole = grounds[0].engine(tuple(filter(matters, policies)))
    old, new = (whole.with_others(ground.terms.world.policies) for ground in grounds)
    return Comparison(ends, old, new, subjects)


# Lines, in terms of parties.


def _changes(worlds: Worlds, compared: _Compared) -> Iterator[Change]:
    for line in compared.rows.lines():
        sources = _sides(compared.rows.senders, line.sources)
        destinations = _sides(compared.rows.receivers, line.destinations)
        for sides in product(sources, destinations):
            yield from _told(worlds, compared, line, sides)
    if compared.hosts:
        yield from host_changes(worlds, compared.grounds, compared.ends, compared.hosts, compared.changed)


@dataclass(frozen=True, slots=True)
class _Side:
    """Ends that are spoken of together. `several` says that each of the workloads may be any of the kinds."""

    ends: list[End]
    kinds: set[int]
    several: bool

    def parties(self) -> Parties:
        pairs = tuple(dict.fromkeys(pair for end in self.ends for pair in end.pairs))
        if pairs:
            return Parties(pairs)
        return Parties((), Intervals.of(span for end in self.ends for span in end.addresses), self.ends[0].name)


def _sides(every: Kinds, kinds: Iterable[int]) -> list[_Side]:
    found: dict[object, _Side] = {}
    for kind in kinds:
        for end in every.members[kind]:
            shape = frozenset((kind,)) if end.is_outside else every.shapes[end.pairs[0]]
            several = len(shape) > 1
            key = end.name if end.is_outside else shape if several else None
            side = found.setdefault((end.is_outside, key), _Side([], set(), several))
            side.ends.append(end)
            side.kinds.update(shape)
    return list(found.values())


def _told(worlds: Worlds, compared: _Compared, line: Line, sides: tuple[_Side, _Side]) -> Iterator[Change]:
    sources, destinations = (side.parties() for side in sides)
    if len(sources.pairs) == 1 and sources.pairs[0] in destinations.pairs and not templates(sources.pairs[0]):
        destinations = replace(
            destinations, pairs=tuple(pair for pair in destinations.pairs if pair is not sources.pairs[0])
        )
        if not destinations.pairs:
            return
    several = any(side.several for side in sides)
    yield Change(
        opens=line.piece.opens,
        sources=sources,
        destinations=destinations,
        wire=line.piece.wire,
        everywhere=not several or compared.rows.holds(line, sides[0].kinds, sides[1].kinds),
        versions=(compared.version,),
        worlds=worlds,
        grounds=compared.grounds,
        ends=(tuple(sides[0].ends), tuple(sides[1].ends)),
    )
