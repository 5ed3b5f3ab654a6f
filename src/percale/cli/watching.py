"""`percale get -w`: what is there, then every change as it is committed, until somebody interrupts or stops reading."""

from argparse import Namespace
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from percale.cli.inputs import show
from percale.cli.outputs import table_of
from percale.datastore.errors import RevisionTooOld
from percale.datastore.interface import Bookmark, Datastore, Event, Put
from percale.datastore.keys import Key, Manifest, Selection, key_of, resource_version
from percale.report.changes import Seen, Writer, json_writer, table_writer, yaml_writer
from percale.resources.kinds import Kind

_WRITERS: dict[str, Writer] = {"json": json_writer, "yaml": yaml_writer, "yml": yaml_writer}


@dataclass(slots=True)
class Follower:
    """What has been told so far, so that a change can be called by its name."""

    wanted: Callable[[Manifest], bool]
    known: dict[Key, Manifest] = field(default_factory=dict)

    def resynced(self, manifests: Sequence[Manifest]) -> Iterator[Seen]:
        """The difference between what was told and what is there."""
        there = {key_of(one): one for one in manifests}
        for key in [key for key in self.known if key not in there]:
            yield self._gone(key)
        for key, manifest in there.items():
            if key not in self.known or resource_version(self.known[key]) != resource_version(manifest):
                yield from self._put(key, manifest)

    def told(self, event: Event) -> Iterator[Seen]:
        match event:
            case Put(key, manifest):
                yield from self._put(key, manifest)
            case Bookmark():
                return
            case _:
                if event.key in self.known:
                    yield self._gone(event.key)

    def _put(self, key: Key, manifest: Manifest) -> Iterator[Seen]:
        """What no longer has the labels is gone, as far as this reader is concerned."""
        if self.wanted(manifest):
            yield Seen("MODIFIED" if key in self.known else "ADDED", manifest)
            self.known[key] = manifest
        elif key in self.known:
            yield self._gone(key)

    def _gone(self, key: Key) -> Seen:
        return Seen("DELETED", self.known.pop(key))


def follow(
    given: Namespace, store: Datastore, selection: Selection, kind: Kind, wanted: Callable[[Manifest], bool]
) -> None:
    write = _WRITERS.get(given.output) or table_writer(table_of(given), kind)
    follower = Follower(wanted)
    while _followed(store, selection, follower, write):
        pass


def _followed(store: Datastore, selection: Selection, follower: Follower, write: Writer) -> bool:
    """Whether to list again and go on."""
    listing = store.list(selection)
    if not show(write(list(follower.resynced(listing.resources)))):
        return False
    try:
        with store.watch(selection, listing.revision) as watch:
            for event in watch:
                if not show(write(list(follower.told(event)))):
                    return False
    except RevisionTooOld:
        return True
    return False
