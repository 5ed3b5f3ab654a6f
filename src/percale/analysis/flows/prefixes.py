"""IPv4 addresses into numbers, by tables of their first 16, next 8 and last 8 bits."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from percale.analysis.symbolic.bits import Indices

_PAGE = 256


@dataclass(frozen=True, slots=True, eq=False)
class Prefixes:
    """Pages that say one thing throughout are shared, so that what nobody divides costs nothing."""

    first: Indices
    next: Indices
    last: Indices

    @classmethod
    def of(cls, starts: npt.NDArray[np.int64], numbers: Indices) -> "Prefixes":
        """`numbers` are those of segments that follow each other from address 0 on."""

        def at(addresses: npt.NDArray[np.int64]) -> Indices:
            return numbers[np.searchsorted(starts, addresses, "right") - 1]

        split_24 = np.unique(starts[starts % _PAGE != 0] // _PAGE)
        split_16 = np.unique(starts[starts % (_PAGE * _PAGE) != 0] // (_PAGE * _PAGE))
        of_16, of_24 = np.arange(1 << 16), _below(split_16)
        whole, pages = np.unique(np.concatenate([at(of_16 << 16), at(of_24 << 8)]), return_inverse=True)
        last = np.concatenate([at(_below(split_24)), np.repeat(whole, _PAGE)])
        on_last = _pages(of_24, split_24, pages[len(of_16) :])
        shared = np.repeat((np.arange(len(whole)) + len(split_24)) * _PAGE, _PAGE)
        first = _pages(of_16, split_16, pages[: len(of_16)])
        return cls(first, np.concatenate([on_last, shared]), last)

    def take(self, addresses: npt.NDArray[np.uint32]) -> Indices:
        page = self.first.take(addresses >> 16)
        page += (addresses >> 8) & 0xFF
        page = self.next.take(page)
        page += addresses & 0xFF
        return self.last.take(page)


def _below(prefixes: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The prefixes eight bits longer."""
    return (prefixes[:, None] * _PAGE + np.arange(_PAGE)).reshape(-1)


def _pages(prefixes: npt.NDArray[np.int64], split: npt.NDArray[np.int64], shared: Indices) -> Indices:
    """Where the page of each prefix begins: one of its own if it is split, and else one of those behind these."""
    found = (shared.reshape(-1) + len(split)) * _PAGE
    place = np.searchsorted(split, prefixes)
    own = np.flatnonzero(np.isin(prefixes, split))
    found[own] = place[own] * _PAGE
    return found
