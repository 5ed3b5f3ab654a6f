"""What a kind's stream tells to the watch that it is part of."""

from collections.abc import Callable
from dataclasses import dataclass

from percale.datastore.errors import DatastoreError
from percale.datastore.keys import Key, Manifest


@dataclass(frozen=True, slots=True)
class Change:
    """Without a manifest it is gone."""

    key: Key
    manifest: Manifest | None
    #: The version from which a watch of this kind resumes after it.
    at: int


@dataclass(frozen=True, slots=True)
class News:
    #: By its name, as `tiers.projectcalico.org`.
    resource: str
    changes: tuple[Change, ...]
    #: Nothing else has happened to this kind up to here.
    version: int


#: News, or what stands against it.
Tell = Callable[[News | DatastoreError], None]
