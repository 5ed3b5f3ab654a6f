"""Sets of points of a plane, source port x destination port or ICMP type x code, as canonical values."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import pairwise

from percale.traffic.intervals import Intervals

Band = tuple[Intervals, Intervals]


@dataclass(frozen=True, slots=True)
class Region:
    """Bands `(x, y)`: every x of the first with every y of the second.

    Canonical: the x parts are disjoint, the y parts differ and are not empty, the order is that of x.
    """

    bands: tuple[Band, ...] = ()

    @classmethod
    def product(cls, x: Intervals, y: Intervals) -> "Region":
        return cls(((x, y),) if x and y else ())

    def __bool__(self) -> bool:
        return bool(self.bands)

    def __contains__(self, point: tuple[int, int]) -> bool:
        return any(point[0] in x and point[1] in y for x, y in self.bands)

    def __or__(self, other: "Region") -> "Region":
        return _combined(self, other, Intervals.__or__)

    def __and__(self, other: "Region") -> "Region":
        return _combined(self, other, Intervals.__and__)

    def __sub__(self, other: "Region") -> "Region":
        return _combined(self, other, Intervals.__sub__)

    def __le__(self, other: "Region") -> bool:
        return not self - other


def _combined(a: Region, b: Region, operate: Callable[[Intervals, Intervals], Intervals]) -> Region:
    """Cut x wherever either region changes, operate on y cell by cell, join the cells with equal y."""
    cuts = sorted({cut for region in (a, b) for x, _ in region.bands for s in x for cut in (s[0], s[1] + 1)})
    cells_of: dict[Intervals, list[tuple[int, int]]] = {}
    for first, following in pairwise(cuts):
        if y := operate(_column(a.bands, first), _column(b.bands, first)):
            cells_of.setdefault(y, []).append((first, following - 1))
    bands = [(Intervals.of(cells), y) for y, cells in cells_of.items()]
    return Region(tuple(sorted(bands, key=lambda band: band[0].spans)))


def _column(bands: Iterable[Band], x: int) -> Intervals:
    return next((ys for xs, ys in bands if x in xs), Intervals())
