"""Kubernetes' strategic merge patch: a merge patch that knows which lists are merged by a key of their items.

Calico's own fields have no such list: every list of theirs is replaced as a whole.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from percale.resources.kinds import CALICO

Data = Any

_DIRECTIVE = "$patch"
_DELETE_FROM = "$deleteFromPrimitiveList/"
#: Of metadata, whatever the kind.
_METADATA = {"ownerReferences": "uid"}
#: Of Kubernetes' kinds, by the name of the list. `ports` differ: of containers, and of Services.
_KUBERNETES = {
    "containers": "name",
    "initContainers": "name",
    "ephemeralContainers": "name",
    "env": "name",
    "volumes": "name",
    "volumeMounts": "mountPath",
    "imagePullSecrets": "name",
    "secrets": "name",
    "hostAliases": "ip",
    "topologySpreadConstraints": "topologyKey",
    "conditions": "type",
    "addresses": "type",
    "podIPs": "ip",
    "ports": "containerPort",
}
#: Lists of plain values that are joined.
_JOINED = frozenset({"finalizers"})


def strategic_merge(manifest: Data, patch: Data) -> Data:
    """Raises ValueError where the patch cannot be understood."""
    keys = dict(_METADATA)
    if manifest["apiVersion"] != CALICO:
        keys |= _KUBERNETES | ({"ports": "port"} if manifest["kind"] == "Service" else {})
    return _Merge(keys).mapping(manifest, patch)


class _Merge:
    def __init__(self, keys: Mapping[str, str]) -> None:
        self._keys = keys

    def mapping(self, data: Data, patch: Mapping[str, Data]) -> dict[str, Data]:
        directive = patch.get(_DIRECTIVE, "merge")
        if directive not in ("merge", "replace", "delete"):
            raise ValueError(f"`$patch` is `{directive}`, and not merge, replace or delete")
        merged = dict(data) if isinstance(data, Mapping) and directive == "merge" else {}
        for name, value in patch.items():
            if name.startswith(_DELETE_FROM):
                listed = name.removeprefix(_DELETE_FROM)
                merged[listed] = [item for item in merged.get(listed, []) if item not in value]
            elif name.startswith("$") and name != _DIRECTIVE:
                raise ValueError(f"directive `{name}` is not known")
            elif value is None:
                merged.pop(name, None)
            elif name != _DIRECTIVE and directive != "delete":
                merged[name] = self._value(name, merged.get(name), value)
        return merged

    def _value(self, name: str, data: Data, patch: Data) -> Data:
        if isinstance(patch, Mapping):
            return self.mapping(data, patch)
        if isinstance(patch, list) and isinstance(data, list):
            if name in _JOINED:
                return list(dict.fromkeys([*data, *patch]))
            # A `ports` of a kind that has no such lists holds numbers.
            if name in self._keys and all(isinstance(item, Mapping) for item in patch):
                return self._list(self._keys[name], data, patch)
        return patch

    def _list(self, key: str, data: Sequence[Data], patch: Sequence[Mapping[str, Data]]) -> list[Data]:
        if any(item.get(_DIRECTIVE) == "replace" and len(item) == 1 for item in patch):
            return [item for item in patch if _DIRECTIVE not in item]
        merged = list(data)
        for item in patch:
            if key not in item:
                raise ValueError(f"an item has no `{key}`, by which the list is merged")
            place = next((index for index, one in enumerate(merged) if one.get(key) == item[key]), len(merged))
            if item.get(_DIRECTIVE) == "delete":
                del merged[place : place + 1]
            else:
                merged[place : place + 1] = [self.mapping(merged[place] if place < len(merged) else {}, item)]
        return merged
