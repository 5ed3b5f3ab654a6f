"""Numbers that no set of a family tells apart, gathered into classes."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from percale.analysis.symbolic.bits import Indices, bits_of, flags_of, indices_of, ones

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
    held = [_smaller_half(bits, size) for bits in family]
    class_of, members = _classes(_signatures(held, size))
    sizes = np.bincount(class_of, minlength=len(members))
    for indices in held:
        _prove(class_of[indices], sizes)
    columns = tuple(bits_of(np.flatnonzero(flags_of(bits, size)[members]), len(members)) for bits in family)
    trivial = {0: 0, ones(size): ones(len(members))}
    return Partition(class_of, members, columns, trivial | dict(zip(family, columns, strict=True)))


def _smaller_half(bits: int, size: int) -> Indices:
    """The set or its complement: both tell the same numbers apart."""
    return indices_of(ones(size) ^ bits if bits.bit_count() * 2 > size else bits, size)


def _signatures(held: Sequence[Indices], size: int) -> npt.NDArray[np.uint64]:
    random = np.random.default_rng(7)
    signatures = np.zeros((size, _WORDS), np.uint64)
    for indices in held:
        signatures[indices] ^= random.integers(0, 1 << 64, _WORDS, dtype=np.uint64)
    return signatures


def _classes(signatures: npt.NDArray[np.uint64]) -> tuple[Indices, Indices]:
    """Classes are numbered by their least member, which is the one in `members`."""
    _, members, class_of = np.unique(signatures, axis=0, return_index=True, return_inverse=True)
    order = np.argsort(members)
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    return rank[class_of.reshape(-1)], members[order]


def _prove(classes: Indices, sizes: Indices) -> None:
    """A class is held whole or not at all; anything else would be that one chance."""
    found = np.bincount(classes, minlength=len(sizes))
    if not ((found == 0) | (found == sizes)).all():
        raise AssertionError("two classes of a partition have one signature")
