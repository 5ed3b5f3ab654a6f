"""Sets of small whole numbers as the bits of one int, which Python joins and cuts faster than any container."""

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

Indices = npt.NDArray[np.intp]

#: So many members of a large set are found, or put in, one by one in less time than all numbers are looked through.
_FEW = 8


def ones(count: int) -> int:
    """The set of all numbers below `count`."""
    return (1 << count) - 1


def bits_of(indices: Sequence[int] | Indices, size: int) -> int:
    """`size` is above every index."""
    if len(indices) <= _FEW:
        return sum(1 << int(index) for index in set(indices))
    flags = np.zeros(size, dtype=bool)
    flags[np.asarray(indices, dtype=np.intp)] = True
    return bits_from(flags)


def bits_from(flags: npt.NDArray[np.bool_]) -> int:
    """The positions of all that is true."""
    return int.from_bytes(np.packbits(flags, bitorder="little").tobytes(), "little")


def flags_of(bits: int, size: int) -> npt.NDArray[np.bool_]:
    """For each number below `size`, which is above every number in the set, whether it is in it."""
    packed = np.frombuffer(bits.to_bytes((size + 7) // 8, "little"), np.uint8)
    return np.unpackbits(packed, bitorder="little", count=size).view(np.bool_)


def indices_of(bits: int, size: int) -> Indices:
    if bits.bit_count() <= _FEW:
        return np.fromiter(each(bits), np.intp)
    return np.flatnonzero(flags_of(bits, size))


def each(bits: int) -> Iterator[int]:
    """The numbers in the set, ascending; for sets with few of them."""
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest


def runs(bits: int) -> Iterator[tuple[int, int]]:
    """The set as inclusive `(first, last)` runs, ascending."""
    start = 0
    while bits:
        gap = (bits & -bits).bit_length() - 1
        bits >>= gap
        length = (~bits & (bits + 1)).bit_length() - 1
        yield start + gap, start + gap + length - 1
        bits >>= length
        start += gap + length
