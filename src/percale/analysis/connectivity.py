"""Who can reach whom on what: everybody who is alike taken together, every pair answered exactly."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, reduce
from itertools import product
from operator import and_, or_

from percale.analysis.symbolic.engine import Engine
from percale.policy.endpoints import Endpoint
from percale.traffic.intervals import EMPTY, Intervals


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """Workloads, or addresses outside, that nothing tells apart: what one of them can do, each can.

    `identities` has one of each kind that a member may have: several only where a workload has several addresses, or
    none yet. `addresses` are those outside, by the engine's IP version; `name` is what they were looked up by.
    """

    identities: tuple[int, ...]
    members: tuple[Endpoint, ...] = ()
    addresses: Intervals = EMPTY
    name: str = ""

    @property
    def is_outside(self) -> bool:
        return not self.members


@dataclass(frozen=True, slots=True)
class Flow:
    """`always` holds wherever the two get or have their addresses, `sometimes` only for some; both are cells."""

    source: Group
    destination: Group
    always: int
    sometimes: int


class Connectivity:
    """Between groups of one engine."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    @cached_property
    def workloads(self) -> tuple[Group, ...]:
        """In the order of their first members."""
        return self.grouped(self.engine.world.workloads)

    def grouped(self, endpoints: Iterable[Endpoint]) -> tuple[Group, ...]:
        """Endpoints without an address of the IP version are left out."""
        found: dict[frozenset[Kind], list[Endpoint]] = {}
        for one in endpoints:
            if numbers := self.engine.identities.of_endpoint[one]:
                found.setdefault(frozenset(map(self._kind, numbers)), []).append(one)
        return tuple(Group(self._distinct(members[0]), tuple(members)) for members in found.values())

    def _distinct(self, one: Endpoint) -> tuple[int, ...]:
        return tuple({self._kind(number): number for number in self.engine.identities.of_endpoint[one]}.values())

    @cached_property
    def outside(self) -> tuple[Group, ...]:
        """Addresses that no workload has, and names; in ascending order of their first addresses."""
        identities = self.engine.identities
        found: dict[tuple[str, Kind], list[int]] = {}
        for (_, name), number in identities.outside.items():
            found.setdefault((name, self._kind(number)), []).append(number)
        groups = [Group((numbers[0],), (), self._addresses(numbers), name) for (name, _), numbers in found.items()]
        return tuple(sorted(groups, key=lambda group: (group.name, group.addresses.spans)))

    def _addresses(self, numbers: Iterable[int]) -> Intervals:
        identities = self.engine.identities
        return Intervals.of(span for number in numbers for span in identities.free[identities.known[number].atom])

    def _kind(self, number: int) -> "Kind":
        return self.engine.kind(number)

    def flow(self, source: Group, destination: Group) -> Flow:
        passing = [self.engine.between(*ends) for ends in product(source.identities, destination.identities)]
        return Flow(source, destination, reduce(and_, passing), reduce(or_, passing))

    def flows(self, sources: Iterable[Group], destinations: Iterable[Group]) -> Iterator[Flow]:
        """Those of all pairs where anything passes; of a group with itself, where two of its members can be two."""
        there = tuple(destinations)
        for source in sources:
            for destination in there:
                if source is not destination or has_two(source):
                    flow = self.flow(source, destination)
                    if flow.sometimes:
                        yield flow


Kind = tuple[int, int, int, int]


def has_two(group: Group) -> bool:
    """Whether there can be traffic within the group; a template stands for any number of pods."""
    return len(group.members) > 1 or any(one.resource_kind not in _SINGLE for one in group.members)


_SINGLE = ("Pod", "WorkloadEndpoint")
