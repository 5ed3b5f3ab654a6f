"""Peers and traffic as nft matches: each a list of alternatives, of which any one is enough."""

from dataclasses import dataclass, replace
from itertools import product

from percale.dataplane import naming
from percale.dataplane.membership import Membership
from percale.dataplane.parts import Parts
from percale.dataplane.peers import NamedPorts, Peer, PeerRule
from percale.dataplane.rosters import Roster, address_key
from percale.dataplane.ruleset import Compare, Field, IntervalSet, Key, Lookup, Match, Set, Spans
from percale.policy.rules import ServiceRef, Side
from percale.selector import Selector
from percale.traffic.addresses import AddressSet, Network
from percale.traffic.intervals import Intervals
from percale.traffic.protocols import ICMP, ICMPV6
from percale.traffic.regions import Region
from percale.traffic.traffic import ANY_ICMP, ANY_PORT, Traffic, plane

Matches = tuple[Match, ...]

#: So many networks are compared one by one; more share an interval set, which costs as much as several compares.
_FEW_NETWORKS = 3
#: So many single ports or types fit in one hash set.
_MANY_VALUES = 64

#: No type of set holds them under their own names, and rules that ask for several are rare.
_ICMP_FIELDS = (Field.ICMP_TYPE, Field.ICMP_CODE)


@dataclass(frozen=True, slots=True)
class _Ends:
    """Which fields of a packet are its two ends."""

    source: Field
    source_port: Field
    destination: Field
    destination_port: Field

    def of(self, side: Side) -> tuple[Field, Field]:
        if side is Side.SOURCE:
            return self.source, self.source_port
        return self.destination, self.destination_port


_AS_IT_IS = _Ends(Field.SADDR, Field.SPORT, Field.DADDR, Field.DPORT)
_BEFORE_NAT = _Ends(Field.SADDR, Field.SPORT, Field.ORIGINAL_DADDR, Field.ORIGINAL_DPORT)


class Matcher:
    """Matches for the rules of one table; the sets that they look into become parts."""

    def __init__(self, membership: Membership, version: int) -> None:
        self._membership = membership
        self._version = version
        self.parts = Parts()

    def alternatives(self, rule: PeerRule, *, before_nat: bool = False) -> list[Matches]:
        """Cheap matches first: what a packet of another protocol fails at once saves the lookups.

        `before_nat` holds the rule against the destination that the packet had before it was translated.
        """
        if before_nat and len(rule.traffic.regions) > 1 and not rule.traffic.rest:
            # nft knows the type of `ct original proto-dst` behind one protocol only, not behind a set of them.
            return [
                matches
                for protocol, region in rule.traffic.regions
                for matches in self.alternatives(replace(rule, traffic=Traffic.of({protocol: region})), before_nat=True)
            ]
        ends = _BEFORE_NAT if before_nat else _AS_IT_IS
        parts = (
            self._traffic(rule.traffic, ends),
            self._peer(rule.source, Side.SOURCE, ends),
            self._peer(rule.destination, Side.DESTINATION, ends),
        )
        return [tuple(match for part in chosen for match in part) for chosen in product(*parts)]

    def _peer(self, peer: Peer, side: Side, ends: _Ends) -> list[Matches]:
        address, port = ends.of(side)
        parts = [self._nets(peer.nets, address), [self._not_nets(peer.not_nets, address)]]
        if peer.selector:
            parts.append(self._members(peer.selector, address))
        if peer.not_selector:
            parts.append([self._not_members(peer.not_selector, address)])
        if peer.named:
            parts.append([(self._named(peer.named, (address, Field.L4PROTO, port)),)])
        if peer.not_named:
            lookup = self._named(peer.not_named, (address, Field.L4PROTO, port))
            parts.append([(Lookup(lookup.fields, lookup.set, negated=True),)])
        if peer.service:
            parts.append([(self._service(peer.service, side, ends),)])
        return [tuple(match for part in chosen for match in part) for chosen in product(*parts)]

    def _nets(self, nets: tuple[Network, ...], address: Field) -> list[Matches]:
        if not nets or any(net.prefixlen == 0 for net in nets):
            return [()]
        if len(nets) <= _FEW_NETWORKS:
            return [(Compare(address, net),) for net in nets]
        return [(Lookup((address,), self._network_set(nets)),)]

    def _not_nets(self, nets: tuple[Network, ...], address: Field) -> Matches:
        if len(nets) <= _FEW_NETWORKS:
            return tuple(Compare(address, net, negated=True) for net in nets)
        return (Lookup((address,), self._network_set(nets), negated=True),)

    def _members(self, selector: Selector, address: Field) -> list[Matches]:
        members = self._membership.members(selector, self._version)
        found: list[Matches] = [(self._in_roster(members, address),)]
        if members.networks:
            found.append((Lookup((address,), self._network_set(members.networks)),))
        return found

    def _not_members(self, selector: Selector, address: Field) -> Matches:
        return tuple(
            Lookup(match.fields, match.set, negated=True)
            for alternative in self._members(selector, address)
            for match in alternative
            if isinstance(match, Lookup)
        )

    def _named(self, named: NamedPorts, fields: tuple[Field, ...]) -> Lookup:
        return self._in_roster(self._membership.named_ports(named, self._version), *fields)

    def _service(self, service: ServiceRef, side: Side, ends: _Ends) -> Lookup:
        address, port = ends.of(side)
        if side is Side.SOURCE:
            return self._in_roster(self._membership.service(service, self._version, ports=False), address)
        behind = self._membership.service(service, self._version, ports=True)
        return self._in_roster(behind, address, Field.L4PROTO, port)

    def _in_roster(self, roster: Roster, *fields: Field) -> Lookup:
        self.parts.rosters[roster.set.name] = roster
        return Lookup(fields, roster.set.name)

    def _network_set(self, networks: tuple[Network, ...]) -> str:
        """Named by contents: an interval set in use is never changed, a new one is filled beforehand."""
        disjoint = tuple(AddressSet.of(networks).networks(self._version))
        name = f"n-{naming.digest(*disjoint)}"
        self.parts.interval_sets[name] = IntervalSet(name, address_key(self._version), disjoint)
        return name

    def _traffic(self, traffic: Traffic, ends: _Ends) -> list[Matches]:
        found: list[Matches] = []
        if (whole := self._whole_protocols(traffic)) is not None:
            found.append(whole)
        for region, protocols in _shared(traffic).items():
            found += self._region(region, protocols, ends)
        return found

    def _region(self, region: Region, protocols: tuple[int, ...], ends: _Ends) -> list[Matches]:
        compare: Matches = (self._among(Field.L4PROTO, protocols),)
        icmp = protocols[0] in (ICMP, ICMPV6)
        x, y = (Field.ICMP_TYPE, Field.ICMP_CODE) if icmp else (ends.source_port, ends.destination_port)
        return [
            compare + left + right
            for xs, ys in region.bands
            for left, right in product(self._axis(x, xs), self._axis(y, ys))
        ]

    def _axis(self, field: Field, values: Intervals) -> list[Matches]:
        whole = ANY_ICMP if field in _ICMP_FIELDS else ANY_PORT
        if values == whole:
            return [()]
        if singles := _singles(values):
            return [(self._among(field, singles),)]
        if len((whole - values).spans) == 1:
            # Not as `!= 1`: of `th sport != 1 th dport != 2` nft makes one comparison of both ports together, which
            # holds as soon as either differs.
            return [(Spans(field, *(whole - values).spans[0], negated=True),)]
        if singles := _singles(whole - values):
            return [(self._among(field, singles, negated=True),)]
        if len(values.spans) == 1 or whole is ANY_ICMP:
            return [(Spans(field, first, last),) for first, last in values]
        name = f"q-{naming.digest(values)}"
        self.parts.interval_sets[name] = IntervalSet(name, Key.PORT, values)
        return [(Lookup((field,), name),)]

    def _whole_protocols(self, traffic: Traffic) -> Matches | None:
        """Those of which every packet is in the traffic; None where there are none."""
        if traffic.rest:
            partial = tuple(number for number, _ in traffic.regions)
            return (self._among(Field.L4PROTO, partial, negated=True),) if partial else ()
        whole = tuple(number for number, region in traffic.regions if region == plane(number))
        return (self._among(Field.L4PROTO, whole),) if whole else None

    def _among(self, field: Field, values: tuple[int, ...], *, negated: bool = False) -> Match:
        """Several values are a set that all rules share: the kernel walks the list of sets for each one new."""
        if len(values) == 1 or field in _ICMP_FIELDS:
            return Compare(field, values, negated)
        letter, key = ("y", Key.PROTOCOL) if field is Field.L4PROTO else ("x", Key.PORT)
        name = f"{letter}-{naming.digest(*values)}"
        self.parts.sets[name] = Set(name, (key,), frozenset((one,) for one in values))
        return Lookup((field,), name, negated)


def _shared(traffic: Traffic) -> dict[Region, tuple[int, ...]]:
    """Protocols that are in the set in part, those with the same part together."""
    found: dict[Region, tuple[int, ...]] = {}
    for number, region in traffic.regions:
        if region and region != plane(number):
            found[region] = (*found.get(region, ()), number)
    return found


def _singles(values: Intervals) -> tuple[int, ...]:
    if len(values.spans) > _MANY_VALUES or any(first != last for first, last in values):
        return ()
    return tuple(first for first, _ in values)
