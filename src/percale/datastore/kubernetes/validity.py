"""Objects that a server has taken and that are no valid resource: told once, and left out as if they were absent.

A server checks the form of Calico's resources and not their meaning. What a selector or a port that cannot be read
might mean is not for a store to guess; Felix leaves such objects out as well.
"""

from collections.abc import Callable
from threading import Lock

from percale.datastore.errors import DatastoreError
from percale.datastore.keys import Key, Manifest, resource_version
from percale.datastore.kubernetes.layout import VALIDATED
from percale.errors import PercaleError
from percale.resources.decode import decodable
from percale.resources.documents import Document
from percale.resources.problems import Place, Problem


class LeftOut(DatastoreError):
    """A resource that is not in force, though the server has it."""

    def __init__(self, store: str, key: Key, problems: list[Problem]) -> None:
        told = "; ".join(f"{one.path}: {one.says}" if one.path else one.says for one in problems)
        super().__init__(
            f"{key} in `{store}` is invalid and treated as absent: {told}",
            hint=f"the server took it without validating it; see it with `percale get {key.kind.name.lower()} …`",
        )
        self.key, self.problems = key, tuple(problems)


class Validity:
    def __init__(self, store: str, report: Callable[[PercaleError], None]) -> None:
        self._store, self.report = store, report
        self._lock = Lock()
        self._told: set[tuple[Key, str]] = set()

    def holds(self, key: Key, manifest: Manifest) -> bool:
        """What does not hold is reported, each version of it once."""
        if key.kind not in VALIDATED:
            return True
        place = Place(self._store)
        _, problems = decodable([Document(self._store, dict(manifest), lambda _: place)])
        if problems:
            self._tell(key, resource_version(manifest), LeftOut(self._store, key, problems))
        return not problems

    def unreadable(self, key: Key, version: str, why: str) -> None:
        self._tell(key, version, LeftOut(self._store, key, [Problem(Place(self._store), f"it is no resource: {why}")]))

    def _tell(self, key: Key, version: str, error: LeftOut) -> None:
        with self._lock:
            is_new = (key, version) not in self._told
            self._told.add((key, version))
        if is_new:
            self.report(error)
