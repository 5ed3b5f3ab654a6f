"""What of ours is in the kernel, by name: never a list of foreign tables, which newer programs fill with what older
ones cannot read.
"""

from collections.abc import Sequence
from typing import Protocol

import msgspec

from percale.dataplane import naming
from percale.dataplane.loaded import Found, Loaded, as_found
from percale.dataplane.ruleset import Family, Hook


class Runs(Protocol):
    """Starts a program in the network namespace that is to be read or changed, and returns what it prints."""

    def __call__(self, argv: Sequence[str], *, stdin: str = "") -> str: ...


class _Object(msgspec.Struct, frozen=True):
    name: str = ""
    family: str = ""
    hook: str = ""
    prio: int = 0


class _Item(msgspec.Struct, frozen=True):
    table: _Object | None = None
    chain: _Object | None = None
    set: _Object | None = None
    map: _Object | None = None
    counter: _Object | None = None


class _Listing(msgspec.Struct, frozen=True):
    nftables: tuple[_Item, ...] = ()


def our_families(run: Runs) -> frozenset[Family]:
    """In which families the kernel has a table of ours."""
    listing = _read(run(("nft", "--json", "list", "tables")))
    ours = [item.table.family for item in listing.nftables if item.table and item.table.name == naming.TABLE]
    return frozenset(Family(family) for family in ours if family in set(Family))


def found(family: Family, run: Runs) -> Found:
    items = _read(run(("nft", "--json", "--terse", "list", "table", family, naming.TABLE))).nftables
    chains = [item.chain for item in items if item.chain]
    return Found(
        chains=frozenset(chain.name for chain in chains),
        hooked={chain.name: Hook(chain.hook, chain.prio) for chain in chains if chain.hook},
        sets=frozenset(item.set.name for item in items if item.set),
        maps=frozenset(item.map.name for item in items if item.map),
        counters=frozenset(item.counter.name for item in items if item.counter),
    )


def loaded(run: Runs) -> Loaded:
    """What the kernel has, whoever put it there."""
    return as_found((family, found(family, run)) for family in sorted(our_families(run)))


def _read(text: str) -> _Listing:
    return msgspec.json.decode(text, type=_Listing)
