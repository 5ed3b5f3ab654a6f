"""From the node's own addresses to the chains of whoever has them, in one table."""

from collections import Counter
from collections.abc import Iterable, Mapping

from percale.dataplane import naming
from percale.dataplane.chains import class_chain_name
from percale.dataplane.local_endpoints import Entry
from percale.dataplane.programs import Program
from percale.dataplane.rosters import address_key
from percale.dataplane.ruleset import Chain, Goto, Jump, Set, SetElement, VerdictMap
from percale.dataplane.staged_chains import staged_chains
from percale.policy.rules import Direction
from percale.traffic.addresses import Address

_Elements = dict[SetElement, Goto | Jump]

_ALWAYS = (naming.EGRESS_OF, naming.INGRESS_OF)


class LocalMaps:
    """Values of the moment: each stays the same one until something in it is another."""

    def __init__(self, version: int) -> None:
        self._key = address_key(version)
        self._entries: dict[Address, Entry] = {}
        self._uses: Counter[Program] = Counter()
        self.programs: tuple[Program, ...] = ()
        self.chains: Mapping[str, Chain] = {}
        self.maps: Mapping[str, VerdictMap] = {name: VerdictMap(name, (self._key,), {}) for name in _ALWAYS}
        self.sets: Mapping[str, Set] = {naming.LOCAL: Set(naming.LOCAL, (self._key,), frozenset())}

    def follow(self, entries: Mapping[Address, Entry | None]) -> None:
        """None for an address that nobody here has any more."""
        if not entries:
            return
        before = {address: self._entries.pop(address) for address in entries if address in self._entries}
        now = {address: entry for address, entry in entries.items() if entry}
        self._entries |= now
        self._count(before.values(), now.values())
        self._put(before, now)
        if before.keys() != now.keys():
            here = self.sets[naming.LOCAL].elements - {(address,) for address in before}
            self.sets = {naming.LOCAL: Set(naming.LOCAL, (self._key,), here | {(address,) for address in now})}

    def _count(self, before: Iterable[Entry], now: Iterable[Entry]) -> None:
        known = set(self._uses)
        self._uses.update(program for entry in now for program in entry.programs)
        self._uses.subtract(program for entry in before for program in entry.programs)
        self._uses = +self._uses
        if self._uses.keys() != known:
            self.programs = tuple(self._uses)

    def _put(self, before: Mapping[Address, Entry], now: Mapping[Address, Entry]) -> None:
        gone, come = _elements(before), _elements(now)
        for name in gone | come:
            if gone.get(name) != come.get(name):
                self._replace(name, gone.get(name, {}), come.get(name, {}))

    def _replace(self, name: str, gone: _Elements, come: _Elements) -> None:
        known = self.maps[name].elements if name in self.maps else {}
        elements = {key: to for key, to in known.items() if key not in gone} if gone else dict(known)
        maps = dict(self.maps)
        maps[name] = VerdictMap(name, (self._key,), elements | come)
        if not maps[name].elements and name not in _ALWAYS:
            del maps[name]
        if maps.keys() != self.maps.keys():
            staged = (one for one in Direction if naming.staged_map(one) in maps)
            self.chains = {chain.name: chain for one in staged for chain in staged_chains(one)}
        self.maps = maps


def _elements(entries: Mapping[Address, Entry]) -> dict[str, _Elements]:
    """By the names of their maps."""
    found: dict[str, _Elements] = {}
    for address, entry in entries.items():
        # From a base chain the way must be a jump: a goto would end in the chain's policy.
        found.setdefault(naming.EGRESS_OF, {})[address,] = Jump(_chain(entry.egress, naming.TO_POD))
        found.setdefault(naming.INGRESS_OF, {})[address,] = Goto(_chain(entry.ingress, naming.OK))
        for direction, program in entry.staged.items():
            found.setdefault(naming.staged_map(direction), {})[address,] = Jump(class_chain_name(program))
    return found


def _chain(program: Program, onward: str) -> str:
    return onward if program.is_open else class_chain_name(program)
