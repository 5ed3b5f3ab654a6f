"""Sets of identities, and of whatever else there is by the ten thousand: in the room of their members.

Classes and cells are fewer and asked about far more often. Their sets are bits of ints.
"""

from array import array

import numpy as np
import numpy.typing as npt
from pyroaring import FrozenBitMap

from percale.analysis.symbolic.bits import Indices

NOTHING = FrozenBitMap()


def below(count: int) -> FrozenBitMap:
    """All numbers from 0 on."""
    return FrozenBitMap(range(count))


def bitmap_of(indices: Indices) -> FrozenBitMap:
    numbers = array("I")
    numbers.frombytes(indices.astype(np.uint32).tobytes())
    return FrozenBitMap(numbers)


def numbers_in(bitmap: FrozenBitMap) -> npt.NDArray[np.uint32]:
    """Ascending."""
    return np.frombuffer(bitmap.to_array(), np.uint32)
