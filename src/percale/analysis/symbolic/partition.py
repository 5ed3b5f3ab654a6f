"""Numbers that no set of a family tells apart, gathered into classes."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from percale.analysis.symbolic.bits import Indices, bits_of, indices_of, ones

#: Two words a number, so that sums of different families are equal by chance once in 2^128.
_WORDS = 2


@dataclass(frozen=True)
class Partition:
    """`class_of` each number; `members` has one number of each class."""

    class_of: Indices
    members: Indices
    #: Each set of the family, in the order given, as bits over classes.
    columns: tuple[int, ...]
    _column_of: dict[int, int]

    @property
    def count(self) -> int:
        return len(self.members)

    def column(self, bits: int) -> int:
        """The classes of a set of the family, or of none or all of the numbers."""
        return self._column_of[bits]


def partition(family: Sequence[int], size: int) -> Partition:
    """Of the numbers below `size`, by which sets of the family hold them."""
    halves = [_Half.of(bits, size) for bits in family]
    class_of, members = _classes(_signatures(halves, size))
    sizes = np.bincount(class_of, minlength=len(members))
    columns = tuple(_column(half, class_of, sizes) for half in halves)
    trivial = {0: 0, ones(size): ones(len(members))}
    return Partition(class_of, members, columns, trivial | dict(zip(family, columns, strict=True)))


@dataclass(frozen=True, slots=True)
class _Half:
    """A set or its complement, whichever is smaller: both tell the same numbers apart."""

    indices: Indices
    is_complement: bool

    @classmethod
    def of(cls, bits: int, size: int) -> "_Half":
        is_complement = bits.bit_count() * 2 > size
        return cls(indices_of(ones(size) ^ bits if is_complement else bits, size), is_complement)


def _signatures(halves: Sequence[_Half], size: int) -> npt.NDArray[np.uint64]:
    words = np.random.default_rng(7).integers(0, 1 << 64, (len(halves), _WORDS), dtype=np.uint64)
    signatures = np.zeros((size, _WORDS), np.uint64)
    for half, word in zip(halves, words, strict=True):
        signatures[half.indices] ^= word
    return signatures


def _classes(signatures: npt.NDArray[np.uint64]) -> tuple[Indices, Indices]:
    """Classes are numbered by their least member, which is the one in `members`."""
    order = np.lexsort(signatures.T)
    in_order = signatures[order]
    begins = np.ones(len(order), dtype=bool)
    begins[1:] = (in_order[1:] != in_order[:-1]).any(axis=1)
    # The sort is stable, so that the first of each run is the least.
    members = order[begins]
    by_member = np.argsort(members)
    rank = np.empty_like(by_member)
    rank[by_member] = np.arange(len(members))
    class_of = np.empty(len(order), np.intp)
    class_of[order] = rank[np.cumsum(begins) - 1]
    return class_of, members[by_member]


def _column(half: _Half, class_of: Indices, sizes: Indices) -> int:
    """The set over classes. A class is held whole or not at all; anything else would be that one chance."""
    held, found = np.unique(class_of[half.indices], return_counts=True)
    if not (found == sizes[held]).all():
        raise AssertionError("two classes of a partition have one signature")
    bits = bits_of(held, len(sizes))
    return ones(len(sizes)) ^ bits if half.is_complement else bits
