"""What every store can do. `tests/contracts` holds the suite that each must pass.

Calls block, and may be made from any thread. Manifests go in and come out as JSON has them: in the form of Calico's v3
API or of Kubernetes, with the `metadata` that servers set.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NewType, Protocol, Self

from percale.datastore.keys import Key, Manifest, Selection

#: A point in a store's history. Only the store that gave it can tell what it means.
Revision = NewType("Revision", str)


@dataclass(frozen=True, slots=True)
class Put:
    """The resource is there, in this form: it is new or it has changed."""

    key: Key
    manifest: Manifest
    revision: Revision


@dataclass(frozen=True, slots=True)
class Deleted:
    key: Key
    revision: Revision


@dataclass(frozen=True, slots=True)
class Bookmark:
    """Nothing of the selection has changed up to here: a watch may resume from this revision."""

    revision: Revision


Event = Put | Deleted | Bookmark


@dataclass(frozen=True, slots=True)
class Create:
    """Fails with AlreadyExists."""

    manifest: Manifest


@dataclass(frozen=True, slots=True)
class Update:
    """Fails with NotFound, and with Conflict unless `metadata.resourceVersion` is the stored one."""

    manifest: Manifest


@dataclass(frozen=True, slots=True)
class Delete:
    """Fails with NotFound, and with Conflict if a version is given and it is not the stored one."""

    key: Key
    resource_version: str = ""


Change = Create | Update | Delete


@dataclass(frozen=True, slots=True)
class Listing:
    """All resources of a selection at one moment, by kind, namespace and name."""

    resources: tuple[Manifest, ...]
    #: Where a watch begins that misses nothing and repeats nothing.
    revision: Revision


class Watch(ABC):
    """Events in the order in which they were committed. May be closed by another thread, which ends the waiting."""

    @abstractmethod
    def poll(self, wait_s: float | None = None) -> Sequence[Event]:
        """All that has happened since; waits for it, and is empty after `wait_s` or once closed.

        Raises RevisionTooOld when events were lost, and StoreUnavailable.
        """

    @abstractmethod
    def close(self) -> None: ...

    @property
    @abstractmethod
    def is_closed(self) -> bool: ...

    def __iter__(self) -> Iterator[Event]:
        """Event by event, until it is closed."""
        while not self.is_closed:
            yield from self.poll()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Datastore(Protocol):
    """Errors are those of `percale.datastore.errors`; StoreUnavailable may come from any call."""

    @property
    def name(self) -> str:
        """For messages: what it is, and where."""

    @property
    def is_transactional(self) -> bool:
        """Whether `write` can take several changes."""

    def get(self, key: Key) -> Manifest: ...

    def list(self, selection: Selection) -> Listing: ...

    def watch(self, selection: Selection, since: Revision) -> Watch:
        """What happened after `since`; raises RevisionTooOld at once or by the first poll."""

    def create(self, manifest: Manifest) -> Manifest: ...

    def update(self, manifest: Manifest) -> Manifest: ...

    def delete(self, key: Key, *, resource_version: str = "") -> None: ...

    def write(self, changes: Sequence[Change]) -> Sequence[Manifest | None]:
        """All changes or none: what is stored after each, None after a Delete. Raises Rejected.

        When it returns, what was written survives a crash. An Update that changes nothing keeps its version.
        """

    def close(self) -> None: ...
