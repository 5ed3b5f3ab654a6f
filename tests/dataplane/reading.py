"""What nft would make of matches: held against one packet, in the plainest way."""

from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network

from percale.dataplane.in_force import Programs
from percale.dataplane.local_policies import LocalPolicies
from percale.dataplane.matching import Matches
from percale.dataplane.membership import Membership
from percale.dataplane.parts import Parts
from percale.dataplane.peers import PeerRule, answer, rules_of_workload
from percale.dataplane.places import Places
from percale.dataplane.programs import TierProgram
from percale.dataplane.ruleset import Compare, Element, Field, IntervalSet, Lookup, Match, Spans
from percale.dataplane.segments import Segments
from percale.dataplane.stages import POD_EGRESS
from percale.policy.incremental.difference import Change, PolicyChange
from percale.policy.rules import OWN_SIDE, Direction, Rule
from percale.policy.world import World
from percale.traffic.addresses import Address
from percale.traffic.intervals import Intervals
from percale.traffic.packet import Packet


def any_holds(alternatives: Iterable[Matches], packet: Packet, parts: Parts) -> bool:
    return any(all(_holds(match, packet, parts) for match in matches) for matches in alternatives)


def _holds(match: Match, packet: Packet, parts: Parts) -> bool:
    match match:
        case Compare(field, value, negated):
            values = value if isinstance(value, tuple) else (value,)
            return any(_is(_read(field, packet), one) for one in values) != negated
        case Spans(field, first, last, negated):
            number = _read(field, packet)
            assert isinstance(number, int)
            return (first <= number <= last) != negated
        case Lookup(fields, name, negated):
            key = tuple(_read(field, packet) for field in fields)
            return _is_in(key, name, parts) != negated


def _is(found: int | Address, wanted: Element) -> bool:
    if isinstance(wanted, IPv4Network | IPv6Network):
        return not isinstance(found, int) and found in wanted
    return found == wanted


def _is_in(key: tuple[int | Address, ...], name: str, parts: Parts) -> bool:
    if name in parts.rosters:
        return key in parts.rosters[name].elements
    if name in parts.sets:
        return key in parts.sets[name].elements
    return _is_inside(key[0], parts.interval_sets[name])


def _is_inside(found: int | Address, inside: IntervalSet) -> bool:
    if isinstance(found, int):
        assert isinstance(inside.elements, Intervals)
        return found in inside.elements
    assert isinstance(inside.elements, tuple)
    return any(found in net for net in inside.elements)


def _read(field: Field, packet: Packet) -> int | Address:
    """A field that the packet's protocol does not have is never to be read: nft would take other bytes for it."""
    match field:
        case Field.SADDR:
            return packet.source
        case Field.DADDR:
            return packet.destination
        case Field.L4PROTO:
            return packet.protocol
        case Field.SPORT | Field.DPORT:
            assert packet.has_ports, f"{field} read of protocol {packet.protocol}"
            return packet.source_port if field is Field.SPORT else packet.destination_port
        case Field.ICMP_TYPE | Field.ICMP_CODE:
            assert packet.is_icmp, f"{field} read of protocol {packet.protocol}"
            return packet.icmp_type if field is Field.ICMP_TYPE else packet.icmp_code
        case _:
            raise AssertionError(field)


def compiled(rule: Rule, mark: str, direction: Direction, own: Address, here: World) -> list[PeerRule]:
    """The rule as a workload with that address enforces it."""
    answered = answer(rule.entity(OWN_SIDE[direction]), own, here.objects_at(own))
    return list(rules_of_workload(rule, mark, direction, own.version, answered))


def segments_of(
    rules: Iterable[PeerRule], direction: Direction, membership: Membership, *, forward: bool = True
) -> Segments:
    """Of one tier whose rules are these, in IPv4; their marks go by their own names."""
    tier = TierProgram("tier", POD_EGRESS, direction, 4, tuple(rules), None, {})
    found = Segments(tier, membership)
    found.place(forward=forward)
    return found


def programs_of(here: World) -> Programs:
    """Of all workloads of a world."""
    policies, places = LocalPolicies(), Places()
    everyone = [Change(None, one) for one in (*here.workloads, *here.host_endpoints, *here.network_sets)]
    places.apply(everyone)
    policies.follow(
        [PolicyChange(None, one) for one in here.policies.policies], [Change(None, one) for one in here.workloads]
    )
    programs = Programs(policies, places)
    programs.follow(here.policies.tiers, here.profiles)
    return programs
