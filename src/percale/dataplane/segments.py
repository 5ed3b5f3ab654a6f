"""The rules of a tier, as many of them as possible answered by one hash lookup.

A rule that matches single addresses at single ports is a set of points (address, protocol, port), and such rules
together are a map from points to what the first rule that has the point says. One lookup then costs the same for ten
policies and for five thousand.

Where other rules stand between them, the map is asked before those all the same. It leaves out the points that such a
rule decides; a point that one of them may decide stays where its rule stands, and so does the rule.

What is asked of a point depends on no other point. So an address that comes or goes is put to the rules alone, and
wherever it is put, the order of events has made no difference.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from percale.dataplane import naming
from percale.dataplane.covering import AskedRule, Covers, Port
from percale.dataplane.membership import Membership, Moves
from percale.dataplane.peers import PeerRule
from percale.dataplane.programs import TierProgram
from percale.dataplane.rosters import Members, Roster, address_key
from percale.dataplane.ruleset import Goto, Jump, Key, SetElement, VerdictMap
from percale.policy.rules import OWN_SIDE
from percale.traffic.addresses import Address

#: Fewer are as quick rule by rule.
_FEWEST_RULES = 4
#: Against so many rules before it is a point held; with more of them at its port, it stays where its rule stands.
_MOST_AHEAD = 64
#: The map that is asked before all rules; others are asked where a run of rules stands, and numbered as the runs are.
_FORWARD = 0


@dataclass(frozen=True, slots=True)
class PointMap:
    """What the first rule with the point says, for every point of several rules; told by the map's name."""

    number: int
    name: str
    marks: tuple[str, ...]


Segment = PeerRule | PointMap


@dataclass(slots=True, eq=False)
class _Pointlike:
    """One rule that is a handful of points, where it stands among the others."""

    asked: AskedRule
    run: int
    goto: Goto
    #: For each of its ports, how many of the rules there that are no points stand before this one.
    ahead: Mapping[Port, int]
    #: Whether none of those is about every address, at one port at least.
    free: bool
    #: At how many points something before it depends on more than the point.
    staying: int = 0


#: A point, the map that it is in, and which of the pointlike rules has it.
_Placed = tuple[int, SetElement, _Pointlike]


class Segments:
    """Of one tier in one table, from `place` on; follows whoever joins and leaves its selectors."""

    def __init__(self, tier: TierProgram, membership: Membership) -> None:
        side = OWN_SIDE[tier.direction].other
        self._tier = tier
        self._asked = [AskedRule(rule, side, membership, tier.version) for rule in tier.rules]
        self.rosters: frozenset[Roster] = frozenset(roster for one in self._asked for roster in one.rosters)
        #: The rules that are no points, by the ports that they are about.
        self._standing: dict[Port, list[AskedRule]] = {}
        self._order = list(self._laid_out())
        self._points = [one for one in self._order if isinstance(one, _Pointlike)]
        self._long_runs = _frequent(one.run for one in self._points)
        self.may_go_forward = sum(one.free for one in self._points) >= _FEWEST_RULES
        self._forward = False
        self._by_members: dict[Members, list[int]] = {}
        self._firsts: dict[tuple[int, ...], list[tuple[_Pointlike, Port]]] = {}
        self._placed: dict[Address, list[_Placed]] = {}
        self._elements: dict[int, dict[SetElement, Goto | Jump]] = {}
        self._maps: dict[int, VerdictMap] = {}
        self._names: dict[int, str] = {}
        self.listed: tuple[Segment, ...] = ()
        #: Whether something else is to be listed than before.
        self._shifted = self._begins_with_map = False

    def _laid_out(self) -> Iterator[AskedRule | _Pointlike]:
        ports = {port for one in self._asked if one.is_pointlike for port in one.ports}
        self._standing = {port: [] for port in ports}
        taken: set[Port] = set()
        run = _FORWARD + 1
        for one in self._asked:
            if one.is_pointlike:
                ahead = {port: len(self._standing[port]) for port in one.ports}
                free = any(port not in taken and ahead[port] <= _MOST_AHEAD for port in one.ports)
                yield _Pointlike(one, run, Goto(one.rule.mark), ahead, free)
            else:
                yield one
                run += 1
                covered = [port for port in ports if one.covers_port(port)]
                taken.update(covered if one.covers_every_address else ())
                for port in covered:
                    self._standing[port].append(one)

    @property
    def weight(self) -> int:
        """How many points may have to be brought forward."""
        return sum(one.asked.most_points for one in self._points if one.free)

    @property
    def maps(self) -> dict[str, VerdictMap]:
        return {one.name: self._map(one.number) for one in self.listed if isinstance(one, PointMap)}

    def place(self, *, forward: bool) -> None:
        """Every point, brought forward or not."""
        self._forward = forward and self.may_go_forward
        self._by_members = {}
        for at, one in enumerate(self._points):
            one.staying = 0
            if one.asked.members and (self._forward or one.run in self._long_runs):
                self._by_members.setdefault(one.asked.members, []).append(at)
        self._firsts = {}
        self._placed = {}
        self._elements = {number: {} for number in (_FORWARD, *self._long_runs)}
        self._shifted = True
        holding: dict[Address, list[int]] = {}
        for members, rules in self._by_members.items():
            for address in members.addresses:
                holding.setdefault(address, []).extend(rules)
        for address, rules in holding.items():
            self._put(address, list(self._places(address, rules)))
        self._list()

    def follow(self, moves: Moves) -> bool:
        """Whether that could be done: no where a rule became points, or is points no more."""
        moved = self.rosters & moves.keys()
        if any(moves[one].networks for one in moved) or not self._stand_as_they_did(moved):
            return False
        addresses = frozenset[Address]().union(*(moves[one].addresses for one in moved))
        for address in addresses:
            self._replace(address)
        self._list()
        return True

    def _stand_as_they_did(self, moved: Iterable[Roster]) -> bool:
        """Whether the same rules are points as when they were laid out."""
        about = frozenset(moved)
        return all(
            one.asked.is_pointlike if isinstance(one, _Pointlike) else not one.is_pointlike
            for one in self._order
            if (one.asked if isinstance(one, _Pointlike) else one).members in about
        )

    def _replace(self, address: Address) -> None:
        held = [at for members, rules in self._by_members.items() if (address,) in members.elements for at in rules]
        before, after = self._placed.get(address, []), list(self._places(address, held))
        if before == after:
            return
        for number, point, one in before:
            self._count(one, number, -1)
            if number in self._elements:
                del self._writable(number)[point]
        self._placed.pop(address, None)
        self._put(address, after)

    def _places(self, address: Address, held: list[int]) -> Iterator[_Placed]:
        """Each of its points that no rule decides beforehand, by the first of these rules that has it."""
        rules = tuple(sorted(at for at in held if self._points[at].asked.is_in_nets(address)))
        if rules not in self._firsts:
            self._firsts[rules] = list(self._first_with_each_port(rules))
        for one, port in self._firsts[rules]:
            number = self._number(one, address, port)
            if number is not None:
                yield number, (address, *port), one

    def _first_with_each_port(self, rules: Iterable[int]) -> Iterator[tuple[_Pointlike, Port]]:
        seen: set[Port] = set()
        for one in (self._points[at] for at in rules):
            yield from ((one, port) for port in one.asked.ports if port not in seen)
            seen.update(one.asked.ports)

    def _number(self, one: _Pointlike, address: Address, port: Port) -> int | None:
        """Of the map where the point is asked for; None where a rule before it decides."""
        if not self._forward or one.ahead[port] > _MOST_AHEAD:
            return one.run
        covers = {before.covers(address, port) for before in self._standing[port][: one.ahead[port]]}
        if Covers.YES in covers:
            return None
        return one.run if Covers.DEPENDS in covers else _FORWARD

    def _put(self, address: Address, places: list[_Placed]) -> None:
        if places:
            self._placed[address] = places
        for number, point, one in places:
            self._count(one, number, 1)
            if number in self._elements:
                self._writable(number)[point] = one.goto

    def _count(self, one: _Pointlike, number: int, by: int) -> None:
        if number != _FORWARD:
            self._shifted |= not one.staying or one.staying + by == 0
            one.staying += by

    def _map(self, number: int) -> VerdictMap:
        """The same one until an element is another."""
        if number not in self._maps or self._maps[number].elements is not self._elements[number]:
            keys = (address_key(self._tier.version), Key.PROTOCOL, Key.PORT)
            self._maps[number] = VerdictMap(self._name(number), keys, self._elements[number])
        return self._maps[number]

    def _name(self, number: int) -> str:
        """By the rules and not by the points: whoever joins or leaves is an element, and no rule changes."""
        if number not in self._names:
            self._names[number] = f"m-{naming.digest(self._tier.name, number, *self._tier.rules)}"
        return self._names[number]

    def _writable(self, number: int) -> dict[SetElement, Goto | Jump]:
        """What was given away stays as it is."""
        if number in self._maps and self._maps[number].elements is self._elements[number]:
            self._elements[number] = dict(self._elements[number])
        return self._elements[number]

    def _list(self) -> None:
        """Only where something else is to be listed than before."""
        if self._shifted or self._begins_with_map != bool(self._elements[_FORWARD]):
            self._shifted, self._begins_with_map = False, bool(self._elements[_FORWARD])
            self.listed = tuple(self._listed())

    def _listed(self) -> Iterator[Segment]:
        """What is asked in turn until something decides."""
        staying = [one for one in self._points if one.staying or not self._forward]
        mapped = _frequent(one.run for one in staying) & self._long_runs
        if self._elements[_FORWARD]:
            yield self._point_map(_FORWARD, self._points)
        asked_in: set[int] = set()
        for one in self._order:
            if isinstance(one, AskedRule):
                yield one.rule
            elif one.run in mapped and one.run not in asked_in:
                asked_in.add(one.run)
                yield self._point_map(one.run, (other for other in self._points if other.run == one.run))
            elif one.run not in mapped and (one.staying or not self._forward):
                yield one.asked.rule

    def _point_map(self, number: int, rules: Iterable[_Pointlike]) -> PointMap:
        marks = dict.fromkeys(one.asked.rule.mark for one in rules)
        return PointMap(number, self._name(number), tuple(marks))


def _frequent(runs: Iterable[int]) -> frozenset[int]:
    """Those that are long enough for a map."""
    return frozenset(run for run, length in Counter(runs).items() if length >= _FEWEST_RULES)
