"""What each address of a node's own workloads enforces, kept true while the world changes around them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from percale.dataplane.in_force import InForce, Programs
from percale.dataplane.places import is_single
from percale.dataplane.programs import Program
from percale.policy.endpoints import Endpoint
from percale.policy.incremental.difference import Change
from percale.policy.rules import Direction
from percale.traffic.addresses import Address, AddressSet


@dataclass(frozen=True, slots=True)
class Entry:
    """Where packets from and to an address start, and where it is counted what staged policies would do."""

    egress: Program
    ingress: Program
    staged: Mapping[Direction, Program]

    @property
    def programs(self) -> Iterator[Program]:
        """Those that have chains: an open one goes on to the next stage at once."""
        yield from (one for one in (self.egress, self.ingress) if not one.is_open)
        yield from self.staged.values()


@dataclass(frozen=True, slots=True)
class _Local:
    in_force: InForce
    entries: Mapping[Address, Entry]


class LocalEndpoints:
    def __init__(self, programs: Programs) -> None:
        self._programs = programs
        self._known: dict[Endpoint, _Local] = {}
        self._at: dict[Address, tuple[Endpoint, ...]] = {}

    def __iter__(self) -> Iterator[Endpoint]:
        return iter(self._known)

    @property
    def addresses(self) -> Iterable[Address]:
        return self._at.keys()

    def entry(self, address: Address) -> Entry | None:
        """Of several that have one address, the first by name is asked: that depends on nobody's coming first."""
        here = self._at.get(address, ())
        return self._known[min(here, key=_rank)].entries[address] if here else None

    def touched_by(self, changes: Iterable[Change]) -> Iterator[Endpoint]:
        """Whoever asks its address something that may be answered otherwise now: rules know addresses only."""
        if not self._known:
            return
        for change in changes:
            networks = {network for one in (change.before, change.after) if one for network in one.networks}
            addresses = {one.network_address for one in networks if is_single(one)}
            if wide := AddressSet.of(one for one in networks if not is_single(one)):
                addresses.update(address for address in self._at if address in wide)
            here = (one for address in addresses for one in self._at.get(address, ()))
            yield from (one for one in here if self._known[one].in_force.asks)

    def follow(self, changes: Iterable[Change], others: Iterable[Endpoint]) -> list[Address]:
        """`others` are to be looked at again; at which addresses anything is different."""
        changes, again = list(changes), dict.fromkeys(one for one in others if one in self._known)
        told = [one for change in changes for one in (change.before, change.after) if one]
        addresses = dict.fromkeys(address for one in (*told, *again) for address in one.addresses)
        before = {address: self.entry(address) for address in addresses}
        for change in changes:
            if change.before:
                self._leave(change.before)
                again.pop(change.before, None)
            if change.after:
                self._join(change.after)
        for one in again:
            self._know(one)
        return [address for address in addresses if self.entry(address) != before[address]]

    def _join(self, one: Endpoint) -> None:
        self._know(one)
        for address in self._known[one].entries:
            self._at[address] = (*self._at.get(address, ()), one)

    def _leave(self, one: Endpoint) -> None:
        for address in self._known.pop(one).entries:
            self._at[address] = tuple(other for other in self._at[address] if other is not one)
            if not self._at[address]:
                del self._at[address]

    def _know(self, one: Endpoint) -> None:
        in_force = self._programs.in_force(one)
        self._known[one] = _Local(in_force, {address: _entry(in_force, address) for address in one.addresses})


def _rank(one: Endpoint) -> tuple[object, ...]:
    """Of equal rank is only who has the same policies and profiles."""
    return str(one), sorted(one.labels.items()), one.profiles


def _entry(in_force: InForce, own: Address) -> Entry:
    staged = {direction: in_force.staged_of_workload(own, direction) for direction in Direction}
    return Entry(
        in_force.of_workload(own, Direction.EGRESS),
        in_force.of_workload(own, Direction.INGRESS),
        {direction: program for direction, program in staged.items() if program},
    )
