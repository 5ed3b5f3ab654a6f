"""One change at a time, for stores whose `write` takes several."""

from abc import ABC, abstractmethod
from collections.abc import Sequence

from percale.datastore.errors import Rejected
from percale.datastore.interface import Change, Create, Delete, Update
from percale.datastore.keys import Key, Manifest


class SingleWrites(ABC):
    is_transactional = True

    @abstractmethod
    def write(self, changes: Sequence[Change]) -> Sequence[Manifest | None]: ...

    def create(self, manifest: Manifest) -> Manifest:
        return self._stored(Create(manifest))

    def update(self, manifest: Manifest) -> Manifest:
        return self._stored(Update(manifest))

    def delete(self, key: Key, *, resource_version: str = "") -> None:
        self._one(Delete(key, resource_version))

    def _stored(self, change: Create | Update) -> Manifest:
        stored = self._one(change)
        if stored is None:
            raise AssertionError(f"nothing was stored by {change}")
        return stored

    def _one(self, change: Change) -> Manifest | None:
        try:
            return self.write((change,))[0]
        except Rejected as rejected:
            raise rejected.errors[0] from rejected
