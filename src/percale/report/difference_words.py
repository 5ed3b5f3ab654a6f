"""A difference in sentences, which every form of it is made of."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from percale.analysis.connectivity import Connectivity, Group
from percale.analysis.difference.changes import Change, Parties
from percale.analysis.difference.comparing import Difference
from percale.analysis.difference.counterexample import Example
from percale.analysis.difference.forwarded import ForwardChange, Forwarding
from percale.analysis.difference.pairing import Pair
from percale.analysis.difference.presences import Presence
from percale.policy.endpoints import EndpointKind
from percale.policy.policies import Policy
from percale.policy.reasons import Decision, EndOfTier, RuleRef
from percale.policy.rules import Direction
from percale.policy.verdict import Verdict
from percale.policy.world import EVERY_INTERFACE
from percale.report.counts import counted
from percale.report.groups import GroupNames, together
from percale.report.host_names import HostNames
from percale.report.outside_names import OutsideNames
from percale.report.reasons import reason_words
from percale.report.traffic import packet_words, traffic_words
from percale.report.workload_names import WorkloadNames
from percale.resources.problems import Place
from percale.traffic.packet import Packet
from percale.traffic.traffic import Traffic

#: A file at a revision; annotations name it as it is in the tree that is checked out.
_REVISION = re.compile(r"^git:[^:]*:")


@dataclass(frozen=True, slots=True)
class Sentence:
    """One change: `head` says what, `reasons` who decided before and who decides now."""

    opens: bool
    head: str
    reasons: tuple[str, ...]
    example: str
    place: Place | None

    @property
    def lines(self) -> tuple[str, ...]:
        return (*self.reasons, f"for example: {self.example}")


class Told:
    """`apart` is what workloads can that only one side has."""

    def __init__(self, found: Difference, apart: Sequence[Presence] = ()) -> None:
        self.found = found
        self.apart = apart

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        """What opens comes first: that nobody meant it is found out late."""
        return tuple(sorted(self.found.changes, key=lambda one: not one.opens))

    @cached_property
    def forwarded(self) -> tuple[ForwardChange, ...]:
        return tuple(sorted(self.found.forwarded, key=lambda one: not one.opens))

    def sentences(self) -> Iterator[Sentence]:
        yield from map(self.sentence, self.changes)
        yield from map(self.forward_sentence, self.forwarded)

    def sentence(self, change: Change) -> Sentence:
        example = change.example
        then, now = example.old.verdict, example.new.verdict
        verb = "may now reach" if change.opens else "may no longer reach"
        sources, destinations = self.name(change.sources, change), self.name(change.destinations, change)
        return Sentence(
            change.opens,
            f"{sources} {verb} {destinations} with {_traffic(change.traffic)}{self._when(change)}",
            (f"was {_said(then)}", f"now {_said(now)}"),
            self.example(example),
            self._place(then, now),
        )

    def forward_sentence(self, change: ForwardChange) -> Sentence:
        then, now = change.example
        verb = "may now forward" if change.opens else "may no longer forward"
        sources, destinations = self.name(change.sources, change), self.name(change.destinations, change)
        what = f"from {sources} to {destinations} with {_traffic(change.traffic)}"
        packet = now.packet
        source, destination = (self._end(place.pair) for place in change.places)
        ends = f"{source}{packet.source}{_port(packet)} to {destination}{packet.destination}{_name(packet)}"
        return Sentence(
            change.opens,
            f"{self.forwarders(change)} {verb} {forward_way(change)} {what}{self._when(change)}",
            (f"was {_forward_said(then)}", f"now {_forward_said(now)}"),
            f"{ends} {packet_words(packet)}",
            self._place(then, now),
        )

    def forwarders(self, change: ForwardChange) -> str:
        return self.hosts.name([one.pair.new for one in change.hosts])

    def _when(self, change: Change | ForwardChange) -> str:
        only = [f"IPv{change.versions[0]} only"] if len(change.versions) < len(self.found.versions) else []
        where = [] if change.everywhere else ["depending on the addresses that they get or use"]
        return f" ({', '.join([*only, *where])})" if only or where else ""

    # Names.

    def name(self, parties: Parties, change: Change | ForwardChange) -> str:
        if parties.pairs:
            names = self.hosts if parties.are_hosts else self.names
            return names.name([pair.new for pair in parties.pairs])
        return self.outside(change).name(Group((), (), parties.addresses, parties.name))

    def members(self, parties: Parties) -> list[str]:
        """Each as `percale reach` takes it."""
        names = self.hosts if parties.are_hosts else self.names
        return [names.reference(pair.new) for pair in parties.pairs]

    def example(self, example: Example) -> str:
        then, now = example.old.verdict.packet, example.new.verdict.packet
        moved = "" if then == now else f" (now {now.source} to {now.destination})"
        source, destination = self._end(example.source), self._end(example.destination)
        ends = f"{source}{then.source}{_port(then)} to {destination}{then.destination}{_name(then)}"
        return f"{ends} {packet_words(then)}{moved}"

    def _end(self, pair: Pair | None) -> str:
        if pair is None:
            return ""
        return f"{self.hosts.reference(pair.new) if pair.is_host else pair.new} at "

    @cached_property
    def names(self) -> WorkloadNames:
        return WorkloadNames(self.found.worlds[1].workloads)

    @cached_property
    def hosts(self) -> HostNames:
        """With those that only the old world has."""
        old, new = (
            {(one.node, one.interface, one.name): one for one in world.host_endpoints} for world in self.found.worlds
        )
        return HostNames({**old, **new}.values())

    def outside(self, change: Change | ForwardChange) -> OutsideNames:
        version = change.versions[0]
        if version not in self._outside:
            self._outside[version] = OutsideNames(Connectivity(change.grounds[1].engine(())))
        return self._outside[version]

    @cached_property
    def _outside(self) -> dict[int, OutsideNames]:
        return {}

    # Workloads of one side only.

    def presence_heads(self) -> Iterator[str]:
        return map(self.presence_head, self.apart)

    def presence_head(self, one: Presence) -> str:
        verb = "may reach" if one.added else "could reach"
        sources, destinations = self.presence_names(one)
        where = "" if one.everywhere else " (depending on the addresses that they get or use)"
        only = f" (IPv{one.version} only)" if len(self.found.versions) > 1 else ""
        return f"{', '.join(sources)} {verb} {', '.join(destinations)} with {_traffic(one.traffic)}{only}{where}"

    def presence_names(self, one: Presence) -> tuple[list[str], list[str]]:
        names = self._group_names(one.connectivity)
        sources, destinations = (list(map(names.name, merged(side))) for side in (one.sources, one.destinations))
        return sources, destinations

    def _group_names(self, connectivity: Connectivity) -> GroupNames:
        if connectivity not in self._named:
            self._named[connectivity] = GroupNames(connectivity)
        return self._named[connectivity]

    @cached_property
    def _named(self) -> dict[Connectivity, GroupNames]:
        return {}

    # Policies, places, sums.

    def policy_lines(self) -> Iterator[str]:
        for one in self.found.policies:
            place = f" ({one.policy.place})" if one.policy.place else ""
            yield f"{one.edit}: {one.policy.id}{place}"

    def _place(self, then: Verdict | Forwarding, now: Verdict | Forwarding) -> Place | None:
        """Of a policy that decides and has changed, of one that decides, or of any that has changed."""
        changed = {one.policy.id: one for one in self.found.policies}
        deciding = [*_policies(now), *_policies(then)]
        ours = [changed[one.id].policy for one in deciding if one.id in changed]
        for one in (*ours, *(entry.policy for entry in self.found.policies), *deciding):
            if one.place:
                return one.place
        return None

    def summary(self) -> str:
        """One line."""
        if not self.found.has_any:
            if self.found.uncompared:
                return f"no flow differs, but {self.uncompared()}"
            if not self.found.policies:
                return "no difference: every packet has the same fate"
            number = counted(len(self.found.policies), "policy", "policies")
            return f"{number} changed, and no packet's fate"
        opens = [*(one.opens for one in self.changes), *(one.opens for one in self.forwarded)]
        parts = [f"{counted(sum(opens), 'change')} to open and {opens.count(False)} to close"]
        if self.found.pairing.added or self.found.pairing.removed:
            added, removed = len(self.found.pairing.added), len(self.found.pairing.removed)
            parts.append(f"{counted(added, 'workload')} added and {removed} removed")
        if self.found.uncompared:
            parts.append(self.uncompared())
        return "; ".join([*parts, *self.kept()])

    def uncompared(self) -> str:
        return f"{', '.join(self.found.uncompared)} changed: not compared"

    def kept(self) -> Iterator[str]:
        for one in self.found.counts:
            version = f" in IPv{one.version}" if len(self.found.counts) > 1 else ""
            yield f"{one.kept} of {counted(one.pairs, 'pair')} of workloads as before{version}"


def merged(groups: Iterable[Group]) -> list[Group]:
    """All workloads as one group, and the addresses outside by the name that they are looked up by."""
    found: dict[object, list[Group]] = {}
    for group in groups:
        found.setdefault((group.is_outside, group.host is not None, group.name), []).append(group)
    return [together(held) for held in found.values()]


def _traffic(traffic: Traffic) -> str:
    words = traffic_words(traffic)
    return "anything" if words == "everything" else words


def forward_way(change: ForwardChange) -> str:
    """Which interfaces, unless these are several."""
    names = {one.pair.new.interface for one in change.hosts}
    name = names.pop() if len(names) == 1 else ""
    shown = "any interface without a host endpoint of its own" if name == EVERY_INTERFACE else name
    goes = "what comes in" if change.direction is Direction.INGRESS else "what goes out"
    return f"{goes} by {shown}" if shown else goes


def _forward_said(one: Forwarding) -> str:
    decisions = [each for each in one.decisions if one.allowed or not each.allows]
    reasons = "; ".join(f"{_side(each)}: {reason_words(each.because)}" for each in decisions)
    return f"{'forwarded' if one.allowed else 'dropped'}: {reasons or 'no policy of the host says anything of it'}"


def _said(verdict: Verdict) -> str:
    """Of a denial those sides that deny, of a permission both."""
    decisions = [one for one in verdict.decisions if verdict.allowed or not one.allows]
    reasons = "; ".join(f"{_side(one)}: {reason_words(one.because)}" for one in decisions)
    return f"{'allowed' if verdict.allowed else 'denied'}: {reasons or 'nobody is asked'}"


def _side(decision: Decision) -> str:
    of_host = decision.endpoint.kind is EndpointKind.HOST
    return f"host {decision.endpoint} {decision.direction}" if of_host else str(decision.direction)


def _policies(verdict: Verdict | Forwarding) -> Iterator[Policy]:
    for decision in verdict.decisions:
        if verdict.allowed or not decision.allows:
            match decision.because:
                case RuleRef(policy=policy) if policy:
                    yield policy
                case EndOfTier(policies=policies):
                    yield from policies
                case _:
                    pass


def _port(packet: Packet) -> str:
    return f" port {packet.source_port}" if packet.has_ports else ""


def _name(packet: Packet) -> str:
    return f" ({packet.destination_name})" if packet.destination_name else ""


def in_tree(place: Place) -> Place:
    """Without the revision."""
    return Place(_REVISION.sub("", place.source), place.line, place.column)
