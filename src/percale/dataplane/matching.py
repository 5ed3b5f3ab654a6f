"""Peers and traffic as nft matches: each a list of alternatives, of which any one is enough."""

from itertools import product

from percale.dataplane import naming
from percale.dataplane.membership import Membership
from percale.dataplane.peers import NamedPorts, Peer, PeerRule
from percale.dataplane.ruleset import Compare, Element, Field, IntervalSet, Key, Lookup, Match, Set, Spans
from percale.policy.rules import Direction
from percale.selector import Selector
from percale.traffic.addresses import AddressSet, Network
from percale.traffic.intervals import Intervals
from percale.traffic.protocols import ICMP, ICMPV6
from percale.traffic.regions import Region
from percale.traffic.traffic import ANY_ICMP, ANY_PORT, Traffic, plane

Matches = tuple[Match, ...]

#: So many networks are compared one by one; more share an interval set, which costs as much as several compares.
_FEW_NETWORKS = 3
#: So many single ports or types fit in one anonymous hash set.
_MANY_VALUES = 64


class Matcher:
    """Matches for the rules of one table and direction; gathers the sets that they look into."""

    def __init__(self, membership: Membership, version: int) -> None:
        self._membership = membership
        self._version = version
        self._address_key = Key.IPV4 if version == 4 else Key.IPV6
        self.sets: dict[str, Set] = {}
        self.interval_sets: dict[str, IntervalSet] = {}

    def alternatives(self, rule: PeerRule, direction: Direction) -> list[Matches]:
        """Cheap matches first: what a packet of another protocol fails at once saves the lookups."""
        address = Field.SADDR if direction is Direction.INGRESS else Field.DADDR
        port = Field.SPORT if direction is Direction.INGRESS else Field.DPORT
        return [
            traffic + peer
            for traffic, peer in product(self._traffic(rule.traffic), self._peer(rule.peer, address, port, direction))
        ]

    def _peer(self, peer: Peer, address: Field, port: Field, direction: Direction) -> list[Matches]:
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
            parts.append([(self._service(peer, address, direction),)])
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
        found: list[Matches] = [(Lookup((address,), self._member_set(selector)),)]
        if networks := self._membership.networks(selector, self._version):
            found.append((Lookup((address,), self._network_set(networks)),))
        return found

    def _not_members(self, selector: Selector, address: Field) -> Matches:
        return tuple(
            Lookup(match.fields, match.set, negated=True)
            for alternative in self._members(selector, address)
            for match in alternative
            if isinstance(match, Lookup)
        )

    def _named(self, named: NamedPorts, fields: tuple[Field, ...]) -> Lookup:
        says = f"port {','.join(named.names)} of {named.selector or 'any endpoint'}"
        elements = self._membership.named_ports(named, self._version)
        return Lookup(fields, self._tuple_set("p", says, elements))

    def _service(self, peer: Peer, address: Field, direction: Direction) -> Lookup:
        if peer.service is None:
            raise ValueError("no service is asked for")
        says = f"service {peer.service.namespace}/{peer.service.name}"
        elements = self._membership.service(peer.service, self._version)
        if direction is Direction.EGRESS:
            return Lookup((address, Field.L4PROTO, Field.DPORT), self._tuple_set("v", says, elements))
        name = f"w-{naming.digest(says)}"
        members: frozenset[tuple[Element, ...]] = frozenset((one[0],) for one in elements)
        self.sets[name] = Set(name, (self._address_key,), members, says)
        return Lookup((address,), name)

    def _member_set(self, selector: Selector) -> str:
        """Named by meaning, not by contents: a pod that joins is one element more, and no rule changes."""
        name = f"s-{naming.digest(selector)}"
        addresses = self._membership.addresses(selector, self._version)
        members: frozenset[tuple[Element, ...]] = frozenset((one,) for one in addresses)
        self.sets[name] = Set(name, (self._address_key,), members, str(selector))
        return name

    def _tuple_set(self, letter: str, says: str, elements: frozenset[tuple[Element, ...]]) -> str:
        name = f"{letter}-{naming.digest(says)}"
        self.sets[name] = Set(name, (self._address_key, Key.PROTOCOL, Key.PORT), elements, says)
        return name

    def _network_set(self, networks: tuple[Network, ...]) -> str:
        """Named by contents: an interval set in use is never changed, a new one is filled beforehand (§3.5)."""
        disjoint = tuple(AddressSet.of(networks).networks(self._version))
        name = f"n-{naming.digest(*disjoint)}"
        self.interval_sets[name] = IntervalSet(name, self._address_key, disjoint)
        return name

    def _traffic(self, traffic: Traffic) -> list[Matches]:
        found: list[Matches] = []
        if whole := _whole_protocols(traffic):
            found.append(whole[0])
        for region, protocols in _shared(traffic).items():
            found += self._region(region, protocols)
        return found

    def _region(self, region: Region, protocols: tuple[int, ...]) -> list[Matches]:
        compare: Matches = (Compare(Field.L4PROTO, protocols),)
        icmp = protocols[0] in (ICMP, ICMPV6)
        x, y = (Field.ICMP_TYPE, Field.ICMP_CODE) if icmp else (Field.SPORT, Field.DPORT)
        return [
            compare + left + right
            for xs, ys in region.bands
            for left, right in product(self._axis(x, xs), self._axis(y, ys))
        ]

    def _axis(self, field: Field, values: Intervals) -> list[Matches]:
        whole = ANY_ICMP if field in (Field.ICMP_TYPE, Field.ICMP_CODE) else ANY_PORT
        if values == whole:
            return [()]
        if singles := _singles(values):
            return [(Compare(field, singles),)]
        if len((whole - values).spans) == 1:
            # Not as `!= 1`: of `th sport != 1 th dport != 2` nft makes one comparison of both ports together, which
            # holds as soon as either differs.
            return [(Spans(field, *(whole - values).spans[0], negated=True),)]
        if singles := _singles(whole - values):
            return [(Compare(field, singles, negated=True),)]
        if len(values.spans) == 1 or whole is ANY_ICMP:
            return [(Spans(field, first, last),) for first, last in values]
        name = f"q-{naming.digest(values)}"
        self.interval_sets[name] = IntervalSet(name, Key.PORT, values)
        return [(Lookup((field,), name),)]


def _whole_protocols(traffic: Traffic) -> list[Matches]:
    """At most one alternative: the protocols of which every packet is in the set."""
    if traffic.rest:
        partial = tuple(number for number, _ in traffic.regions)
        return [(Compare(Field.L4PROTO, partial, negated=True),)] if partial else [()]
    whole = tuple(number for number, region in traffic.regions if region == plane(number))
    return [(Compare(Field.L4PROTO, whole),)] if whole else []


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
