"""One resource, wherever the cluster has it."""

from dataclasses import dataclass

from percale.datastore.keys import Key, Manifest
from percale.datastore.kubernetes.failures import CallFailed, Failure
from percale.datastore.kubernetes.layout import Resource
from percale.datastore.kubernetes.objects import NotReadable, Object, object_names, read
from percale.datastore.kubernetes.server import Server


@dataclass(frozen=True, slots=True)
class Found:
    object: Object
    manifest: Manifest

    @property
    def name(self) -> str:
        """Of the object, which a policy may be called otherwise than."""
        return str(self.object["metadata"]["name"])


def found_at(server: Server, resource: Resource, key: Key, *, but: str = "") -> Found | None:
    """None if it is not there, in any object `but` one; raises CallFailed and StoreUnavailable."""
    for name in object_names(resource, key):
        if name == but:
            continue
        try:
            found = server.read(resource.object(name, key.namespace))
            its_key, manifest = read(resource, found)
        except CallFailed as failed:
            if failed.failure is Failure.ABSENT:
                continue
            raise
        except NotReadable as error:
            raise CallFailed(f"{key} is no resource: {error}", Failure.FINAL) from error
        if its_key == key:
            return Found(found, manifest)
    return None
