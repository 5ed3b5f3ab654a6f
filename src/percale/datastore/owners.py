"""Who applied a resource. What an owner applied can be taken away again, and nothing else with it."""

from percale.datastore.errors import Conflict, DatastoreError
from percale.datastore.keys import Key, Manifest

ANNOTATION = "percale.dev/owner"


class NothingOwned(DatastoreError):
    def __init__(self, owner: str) -> None:
        super().__init__(f"nothing in the datastore is owned by `{owner}`")


def owner_of(manifest: Manifest) -> str:
    """Empty where nobody has said so."""
    return str(manifest["metadata"].get("annotations", {}).get(ANNOTATION, ""))


def owned_by(owner: str, manifest: Manifest) -> Manifest:
    metadata = manifest["metadata"]
    return {**manifest, "metadata": {**metadata, "annotations": {**metadata.get("annotations", {}), ANNOTATION: owner}}}


def other_owner(key: Key, manifest: Manifest, found: Manifest) -> Conflict | None:
    """Against one owner overwriting what another applied; whoever names no owner leaves the owner as it is."""
    wanted, present = owner_of(manifest), owner_of(found)
    if wanted and present and wanted != present:
        return Conflict(key, f"it is owned by `{present}`, not by `{wanted}`")
    return None
