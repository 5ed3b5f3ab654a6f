"""Changes of what hosts' own processes send and take.

A workload and the host that it runs on are left aside: between them other rules hold.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from percale.analysis.difference.changes import Change, Grounds, Parties, Worlds
from percale.analysis.difference.ends import End
from percale.analysis.difference.host_comparison import HostComparison, Side
from percale.analysis.difference.host_ends import Host, of_hosts
from percale.analysis.symbolic.bitmaps import NOTHING
from percale.policy.endpoints import Endpoint
from percale.policy.policies import Policy
from percale.traffic.intervals import Intervals


def host_changes(
    worlds: Worlds, grounds: Grounds, ends: tuple[End, ...], hosts: tuple[Host, ...], changed: set[Policy]
) -> Iterator[Change]:
    """`changed` are the policies that are not the same, where the worlds differ in nothing else."""
    comparison, may_differ = _comparison(grounds, ends, hosts, changed)
    for line in comparison.lines(among_hosts=may_differ):
        sources, destinations = _apart(_parties(line.sides[0]), _parties(line.sides[1]))
        if _any(sources) and _any(destinations):
            yield Change(
                opens=line.opens,
                sources=sources,
                destinations=destinations,
                wire=line.wire,
                everywhere=line.everywhere,
                versions=(grounds[0].cells.version,),
                worlds=worlds,
                grounds=grounds,
                ends=line.shown,
            )


def _comparison(
    grounds: Grounds, ends: tuple[End, ...], hosts: tuple[Host, ...], changed: set[Policy]
) -> tuple[HostComparison, bool]:
    """Where no host is asked anything new, only workloads that are have something else to send or take."""
    governing = [one for host in hosts for one in host.governing if one]
    identities = grounds[0].identities
    apart = identities is not grounds[1].identities
    if apart or any(_selects(policy, governing) for policy in changed):
        old, new = (ground.engine() for ground in grounds)
        return HostComparison(ends, hosts, (old, new), lambda _: True), True
    subjects = NOTHING.union(*(identities.subjects(one.subject) for one in changed))

    def matters(policy: Policy) -> bool:
        return bool(identities.subjects(policy.subject) & subjects) or _selects(policy, governing)

    old, new = (ground.engine(tuple(filter(matters, ground.terms.policies))) for ground in grounds)
    return HostComparison(ends, hosts, (old, new), lambda end: not end.is_outside and end.old in subjects), False


def _selects(policy: Policy, hosts: Iterable[Endpoint]) -> bool:
    return any(policy.subject.matches(one.labels) for one in hosts)


def without_hosts(ends: tuple[End, ...], hosts: tuple[Host, ...], version: int) -> tuple[End, ...]:
    """Hosts' addresses are not among those outside."""
    held = of_hosts(hosts, version)
    if not held:
        return ends
    left = (replace(end, addresses=end.addresses - held) if end.is_outside else end for end in ends)
    return tuple(end for end in left if end.addresses or not end.is_outside)


def _parties(sides: tuple[Side, ...]) -> Parties:
    pairs = tuple(dict.fromkeys(pair for side in sides for pair in side.pairs))
    if pairs:
        return Parties(pairs)
    outside = [end for side in sides for end in side.ends]
    return Parties((), Intervals.of(span for end in outside for span in end.addresses), outside[0].name)


def _apart(sources: Parties, destinations: Parties) -> tuple[Parties, Parties]:
    """Without those on the only node that the other side is on."""
    return _not_on(sources, _only_node(destinations)), _not_on(destinations, _only_node(sources))


def _only_node(parties: Parties) -> str:
    nodes = {pair.new.node for pair in parties.pairs}
    return nodes.pop() if parties.are_hosts and len(nodes) == 1 else ""


def _not_on(parties: Parties, node: str) -> Parties:
    if not node:
        return parties
    return replace(parties, pairs=tuple(pair for pair in parties.pairs if node not in (pair.old.node, pair.new.node)))


def _any(parties: Parties) -> bool:
    return bool(parties.pairs or parties.addresses)
