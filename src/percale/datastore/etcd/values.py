"""What is kept under a key: the resource as Calico's client writes it (calico-semantics §7.6, §1.7)."""

from collections.abc import Mapping
from typing import Any

import msgspec

from percale.datastore.errors import StoreUnavailable
from percale.datastore.etcd.layout import TIERED, Path
from percale.datastore.keys import Key, Manifest
from percale.resources.decode import STORED_METADATA

#: In the order of Go's structures; what is not named here follows.
_FIELDS = ("kind", "apiVersion", "metadata", "spec", "status")
_METADATA = (
    "name",
    "generateName",
    "namespace",
    "selfLink",
    "uid",
    "generation",
    "creationTimestamp",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
    "labels",
    "annotations",
    "ownerReferences",
    "finalizers",
)
#: Go's JSON may stand in a page of HTML.
_ESCAPES = (
    (b"<", b"\\u003c"),
    (b">", b"\\u003e"),
    (b"&", b"\\u0026"),
    ("\u2028".encode(), b"\\u2028"),
    ("\u2029".encode(), b"\\u2029"),
)


def value_of(manifest: Manifest, path: Path) -> bytes:
    """The resource version is left out: it is the revision of the key."""
    metadata = {name: value for name, value in manifest["metadata"].items() if name != "resourceVersion"}
    if path.kind in TIERED:
        metadata["annotations"] = metadata.get("annotations", {}) | {STORED_METADATA: _name_note(metadata["name"])}
    metadata["name"] = path.name
    for field in ("labels", "annotations"):
        if texts := metadata.pop(field, {}):
            metadata[field] = dict(sorted(texts.items()))
    text = msgspec.json.encode(_ordered({**manifest, "metadata": _ordered(metadata, _METADATA)}, _FIELDS))
    for plain, escaped in _ESCAPES:
        text = text.replace(plain, escaped)
    return text


def resource_in(path: Path, value: bytes, revision: int) -> tuple[Key, Manifest]:
    """Raises StoreUnavailable for what is no resource: to pass over it could open what a policy closes."""
    try:
        manifest = msgspec.json.decode(value, type=dict[str, Any])
        metadata = msgspec.convert(manifest.get("metadata"), dict[str, Any])
        annotations = msgspec.convert(metadata.pop("annotations", None) or {}, dict[str, Any])
        name = _name_in(path, annotations, manifest.get("spec"))
    except msgspec.MsgspecError as error:
        raise StoreUnavailable(f"the value of etcd's key `{bytes(path).decode()}` is no resource: {error}") from error
    metadata = {field: content for field, content in metadata.items() if content is not None}
    metadata |= {"name": name, "resourceVersion": str(revision)}
    metadata |= {"namespace": path.namespace} if path.namespace else {}
    metadata |= {"annotations": annotations} if annotations else {}
    resource = {**manifest, "kind": path.kind.name, "apiVersion": path.kind.api_version, "metadata": metadata}
    return Key(path.kind, name, path.namespace), resource


def _name_in(path: Path, annotations: dict[str, Any], spec: Any) -> str:  # noqa: ANN401  not looked at yet
    """What the policy is called; takes the note of it out of the annotations."""
    if path.kind not in TIERED:
        return path.name
    note = msgspec.json.decode(str(annotations.pop(STORED_METADATA, "{}")), type=dict[str, Any])
    if name := note.get("name"):
        return str(name)
    tier = spec.get("tier") if isinstance(spec, Mapping) else ""
    return path.old_name if tier in ("default", "", None) else path.name


def _name_note(name: str) -> str:
    return msgspec.json.encode({"name": name}).decode()


def _ordered(fields: Mapping[str, Any], order: tuple[str, ...]) -> dict[str, Any]:
    return {name: fields[name] for name in (*order, *fields) if name in fields}
