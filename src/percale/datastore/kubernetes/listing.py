"""All objects of a kind, in pieces that a server likes to give."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from percale.datastore.keys import Key, Manifest, resource_version
from percale.datastore.kubernetes.failures import CallFailed, Failure
from percale.datastore.kubernetes.layout import Resource
from percale.datastore.kubernetes.objects import NotReadable, Object, read
from percale.datastore.kubernetes.server import Server
from percale.datastore.kubernetes.validity import Validity

PAGE = 500
#: A list that takes longer than the server remembers is begun anew, at last in one piece.
MOST_TRIES = 3


@dataclass(frozen=True, slots=True)
class Listed:
    """Everything valid of one kind, at one moment."""

    manifests: Mapping[Key, Manifest]
    version: int

    @property
    def versions(self) -> dict[Key, str]:
        return {key: resource_version(manifest) for key, manifest in self.manifests.items()}


def listed(server: Server, resource: Resource, namespace: str, validity: Validity) -> Listed:
    """Raises CallFailed, of a kind that is absent among others, and StoreUnavailable."""
    path = resource.collection(namespace)
    for tried in range(MOST_TRIES):
        try:
            objects, version = _pages(server, path, resource.accept_list, PAGE if tried + 1 < MOST_TRIES else 0)
        except CallFailed as failed:
            if failed.failure is Failure.EXPIRED and tried + 1 < MOST_TRIES:
                continue
            raise
        return Listed(_resources(resource, objects, validity), version)
    raise AssertionError("the last try returns or raises")


def version_in(metadata: Mapping[str, str]) -> int:
    """Versions of one cluster can be compared; raises CallFailed for one that is no number."""
    text = metadata.get("resourceVersion", "")
    if not text.isdecimal():
        raise CallFailed(f"the server gives a version that is no number: `{text}`", Failure.FINAL)
    return int(text)


def _pages(server: Server, path: str, accept: str, size: int) -> tuple[list[Object], int]:
    objects: list[Object] = []
    parameters = {"limit": str(size)} if size else {}
    while True:
        page = server.read(path, accept=accept, **parameters)
        objects += page.get("items") or []
        if not (more := page["metadata"].get("continue")):
            return objects, version_in(page["metadata"])
        parameters["continue"] = more


def _resources(resource: Resource, objects: Iterable[Object], validity: Validity) -> dict[Key, Manifest]:
    """Where a policy is there under an old name as well, as while Calico renames it, the new one counts."""
    found: dict[Key, Manifest] = {}
    for one in objects:
        entry = resource_in(resource, one, validity)
        if entry and entry[1] is not None and (entry[0] not in found or one["metadata"]["name"] == entry[0].name):
            found[entry[0]] = entry[1]
    return found


def resource_in(
    resource: Resource, found: Object, validity: Validity, *, is_there: bool = True
) -> tuple[Key, Manifest | None] | None:
    """No manifest if it is gone or invalid, nothing at all if it is not even known what it is called."""
    try:
        key, manifest = read(resource, found)
    except NotReadable as error:
        metadata = found.get("metadata") or {}
        key = Key(resource.kind, str(metadata.get("name", "")), str(metadata.get("namespace", "")))
        validity.unreadable(key, str(metadata.get("resourceVersion", "")), str(error))
        return (key, None) if key.name else None
    return key, manifest if is_there and validity.holds(key, manifest) else None
