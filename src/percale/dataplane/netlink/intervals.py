"""Intervals as the kernel keeps them: where each begins, and the value behind it, where it ends.

Source: nftables' src/intervals.c.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from percale.dataplane.netlink.values import Kind
from percale.traffic.addresses import Network
from percale.traffic.intervals import Intervals


@dataclass(frozen=True, slots=True)
class Bound:
    value: bytes
    ends: bool = False
    #: Begins an interval that reaches to the last value there is, and so has no end.
    is_open: bool = False


def bounds(elements: tuple[Network, ...] | Intervals, kind: Kind) -> Iterator[Bound]:
    """Ascending. Before the first interval, nft ends one at zero."""
    spans = sorted(_spans(elements))
    if spans and spans[0][0] > 0:
        yield Bound(bytes(kind.size), ends=True)
    behind_all = 1 << (8 * kind.size)
    for first, last in spans:
        is_open = last + 1 == behind_all
        yield Bound(first.to_bytes(kind.size, "big"), is_open=is_open)
        if not is_open:
            yield Bound((last + 1).to_bytes(kind.size, "big"), ends=True)


def _spans(elements: tuple[Network, ...] | Intervals) -> Iterator[tuple[int, int]]:
    if isinstance(elements, Intervals):
        yield from elements.spans
    else:
        for network in elements:
            yield int(network.network_address), int(network.broadcast_address)
