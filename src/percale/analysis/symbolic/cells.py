"""Everything that a packet can be besides its addresses, cut into cells within which no rule in use sees a difference.

A mask is a set of cells, as the bits of an int. Which protocols have a plane of ports, or of ICMP types and codes,
depends on the IP version: ICMP inside IPv6 is a protocol like any other.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from percale.analysis.symbolic.bits import ones, runs
from percale.policy.conntrack import opening_types
from percale.traffic.intervals import EMPTY, Intervals
from percale.traffic.protocols import ICMP, ICMPV6, PROTOCOLS_WITH_PORTS
from percale.traffic.regions import Region
from percale.traffic.traffic import ANY_ICMP, Traffic, plane

#: Where clients send from, so that a packet shown as an example looks like one (net.ipv4.ip_local_port_range).
_CLIENT_PORT = 32768


@dataclass(frozen=True, slots=True)
class WireCut:
    """Sets on the axes of a protocol's plane that something tells apart from the rest."""

    protocol: int
    x: Intervals = EMPTY
    y: Intervals = EMPTY


@dataclass(frozen=True, slots=True)
class Point:
    """A packet without its addresses; `x` and `y` are ports, or ICMP type and code."""

    protocol: int
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class _Grid:
    """A protocol's plane as cells; `x` and `y` are where the cells begin, row after row from bit `offset` on."""

    protocol: int
    x: tuple[int, ...]
    y: tuple[int, ...]
    ends: tuple[int, int]
    offset: int

    @property
    def size(self) -> int:
        return len(self.x) * len(self.y)

    @property
    def whole(self) -> int:
        return ones(self.size) << self.offset

    def mask(self, x: Intervals, y: Intervals) -> int:
        """Of whole cells: both sets must begin and end where cells do."""
        row = 0
        for first, last in y:
            row |= ones(bisect_right(self.y, last)) ^ ones(bisect_left(self.y, first))
        found = 0
        for first, last in x:
            for column in range(bisect_left(self.x, first), bisect_right(self.x, last)):
                found |= row << (column * len(self.y))
        return found << self.offset

    def region(self, mask: int) -> Region:
        """The part of the plane that a mask holds."""
        within = (mask & self.whole) >> self.offset
        if within == ones(self.size):
            return plane(self.protocol)
        width, by_row = len(self.y), dict[int, list[int]]()
        for column in range(len(self.x)):
            by_row.setdefault(within >> (column * width) & ones(width), []).append(column)
        bands = [
            (
                Intervals.of((self.x[one], _end(self.x, one, self.ends[0])) for one in columns),
                Intervals.of((self.y[first], _end(self.y, last, self.ends[1])) for first, last in runs(row)),
            )
            for row, columns in by_row.items()
            if row
        ]
        return Region(tuple(sorted(bands, key=lambda band: band[0].spans)))

    def cell(self, x: int, y: int) -> int:
        return self.offset + (bisect_right(self.x, x) - 1) * len(self.y) + bisect_right(self.y, y) - 1


def _end(starts: tuple[int, ...], index: int, last: int) -> int:
    return starts[index + 1] - 1 if index + 1 < len(starts) else last


@dataclass(frozen=True)
class Cells:
    """The last cell is every protocol without a grid of its own."""

    version: int
    grids: Mapping[int, _Grid]

    @classmethod
    def of(cls, version: int, cuts: Iterable[WireCut]) -> "Cells":
        """Protocols with ports, and the IP version's ICMP, always have a grid; others if something names them."""
        icmp = ICMP if version == 4 else ICMPV6
        edges: dict[int, _Edges] = {protocol: _Edges() for protocol in (*PROTOCOLS_WITH_PORTS, icmp)}
        for cut in cuts:
            edges.setdefault(cut.protocol, _Edges()).add(cut)
        grids, offset = {}, 0
        for protocol in sorted(edges):
            told_apart = edges[protocol] if protocol in PROTOCOLS_WITH_PORTS or protocol == icmp else _Edges()
            grids[protocol] = _Grid(protocol, *told_apart.starts(_ends(protocol)), _ends(protocol), offset)
            offset += grids[protocol].size
        return cls(version, grids)

    @cached_property
    def size(self) -> int:
        return 1 + sum(grid.size for grid in self.grids.values())

    @cached_property
    def everything(self) -> int:
        return ones(self.size)

    @property
    def _rest(self) -> int:
        return 1 << (self.size - 1)

    @cached_property
    def opening(self) -> int:
        """Without what connection tracking calls invalid, since it opens no flow."""
        icmp = ICMP if self.version == 4 else ICMPV6
        return self.everything & ~self.grids[icmp].whole | self.mask(icmp, opening_types(self.version), ANY_ICMP)

    def protocols(self, numbers: Iterable[int]) -> int:
        """Each must have a grid."""
        return sum(self.grids[number].whole for number in set(numbers))

    def mask(self, protocol: int, x: Intervals, y: Intervals) -> int:
        return self.grids[protocol].mask(x, y)

    def cell_of(self, point: Point) -> int:
        grid = self.grids.get(point.protocol)
        return self.size - 1 if grid is None else grid.cell(point.x, point.y)

    def traffic(self, mask: int) -> Traffic:
        rest = bool(mask & self._rest)
        return Traffic.of({number: grid.region(mask) for number, grid in self.grids.items()}, rest=rest)

    def opened(self, mask: int) -> Traffic:
        """As people speak of it: what opens no flow counts as let through where all the rest of its protocol is."""
        icmp = self.grids[ICMP if self.version == 4 else ICMPV6].whole
        opening = icmp & self.opening
        return self.traffic(mask | icmp if mask & opening == opening else mask)

    def mask_of(self, traffic: Traffic) -> int:
        """All cells that the traffic touches: those and no others, if its edges are among the cells' edges."""
        elsewhere = any(region and number not in self.grids for number, region in traffic.regions)
        found = self._rest if traffic.rest or elsewhere else 0
        for number, grid in self.grids.items():
            for x, y in traffic.region(number).bands:
                found |= grid.mask(*(_widened(axis, starts) for axis, starts in ((x, grid.x), (y, grid.y))))
        return found

    def example(self, mask: int) -> Point:
        """A packet of a set that is not empty: a client's, as far as the set holds one."""
        for grid in (self.grids[number] for number in sorted(self.grids, key=_familiarity)):
            for x, y in grid.region(mask).bands:
                if grid.protocol in PROTOCOLS_WITH_PORTS:
                    return Point(grid.protocol, _client_port(x), _first(y))
                return Point(grid.protocol, _first(x), y.spans[0][0])
        return Point(next(number for number in range(255, -1, -1) if number not in self.grids), 0, 0)


@dataclass(slots=True)
class _Edges:
    """Where, on either axis of a plane, something begins."""

    x: set[int] = field(default_factory=lambda: {0})
    y: set[int] = field(default_factory=lambda: {0})

    def add(self, cut: WireCut) -> None:
        for axis, numbers in ((self.x, cut.x), (self.y, cut.y)):
            for first, last in numbers:
                axis.update((first, last + 1))

    def starts(self, ends: tuple[int, int]) -> tuple[tuple[int, ...], tuple[int, ...]]:
        x, y = (
            tuple(sorted(edge for edge in axis if edge <= end))
            for axis, end in zip((self.x, self.y), ends, strict=True)
        )
        return x, y


def _ends(protocol: int) -> tuple[int, int]:
    (x, y), *_ = plane(protocol).bands
    return x.spans[-1][1], y.spans[-1][1]


def _widened(numbers: Intervals, starts: tuple[int, ...]) -> Intervals:
    return Intervals.of((starts[bisect_right(starts, first) - 1], last) for first, last in numbers)


def _familiarity(protocol: int) -> tuple[bool, int]:
    return protocol not in PROTOCOLS_WITH_PORTS, protocol


def _client_port(ports: Intervals) -> int:
    return _CLIENT_PORT if _CLIENT_PORT in ports else _first(ports)


def _first(numbers: Intervals) -> int:
    """The least, but not 0 where there is another: no service listens there."""
    first, last = numbers.spans[0]
    if first == 0 and last:
        return 1
    return numbers.spans[1][0] if first == 0 and len(numbers.spans) > 1 else first


def cuts_of(traffic: Traffic) -> Iterator[WireCut]:
    """What tells the traffic apart from the rest."""
    for protocol, region in traffic.regions:
        yield WireCut(protocol)
        yield from (WireCut(protocol, x, y) for x, y in region.bands)
