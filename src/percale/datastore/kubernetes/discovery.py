"""Which kinds this cluster has, and where it keeps Calico's."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from percale.datastore.kubernetes.failures import CallFailed, Failure
from percale.datastore.kubernetes.layout import INSTALLED, READ, Resource, path_of, resource_of
from percale.datastore.kubernetes.server import Server
from percale.resources.kinds import CALICO, CALICO_STORAGE, Kind

Served = Mapping[Kind, Resource]


@dataclass(frozen=True, slots=True)
class Discovery:
    server: Server
    #: As CALICO_API_GROUP says it; empty to find out.
    calico: str = ""

    def served(self, kinds: frozenset[Kind] = READ) -> Served:
        """Of these kinds those that are there. Raises CallFailed and StoreUnavailable: not to know is not "none"."""
        installed = kinds & INSTALLED
        there = {kind: resource_of(kind, CALICO) for kind in kinds - INSTALLED}
        if not installed:
            return there
        groups = self._group_versions()
        wanted = sorted((resource_of(kind, self._calico_in(groups)) for kind in installed), key=_group_version)
        for group_version, resources in groupby(wanted, _group_version):
            if group_version in groups:
                plurals = set(self._plurals(group_version))
                there |= {one.kind: one for one in resources if one.plural in plurals}
        return there

    def _calico_in(self, groups: frozenset[str]) -> str:
        """As Calico's clients: where both are there, Calico's own server makes the one out of the other."""
        return self.calico or (CALICO_STORAGE if CALICO_STORAGE in groups else CALICO)

    def _group_versions(self) -> frozenset[str]:
        groups: list[dict[str, Any]] = self.server.read("/apis").get("groups") or []
        return frozenset(version["groupVersion"] for group in groups for version in group.get("versions") or [])

    def _plurals(self, group_version: str) -> Iterator[str]:
        try:
            found = self.server.read(path_of(group_version))
        except CallFailed as failed:
            if failed.failure is Failure.ABSENT:
                return
            raise
        yield from (one["name"] for one in found.get("resources") or [])


def _group_version(resource: Resource) -> str:
    return resource.group_version
