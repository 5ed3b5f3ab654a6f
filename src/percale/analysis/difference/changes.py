"""Packets whose fate differs between two worlds."""

from dataclasses import dataclass
from functools import cached_property

from percale.analysis.difference.counterexample import Example, Places, example, places_between
from percale.analysis.difference.ends import End
from percale.analysis.difference.pairing import Pair
from percale.analysis.symbolic.engine import Ground
from percale.policy.world import World
from percale.traffic.intervals import EMPTY, Intervals
from percale.traffic.traffic import Traffic

Worlds = tuple[World, World]
Grounds = tuple[Ground, Ground]


@dataclass(frozen=True, slots=True)
class Parties:
    """Workloads, hosts, or addresses that none has in either world; `name` is what these are looked up by."""

    pairs: tuple[Pair, ...] = ()
    addresses: Intervals = EMPTY
    name: str = ""

    @property
    def are_hosts(self) -> bool:
        """Whether they are the processes of hosts."""
        return any(pair.is_host for pair in self.pairs)


@dataclass(frozen=True, eq=False)
class Change:
    """Packets from any of the sources to any of the destinations with another fate.

    Between workloads, and with the outside, it is so for the same reasons. Where it does not hold `everywhere`, it
    depends on which address a workload or a host has or gets.
    """

    opens: bool
    sources: Parties
    destinations: Parties
    wire: int
    everywhere: bool
    versions: tuple[int, ...]
    worlds: Worlds
    grounds: Grounds
    ends: tuple[tuple[End, ...], tuple[End, ...]]

    @cached_property
    def traffic(self) -> Traffic:
        return self.grounds[0].cells.opened(self.wire)

    @cached_property
    def places(self) -> Places | None:
        """None where both ends can only have one and the same address, and there is no such packet."""
        return places_between(self.worlds, self.grounds, self.ends)

    @cached_property
    def example(self) -> Example:
        """A packet with this change of fate, and what is said of it in both worlds."""
        if self.places is None:
            raise ValueError("no packet can have this change of fate")
        return example(self.worlds, self.grounds[0].cells.example(self.wire), self.places, self.ends[1][0].name)
