"""Writes deploy/crds from the types of resources: `python -m tools.custom_resource_definitions`.

For clusters without Calico. The schemas are structural and closed, as the types are, so a server neither drops a field
that Percale reads nor takes one that it does not.
"""

import types
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Union, get_args, get_origin

import msgspec
import yaml

from percale.datastore.kubernetes.layout import INSTALLED
from percale.resources.kind_names import names_of
from percale.resources.kinds import CALICO, Kind
from percale.resources.wire import Open

DIRECTORY = Path(__file__).parents[1] / "deploy" / "crds"
_GROUP, _, _VERSION = CALICO.partition("/")
_SCALARS: Mapping[object, dict[str, Any]] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer", "format": "int64"},
    float: {"type": "number"},
}
_ANYTHING = {"x-kubernetes-preserve-unknown-fields": True}
#: What `kubectl get` shows beside names.
_COLUMNS = {
    "Tier": (("Order", "number", ".spec.order"), ("DefaultAction", "string", ".spec.defaultAction")),
    "NetworkPolicy": (("Tier", "string", ".spec.tier"), ("Order", "number", ".spec.order")),
    "GlobalNetworkPolicy": (("Tier", "string", ".spec.tier"), ("Order", "number", ".spec.order")),
    "HostEndpoint": (("Node", "string", ".spec.node"),),
    "IPPool": (("CIDR", "string", ".spec.cidr"),),
}


def main() -> None:
    for file, text in files():
        file.write_text(text, encoding="utf-8")


def files() -> Iterator[tuple[Path, str]]:
    for kind in sorted(INSTALLED, key=lambda kind: kind.name):
        if kind.api_version == CALICO:
            text = yaml.safe_dump(definition(kind), sort_keys=False, width=120)
            yield DIRECTORY / f"{names_of(kind)[1]}.yaml", f"# Written by tools/custom_resource_definitions.py.\n{text}"


def definition(kind: Kind) -> dict[str, Any]:
    singular, plural, *short = names_of(kind)
    columns = [{"name": name, "type": of, "jsonPath": path} for name, of, path in _COLUMNS.get(kind.name, ())]
    age = {"name": "Age", "type": "date", "jsonPath": ".metadata.creationTimestamp"}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.{_GROUP}"},
        "spec": {
            "group": _GROUP,
            "names": {
                "kind": kind.name,
                "listKind": f"{kind.name}List",
                "plural": plural,
                "singular": singular,
                **({"shortNames": short} if short else {}),
            },
            "scope": "Namespaced" if kind.namespaced else "Cluster",
            "versions": [
                {
                    "name": _VERSION,
                    "served": True,
                    "storage": True,
                    "additionalPrinterColumns": [*columns, age],
                    "schema": {"openAPIV3Schema": _resource(kind.type)},
                }
            ],
        },
    }


def _resource(top: type[msgspec.Struct]) -> dict[str, Any]:
    """The server has its own schema of metadata."""
    schema = _struct(top)
    schema["properties"] |= {"metadata": {"type": "object"}, "status": {"type": "object", **_ANYTHING}}
    schema.pop("required", None)
    return schema


def _struct(found: type[msgspec.Struct]) -> dict[str, Any]:
    fields = msgspec.structs.fields(found)
    schema: dict[str, Any] = {"type": "object"}
    if required := [one.encode_name for one in fields if one.required]:
        schema["required"] = required
    schema["properties"] = {one.encode_name: _schema(one.type) for one in fields}
    return schema | (_ANYTHING if issubclass(found, Open) else {})


def _schema(found: Any) -> dict[str, Any]:  # noqa: ANN401  a type, of any form
    if found is Any:
        return {"type": "object", **_ANYTHING}
    if found in _SCALARS:
        return dict(_SCALARS[found])
    if isinstance(found, type) and issubclass(found, msgspec.Struct):
        return _struct(found)
    match get_origin(found), get_args(found):
        case (origin, arguments) if origin in (Union, types.UnionType):
            return _union(arguments)
        case (origin, (item, *_)) if origin in (tuple, list):
            return {"type": "array", "items": _schema(item)}
        case (origin, (_, value)) if origin is dict:
            return {"type": "object", "additionalProperties": _schema(value)}
    raise TypeError(f"no schema for {found}")


def _union(arguments: tuple[Any, ...]) -> dict[str, Any]:
    some = [one for one in arguments if one is not types.NoneType]
    schema = {"x-kubernetes-int-or-string": True} if set(some) == {int, str} else _schema(some[0])
    return schema | ({"nullable": True} if len(some) < len(arguments) else {})


if __name__ == "__main__":
    main()
