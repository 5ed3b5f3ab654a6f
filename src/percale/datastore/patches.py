"""The three forms of a patch that calicoctl and kubectl know."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

import jsonpatch

from percale.datastore.errors import CannotPatch
from percale.datastore.keys import Manifest
from percale.datastore.strategic import strategic_merge
from percale.selector.errors import shortened

Data = Any


class PatchType(StrEnum):
    STRATEGIC = "strategic"
    JSON = "json"
    MERGE = "merge"


def patched(manifest: Manifest, patch: Data, form: PatchType) -> Data:
    """A new manifest, which may be anything: it has to be validated. Raises CannotPatch."""
    return _FORMS[form](manifest, patch)


def merge_patch(data: Data, patch: Data) -> Data:
    """RFC 7386: mappings are merged, null takes away, and all else replaces."""
    if not isinstance(patch, Mapping):
        return patch
    merged = dict(data) if isinstance(data, Mapping) else {}
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = merge_patch(merged.get(key), value)
    return merged


def json_patch(data: Data, patch: Data) -> Data:
    """RFC 6902: a list of operations."""
    if not isinstance(patch, list):
        raise CannotPatch(
            "a JSON patch is a list of operations", hint='[{"op": "add", "path": "/spec/order", "value": 5}]'
        )
    try:
        return jsonpatch.apply_patch(data, patch)
    except (jsonpatch.JsonPatchException, jsonpatch.JsonPointerException) as error:
        raise CannotPatch(f"the JSON patch does not fit: {shortened(str(error))}") from error


def _strategic(data: Data, patch: Data) -> Data:
    if not isinstance(patch, Mapping):
        raise CannotPatch("a strategic merge patch is a mapping", hint='{"spec": {"order": 5}}')
    try:
        return strategic_merge(data, patch)
    except ValueError as error:
        raise CannotPatch(f"the strategic merge patch does not fit: {error}") from error


_FORMS: Mapping[PatchType, Callable[[Data, Data], Data]] = {
    PatchType.STRATEGIC: _strategic,
    PatchType.JSON: json_patch,
    PatchType.MERGE: merge_patch,
}
