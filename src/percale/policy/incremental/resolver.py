"""Resources one by one, in any order, into the difference that each batch of them makes."""

from collections.abc import Mapping
from typing import Generic, TypeVar

from percale.policy.incremental.difference import Difference
from percale.policy.incremental.ledger import Sortable
from percale.policy.incremental.live_world import LiveWorld
from percale.policy.incremental.stages import Stages
from percale.resources.decode import Located, decoded
from percale.resources.documents import Document, no_garbage_collection
from percale.resources.problems import Problem

K = TypeVar("K", bound=Sortable)


class Resolver(Generic[K]):
    """Holds resources by key. What it says depends on what it holds, and on nothing that it held before.

    Things stand in its worlds in the order of their keys. A resource with problems counts as absent until it is mended.
    """

    def __init__(self) -> None:
        self.problems: dict[K, tuple[Problem, ...]] = {}
        self._stages: Stages[K] = Stages()
        self.live = LiveWorld(self._stages)

    def apply(self, batch: Mapping[K, Document | None]) -> Difference:
        """All at once: documents that are new or others than before, None for each that is gone."""
        with no_garbage_collection():
            for key, document in batch.items():
                self.put(key, document)
            return self.settle()

    def replace(self, listing: Mapping[K, Document]) -> Difference:
        """These and no others, whatever was heard before."""
        known = {*self._stages.keys, *self.problems}
        return self.apply({**dict.fromkeys(known - listing.keys()), **listing})

    def put(self, key: K, document: Document | None) -> Located | None:
        """Part of a batch that `settle` ends: until then nothing can be read.

        What is valid is returned, for those who want more of it than a world has. The document is not kept.
        """
        found, problems = decoded(document) if document else (None, ())
        self.problems.pop(key, None)
        if problems:
            self.problems[key] = problems
        self._stages.put(key, found)
        return found

    def settle(self) -> Difference:
        """What has become of the world since the last time."""
        with no_garbage_collection():
            return self._stages.settle()
