"""How long to wait before trying again: longer each time, and never in step with others."""

from collections.abc import Iterator
from random import SystemRandom

_random = SystemRandom()


def delays(first_s: float, longest_s: float) -> Iterator[float]:
    delay_s = first_s
    while True:
        yield delay_s * _random.uniform(0.75, 1.25)
        delay_s = min(2 * delay_s, longest_s)
