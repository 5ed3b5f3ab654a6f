"""The node's kernel as the loop sees it: what was loaded, and whether that is still what is there."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Protocol

from percale.dataplane import naming
from percale.dataplane.changes import CreateTable
from percale.dataplane.loaded import Loaded, LoadedTable
from percale.dataplane.netlink.contents import found, wanted
from percale.dataplane.netlink.taking_over import loaded
from percale.dataplane.netlink.writer import NetlinkWriter
from percale.dataplane.references import renamed
from percale.dataplane.ruleset import Family, Ruleset, Table
from percale.dataplane.update import update
from percale.host.netfilter_socket import NetfilterSocket


class Kernel(Protocol):
    def load(self, ruleset: Ruleset) -> None:
        """Make our tables what it says, in transactions between which no packet falls; all of it or nothing."""

    def reload(self, ruleset: Ruleset) -> None:
        """The same, whatever others have made of our tables meanwhile."""

    def foreign_changes(self) -> tuple[str, ...]:
        """What of ours is not as it was loaded, by name; asks the kernel for little where nothing has changed."""


class NetlinkKernel:
    """From the rules that are there to the next ones with as little as differs."""

    def __init__(self, netlink: NetfilterSocket, writer: NetlinkWriter) -> None:
        self._netlink, self._writer = netlink, writer
        #: None where only the kernel knows.
        self._held: Loaded | None = None
        self._seen = -1

    def load(self, ruleset: Ruleset) -> None:
        began, written = self._writer.generation(), self._writer.written
        undisturbed = self._held is not None and began == self._seen
        before = self._held or self._taken_over()
        # Where it fails, nobody knows how far it came.
        self._held, self._seen = None, -1
        self._held = update(before, ruleset, self._writer)
        ended = self._writer.generation()
        # What others have done before it or in between is for the next look: a later generation must not hide it.
        if undisturbed and ended - began == self._writer.written - written:
            self._seen = ended

    def reload(self, ruleset: Ruleset) -> None:
        self._held = None
        self.load(ruleset)

    def foreign_changes(self) -> tuple[str, ...]:
        seen = self._writer.generation()
        if self._held is None or seen == self._seen:
            return ()
        changed = tuple(self._changed(self._held))
        if not changed:
            self._seen = seen
        return changed

    def _taken_over(self) -> Loaded:
        """What an earlier agent has left, with the tables held as that one held them."""
        there = loaded(self._netlink)
        self._writer.apply([tuple(CreateTable(family) for family in there.tables)] if there.tables else [])
        return there

    def _changed(self, held: Loaded) -> Iterator[str]:
        for family in Family:
            there, ours = found(self._netlink, family), held.tables.get(family)
            if there is None or ours is None:
                if (there is None) != (ours is None):
                    yield f"{family} table {naming.TABLE}"
            else:
                yield from (f"{family} {name}" for name in there.differences(wanted(_in_kernel(ours))))


def _in_kernel(held: LoadedTable) -> Table:
    """The table with everything under the names that the kernel has it by."""
    table, names = held.table, {name: place.name for name, place in held.places.items()}
    chains = (replace(renamed(one, names), name=held.hooked.get(name, name)) for name, one in table.chains.items())
    return replace(
        table,
        chains={one.name: one for one in chains},
        sets={name: replace(one, name=names.get(name, name)) for name, one in table.sets.items()},
        interval_sets={name: replace(one, name=names.get(name, name)) for name, one in table.interval_sets.items()},
        maps={name: replace(one, name=names.get(name, name)) for name, one in table.maps.items()},
    )
