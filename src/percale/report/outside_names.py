"""Addresses that no workload has, and domain names, as people write them."""

from bisect import bisect_right
from functools import cached_property

from percale.analysis.connectivity import Connectivity, Group
from percale.analysis.symbolic.names import pattern_of
from percale.report.workload_names import FEW, shortened
from percale.traffic.addresses import AddressSet, Network
from percale.traffic.intervals import Intervals


class OutsideNames:
    """Networks are as rules have them: addresses of workloads inside them are not left out again."""

    def __init__(self, connectivity: Connectivity) -> None:
        self._atoms = connectivity.engine.identities.atoms
        self._outside = connectivity.outside
        self._version = self._atoms.version

    def name(self, group: Group) -> str:
        """`everything outside`, `10.0.0.0/8, 192.0.2.0/24`, `everything outside but 10.0.0.0/8`, a domain."""
        addresses = self.whole(group.addresses)
        if group.name:
            domain = pattern_of(group.name)
            return domain if addresses == self._everywhere else f"{domain} at {self._networks_name(addresses)}"
        return self._else if group.addresses == self._largest.addresses else self._networks_name(addresses)

    def networks(self, group: Group) -> list[str]:
        """All of them, the fewest that there can be."""
        return self._texts(self.whole(group.addresses))

    def whole(self, addresses: Intervals) -> Intervals:
        """With the workloads' addresses that lie between."""
        return Intervals.of(span for atom in self._held(addresses) for span in self._spans[atom])

    def _held(self, addresses: Intervals) -> set[int]:
        starts = self._atoms.starts
        return {
            atom
            for first, last in addresses
            for atom in self._atoms.atom_of[bisect_right(starts, first) - 1 : bisect_right(starts, last)]
        }

    @cached_property
    def _spans(self) -> list[Intervals]:
        return self._atoms.addresses()

    @cached_property
    def _everywhere(self) -> Intervals:
        return self.whole(Intervals.of(span for group in self._outside for span in group.addresses))

    @cached_property
    def _largest(self) -> Group:
        return max((one for one in self._outside if not one.name), key=lambda one: _count(one.addresses))

    @cached_property
    def _else(self) -> str:
        """The largest group is what is left when all others have their names."""
        addresses = self.whole(self._largest.addresses)
        left_out = self._everywhere - addresses
        if min(len(self._texts(addresses)), len(self._texts(left_out))) <= FEW:
            return self._networks_name(addresses)
        return "everything else outside"

    def _networks_name(self, addresses: Intervals) -> str:
        if addresses == self._everywhere:
            return "everything outside"
        inside, left_out = self._texts(addresses), self._texts(self._everywhere - addresses)
        if len(left_out) < len(inside):
            return f"everything outside but {shortened(left_out)}"
        return shortened(inside)

    def _texts(self, addresses: Intervals) -> list[str]:
        held = AddressSet(v4=addresses) if self._version == 4 else AddressSet(v6=addresses)
        return list(map(_text, held.networks(self._version)))


def _text(network: Network) -> str:
    return str(network if network.prefixlen < network.max_prefixlen else network.network_address)


def _count(addresses: Intervals) -> int:
    # Not `len`, which IPv6 is too large for.
    return sum(last - first + 1 for first, last in addresses)
