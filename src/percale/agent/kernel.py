"""The node's kernel as the loop sees it: what was loaded, and whether that is still what is there."""

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

import msgspec

from percale.dataplane import naming
from percale.dataplane.nftables.backend import load
from percale.dataplane.nftables.listing import Runs, our_families
from percale.dataplane.ruleset import Ruleset
from percale.host.nftables_generation import Generation


class Kernel(Protocol):
    def load(self, ruleset: Ruleset) -> None:
        """Make our tables what it says, in transactions between which no packet falls; all of it or nothing."""

    def foreign_changes(self) -> tuple[str, ...]:
        """What of ours is no longer as it was loaded, by name; asks the kernel for little where nothing has changed."""

    def close(self) -> None: ...


class NftKernel:
    """By the `nft` program."""

    def __init__(self, run: Runs, generation: Generation) -> None:
        self._run, self._generation = run, generation
        self._seen = -1
        self._loaded: Mapping[str, str] = {}

    def load(self, ruleset: Ruleset) -> None:
        load(ruleset, self._run)
        self._loaded, self._seen = self._settled()

    def foreign_changes(self) -> tuple[str, ...]:
        if self._generation() == self._seen:
            return ()
        found, seen = self._settled()
        if found == self._loaded:
            self._seen = seen
            return ()
        return tuple(_differing(self._loaded, found))

    def close(self) -> None:
        self._generation.close()

    def _settled(self) -> tuple[Mapping[str, str], int]:
        """Our tables, read while nobody changed anything."""
        while True:
            before = self._generation()
            found = _contents(self._run)
            if self._generation() == before:
                return found, before


def _differing(loaded: Mapping[str, str], found: Mapping[str, str]) -> Iterator[str]:
    """By name, and of a table that is gone nothing but the table."""
    gone = {name.partition(" ")[0] for name in loaded.keys() - found.keys() if name.endswith(_TABLE)}
    for name in sorted(found.keys() | loaded.keys()):
        has_table = name.partition(" ")[0] not in gone
        if found.get(name) != loaded.get(name) and (has_table or name.endswith(_TABLE)):
            yield name


_TABLE = f" table {naming.TABLE}"


def _contents(run: Runs) -> dict[str, str]:
    """What our tables hold, by the names of their objects."""
    found: dict[str, str] = {}
    for family in sorted(our_families(run)):
        listed = run(("nft", "--json", "list", "table", family, naming.TABLE))
        for item in msgspec.json.decode(listed)["nftables"]:
            ((what, about),) = item.items()
            if what in _HOLDERS:
                name = f"{family} {_HOLDERS[what]} {about.get('chain') or about['name']}"
                found[name] = f"{found.get(name, '')}{msgspec.json.encode(_lasting(about)).decode()}\n"
    return found


#: Under whose name an object is reported; rules under their chain's.
_HOLDERS = {"table": "table", "chain": "chain", "rule": "chain", "set": "set", "map": "map", "counter": "counter"}
#: What the kernel counts or numbers by itself.
_PASSING = ("handle", "packets", "bytes")


def _lasting(value: Any) -> Any:  # noqa: ANN401  any JSON
    """Without what changes by itself; the order of elements depends on the order in which a set was filled."""
    match value:
        case dict():
            kept = {name: _lasting(one) for name, one in value.items() if name not in _PASSING}
            if isinstance(elements := kept.get("elem"), list):
                kept["elem"] = sorted(elements, key=msgspec.json.encode)
            return kept
        case list():
            return [_lasting(one) for one in value]
        case _:
            return value
