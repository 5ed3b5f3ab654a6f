from random import Random

import numpy as np
import pytest

from percale.analysis.flows.prefixes import Prefixes

_EDGES = (1, 255, 256, 257, 65535, 65536, 65537, 10 << 24, (10 << 24) + 7, 0xFFFF0000, 0xFFFFFF00, 0xFFFFFFFF)


@pytest.mark.parametrize("seed", range(20))
def test_every_address_has_the_number_of_its_segment(seed: int) -> None:
    random = Random(seed)
    cuts = {0, *random.sample(_EDGES, random.randint(0, 8)), *(random.randrange(1 << 32) for _ in range(seed))}
    starts = np.array(sorted(cuts), np.int64)
    numbers = np.array([random.randrange(5) for _ in starts], np.intp)
    asked = {near for start in starts.tolist() for near in (start - 1, start, start + 1) if 0 <= near < 1 << 32}
    asked |= {random.randrange(1 << 32) for _ in range(200)}
    addresses = np.array(sorted(asked), np.uint32)
    scanned = numbers[np.searchsorted(starts, addresses, "right") - 1]
    assert Prefixes.of(starts, numbers).take(addresses).tolist() == scanned.tolist()


def test_what_nobody_divides_takes_no_pages() -> None:
    whole = Prefixes.of(np.array([0]), np.array([3], np.intp))
    assert len(whole.last) == 256
    assert whole.take(np.array([0, 0xFFFFFFFF], np.uint32)).tolist() == [3, 3]
