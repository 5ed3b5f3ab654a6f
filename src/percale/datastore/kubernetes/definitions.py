"""Kinds that come while a watch is open: somebody installs their CustomResourceDefinitions."""

from collections.abc import Callable
from dataclasses import dataclass
from threading import Event as Flag

from percale.datastore.errors import DatastoreError, StoreUnavailable
from percale.datastore.kubernetes.discovery import Discovery, Served
from percale.datastore.kubernetes.failures import CallFailed
from percale.datastore.kubernetes.layout import INSTALLED, resource_of
from percale.datastore.kubernetes.news import News
from percale.datastore.kubernetes.server import Pauses
from percale.resources.kinds import CALICO, CALICO_STORAGE, Kind

#: How often a server is asked that does not serve yet what is installed.
_MOST_LOOKS = 8


@dataclass(slots=True)
class Definitions:
    discovery: Discovery
    kinds: frozenset[Kind]
    #: Told which of the kinds are served, whenever that may have changed.
    appeared: Callable[[Served], None]
    closed: Flag
    #: Told once why nobody will hear of new kinds.
    report: Callable[[DatastoreError], None]
    _names: set[str]
    _has_reported: bool = False

    def told(self, news: News | DatastoreError) -> None:
        """By the follower of all definitions, in its thread."""
        if isinstance(news, DatastoreError):
            if not self._has_reported:
                self._has_reported = True
                self.report(news)
            return
        before = set(self._names)
        for change in news.changes:
            if change.manifest is None:
                self._names.discard(change.key.name)
            else:
                self._names.add(change.key.name)
        ours = _names_of(self.kinds)
        if self._names & ours != before & ours or any(change.key.name in ours for change in news.changes):
            self._look()

    def _look(self) -> None:
        """A definition is there a moment before the server serves its kind."""
        pauses = Pauses()
        for _ in range(_MOST_LOOKS):
            try:
                served = self.discovery.served(self.kinds)
            except (CallFailed, StoreUnavailable):
                served = {}
            self.appeared(served)
            waited_for = {kind for kind in self.kinds & INSTALLED if self._names & _names_of(frozenset({kind}))}
            if waited_for <= served.keys() or self.closed.wait(pauses.next_s()):
                return


def _names_of(kinds: frozenset[Kind]) -> set[str]:
    return {str(resource_of(kind, calico)) for kind in kinds & INSTALLED for calico in (CALICO, CALICO_STORAGE)}
