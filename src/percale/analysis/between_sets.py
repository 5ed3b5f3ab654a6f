"""What passes between two sets of parties, for all of their pairs at once; those that fare alike are taken together."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from percale.analysis.connectivity import Connectivity, Flow, Group, has_two
from percale.analysis.party_sets import PartySet
from percale.analysis.symbolic.cells import Cells
from percale.analysis.symbolic.engine import Engine
from percale.traffic.addresses import AddressSet
from percale.traffic.traffic import Traffic


@dataclass(frozen=True, slots=True)
class Part:
    """Pairs that fare alike: masks of cells of what was asked about. `example` is of groups that are among them."""

    sources: tuple[Group, ...]
    destinations: tuple[Group, ...]
    allowed: int
    depending: int
    denied: int
    example: Flow


@dataclass(frozen=True, slots=True)
class Between:
    """The answer for one IP version; every pair of two different parties is in one of the parts."""

    connectivity: Connectivity
    asked: int
    parts: tuple[Part, ...]

    @property
    def engine(self) -> Engine:
        return self.connectivity.engine

    @property
    def cells(self) -> Cells:
        return self.engine.cells


def between_sets(engine: Engine, source: PartySet, destination: PartySet, traffic: Sequence[Traffic]) -> Between | None:
    """Of everything that can open a flow, unless some traffic is named; None where no packet can go."""
    connectivity, cells = Connectivity(engine), engine.cells
    asked = 0 if traffic else cells.everything
    for one in traffic:
        asked |= cells.mask_of(one)
    asked &= cells.opening
    sources, destinations = (tuple(groups_of(one, connectivity)) for one in (source, destination))
    parts = tuple(_parts(connectivity, sources, destinations, asked)) if asked else ()
    return Between(connectivity, asked, parts) if parts else None


def groups_of(parties: PartySet, connectivity: Connectivity) -> Iterator[Group]:
    """In the order of the world; of groups outside the part that was asked about."""
    version = connectivity.engine.cells.version
    yield from connectivity.grouped(parties.workloads)
    wanted = AddressSet.of(parties.networks).version(version)
    for one in connectivity.outside:
        if not one.name and (held := one.addresses & wanted):
            yield Group(one.identities, (), held)
    if parties.domain:
        like = connectivity.engine.identities.names.like(parties.domain)
        yield from (one for one in connectivity.outside if one.name == like)
    for host in connectivity.hosts:
        if members := tuple(one for one in host.members if one in parties.hosts):
            yield Group(host.identities, members)


Fare = tuple[int, int, int]


class _Row:
    """Sources that fare alike with each destination; a workload alone has no flow to itself."""

    def __init__(self, source: Group, flows: list[Flow | None], asked: int) -> None:
        self.sources = [source]
        self.flows = flows
        self.fares = [_fare(flow, asked) if flow else None for flow in flows]

    def is_like(self, other: "_Row") -> bool:
        pairs = zip(self.fares, other.fares, strict=True)
        return _sort(self.sources[0]) == _sort(other.sources[0]) and all(
            None in pair or pair[0] == pair[1] for pair in pairs
        )

    def join(self, other: "_Row") -> None:
        self.sources += other.sources
        self.flows = [one or two for one, two in zip(self.flows, other.flows, strict=True)]
        self.fares = [one or two for one, two in zip(self.fares, other.fares, strict=True)]

    def parts(self, destinations: Sequence[Group]) -> Iterator[Part]:
        alike: dict[tuple[object, Fare], list[tuple[Group, Flow]]] = {}
        for there, flow, fare in zip(destinations, self.flows, self.fares, strict=True):
            if flow and fare:
                alike.setdefault((_sort(there), fare), []).append((there, flow))
        for (_, fare), found in alike.items():
            yield Part(tuple(self.sources), tuple(one for one, _ in found), *fare, found[0][1])


def _fare(flow: Flow, asked: int) -> Fare:
    return flow.always & asked, flow.sometimes & ~flow.always & asked, asked & ~flow.sometimes


def _parts(
    connectivity: Connectivity, sources: Sequence[Group], destinations: Sequence[Group], asked: int
) -> Iterator[Part]:
    # Nobody is asked between addresses outside: those pairs count only where there are no others.
    all_outside = all(one.is_outside for one in (*sources, *destinations))
    rows: list[_Row] = []
    for source in sources:
        flows = [
            None if source.is_outside and one.is_outside and not all_outside else _flow(connectivity, source, one)
            for one in destinations
        ]
        row = _Row(source, flows, asked)
        if same := next((one for one in rows if one.is_like(row)), None):
            same.join(row)
        else:
            rows.append(row)
    return chain.from_iterable(row.parts(destinations) for row in rows)


def _flow(connectivity: Connectivity, source: Group, destination: Group) -> Flow | None:
    """None where only one party, or one address, is at both ends."""
    if source.members:
        is_one = source.members == destination.members and not has_two(source)
    else:
        held = source.addresses.spans
        is_one = held == destination.addresses.spans and len(held) == 1 and held[0][0] == held[0][1]
    return None if is_one else connectivity.flow(source, destination)


def _sort(group: Group) -> tuple[bool, str, bool]:
    """What may be called by one name."""
    return group.is_outside, group.name, group.host is not None
