"""One IP version's addresses, cut into atoms: sets of addresses that no network in use tells apart."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from percale.analysis.symbolic.bits import bits_of
from percale.traffic.addresses import LAST_ADDRESS
from percale.traffic.intervals import Intervals


@dataclass(frozen=True)
class Atoms:
    """Segments follow each other from address 0 on; segments that the same sets hold are one atom."""

    version: int
    starts: tuple[int, ...]
    atom_of: tuple[int, ...]
    count: int

    @classmethod
    def of(cls, version: int, sets: Sequence[Intervals]) -> "Atoms":
        toggles = {0: 0}
        for index, addresses in enumerate(sets):
            for first, last in addresses:
                for edge in (first, last + 1):
                    toggles[edge] = toggles.get(edge, 0) ^ (1 << index)
        starts = sorted(start for start in toggles if start <= LAST_ADDRESS[version])
        holding, found, atom_of = 0, dict[int, int](), []
        for start in starts:
            holding ^= toggles[start]
            atom_of.append(found.setdefault(holding, len(found)))
        return cls(version, tuple(starts), tuple(atom_of), len(found))

    def at(self, number: int) -> int:
        return self.atom_of[bisect_right(self.starts, number) - 1]

    def inside(self, addresses: Intervals) -> int:
        """The atoms of one of the sets, as bits."""
        segments = (
            self.atom_of[segment]
            for first, last in addresses
            for segment in range(bisect_left(self.starts, first), bisect_right(self.starts, last))
        )
        return bits_of(list(segments), self.count)

    def addresses(self) -> list[Intervals]:
        """Of each atom, by its number."""
        ends = (*self.starts, LAST_ADDRESS[self.version] + 1)
        spans: list[list[tuple[int, int]]] = [[] for _ in range(self.count)]
        for atom, (start, following) in zip(self.atom_of, pairwise(ends), strict=True):
            spans[atom].append((start, following - 1))
        return [Intervals.of(one) for one in spans]
