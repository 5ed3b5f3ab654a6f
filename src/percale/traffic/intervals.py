"""Sets of whole numbers as sorted, disjoint, non-touching intervals: equal sets are equal values."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain


@dataclass(frozen=True, slots=True)
class Intervals:
    """Build by `Intervals.of`; the constructor trusts its argument to be canonical."""

    spans: tuple[tuple[int, int], ...] = ()

    @classmethod
    def of(cls, spans: Iterable[tuple[int, int]]) -> "Intervals":
        """The union of inclusive `(first, last)` pairs, in any order, overlapping or not."""
        merged: list[tuple[int, int]] = []
        for first, last in sorted(spans):
            if first > last:
                raise ValueError(f"interval {first}-{last} does not run upwards")
            if merged and first <= merged[-1][1] + 1:
                if last > merged[-1][1]:
                    merged[-1] = (merged[-1][0], last)
            else:
                merged.append((first, last))
        return cls(tuple(merged))

    @classmethod
    def single(cls, number: int) -> "Intervals":
        return cls(((number, number),))

    def __bool__(self) -> bool:
        return bool(self.spans)

    def __contains__(self, number: int) -> bool:
        at = bisect_right(self.spans, (number, float("inf"))) - 1
        return at >= 0 and self.spans[at][0] <= number <= self.spans[at][1]

    def __iter__(self) -> Iterator[tuple[int, int]]:
        return iter(self.spans)

    @property
    def count(self) -> int:
        """How many numbers are in the set; no `len`, which cannot say what IPv6 has."""
        return sum(last - first + 1 for first, last in self.spans)

    def __or__(self, other: "Intervals") -> "Intervals":
        return Intervals.of(chain(self.spans, other.spans))

    def __and__(self, other: "Intervals") -> "Intervals":
        common, ours, theirs = [], iter(self.spans), iter(other.spans)
        a, b = next(ours, None), next(theirs, None)
        while a and b:
            first, last = max(a[0], b[0]), min(a[1], b[1])
            if first <= last:
                common.append((first, last))
            if a[1] < b[1]:
                a = next(ours, None)
            else:
                b = next(theirs, None)
        return Intervals(tuple(common))

    def __sub__(self, other: "Intervals") -> "Intervals":
        if not self.spans or not other.spans:
            return self
        return self & other.complement(self.spans[0][0], self.spans[-1][1])

    def __le__(self, other: "Intervals") -> bool:
        return self & other == self

    def complement(self, first: int, last: int) -> "Intervals":
        """What of `first`-`last` is *not* in the set."""
        gaps, start = [], first
        for low, high in self.spans:
            if low > last:
                break
            if low > start:
                gaps.append((start, low - 1))
            start = max(start, high + 1)
        if start <= last:
            gaps.append((start, last))
        return Intervals(tuple(gaps))

    def __str__(self) -> str:
        return ",".join(str(a) if a == b else f"{a}-{b}" for a, b in self.spans)


EMPTY = Intervals()
