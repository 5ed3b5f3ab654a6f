"""Numbers that no set of a family tells apart, gathered into classes."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from pyroaring import FrozenBitMap

from percale.analysis.symbolic.bitmaps import NOTHING, below, numbers_in
from percale.analysis.symbolic.bits import Indices, bits_of, ones

#: Two words a number, so that sums of different families are equal by chance once in 2^128.
_WORDS = 2
#: So many numbers are looked at together: sets are many, and most have few.
_TOGETHER = 1 << 20


@dataclass(frozen=True)
class Partition:
    """`class_of` each number; `members` has the least number of each class."""

    class_of: Indices
    members: Indices
    #: The classes of each set of the family, of its complement where that is said.
    _held: dict[FrozenBitMap, tuple[Indices, bool]]
    _columns: dict[FrozenBitMap, int] = field(default_factory=dict)

    @property
    def count(self) -> int:
        return len(self.members)

    def classes(self, numbers: FrozenBitMap) -> Indices:
        """Of a set of the family, ascending."""
        held, is_complement = self._held[numbers]
        return np.delete(np.arange(self.count), held) if is_complement else held

    def column(self, numbers: FrozenBitMap) -> int:
        """The same as bits; also of none and of all of the numbers."""
        column = self._columns.get(numbers)
        if column is None:
            held, is_complement = self._held[numbers]
            bits = bits_of(held, self.count)
            column = self._columns[numbers] = ones(self.count) ^ bits if is_complement else bits
        return column


def partition(family: Iterable[FrozenBitMap], size: int) -> Partition:
    """Of the numbers below `size`, by which sets of the family hold them."""
    everything = below(size)
    chunks = [_Chunk.of(sets, everything) for sets in _chunks(dict.fromkeys(family))]
    class_of, members = _classes(_signatures(chunks, size))
    sizes = np.bincount(class_of, minlength=len(members))
    held = {NOTHING: (_NONE, False), everything: (_NONE, True)}
    for chunk in chunks:
        held.update(chunk.over(class_of, members, sizes))
    return Partition(class_of, members, held)


_NONE = np.empty(0, np.intp)


def _chunks(sets: Iterable[FrozenBitMap]) -> Iterator[list[FrozenBitMap]]:
    chunk, count = list[FrozenBitMap](), 0
    for one in sets:
        chunk.append(one)
        count += len(one)
        if count > _TOGETHER:
            yield chunk
            chunk, count = [], 0
    if chunk:
        yield chunk


@dataclass(frozen=True, slots=True)
class _Chunk:
    """Some sets of the family, or of each its complement if that is smaller: both tell the same numbers apart."""

    sets: Sequence[FrozenBitMap]
    is_complement: Sequence[bool]
    #: Of all sets, one after the other, and beside each the set's place in `sets`.
    numbers: npt.NDArray[np.uint32]
    owners: Indices

    @classmethod
    def of(cls, sets: Sequence[FrozenBitMap], everything: FrozenBitMap) -> "_Chunk":
        is_complement = [len(one) * 2 > len(everything) for one in sets]
        halves = [everything - one if flag else one for one, flag in zip(sets, is_complement, strict=True)]
        owners = np.repeat(np.arange(len(sets)), [len(one) for one in halves])
        return cls(sets, is_complement, np.concatenate([numbers_in(one) for one in halves]), owners)

    def over(
        self, class_of: Indices, members: Indices, sizes: Indices
    ) -> Iterator[tuple[FrozenBitMap, tuple[Indices, bool]]]:
        """Each set with its classes. They are held whole or not at all; anything else would be that one chance."""
        classes = class_of[self.numbers]
        is_least = members[classes] == self.numbers
        held = classes[is_least]
        # Ascending, as the numbers of each set are: classes are numbered by their least members.
        pairs = self.owners[is_least] * len(members) + held
        found = np.searchsorted(pairs, every := self.owners * len(members) + classes)
        counts = np.bincount(found, minlength=len(pairs))
        if not np.array_equal(counts, sizes[held]) or not np.array_equal(pairs[found], every):
            raise AssertionError("two classes of a partition have one signature")
        ends = np.searchsorted(self.owners[is_least], np.arange(len(self.sets) + 1)).tolist()
        for one, is_complement, (start, end) in zip(self.sets, self.is_complement, pairwise(ends), strict=True):
            yield one, (held[start:end], is_complement)


def _signatures(chunks: Sequence[_Chunk], size: int) -> npt.NDArray[np.uint64]:
    random = np.random.default_rng(7)
    signatures = np.zeros((_WORDS, size), np.uint64)
    for chunk in chunks:
        for signature in signatures:
            words = random.integers(0, 1 << 64, len(chunk.sets), dtype=np.uint64)
            np.add.at(signature, chunk.numbers, words[chunk.owners])
    return signatures


def _classes(signatures: npt.NDArray[np.uint64]) -> tuple[Indices, Indices]:
    """Classes are numbered by their least member, which is the one in `members`."""
    order = np.lexsort(signatures)
    in_order = signatures[:, order]
    begins = np.ones(len(order), dtype=bool)
    begins[1:] = (in_order[:, 1:] != in_order[:, :-1]).any(axis=0)
    # The sort is stable, so that the first of each run is the least.
    members = order[begins]
    by_member = np.argsort(members)
    rank = np.empty_like(by_member)
    rank[by_member] = np.arange(len(members))
    class_of = np.empty(len(order), np.intp)
    class_of[order] = rank[np.cumsum(begins) - 1]
    return class_of, members[by_member]
