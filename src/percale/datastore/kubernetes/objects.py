"""Resources as the API server has them, in the form that every store gives, and back.

In its storage form Calico keeps its own metadata in an annotation (calico-semantics §1.1, §1.7).
Source: Calico's libcalico-go/lib/backend/k8s/resources/resources.go.
"""

from collections.abc import Mapping
from ipaddress import ip_address, ip_network
from typing import Any

import msgspec

from percale.datastore.defaulting import with_defaults
from percale.datastore.keys import Key, Manifest
from percale.datastore.kubernetes.layout import TIERED, Resource
from percale.resources.decode import STORED_METADATA
from percale.resources.kinds import CALICO

#: Before the name of a policy of the default tier in clusters up to Calico 3.31.
OLD_PREFIX = "default."
#: Set by servers, and no part of what Calico's own clients show.
_HIDDEN_IN_CALICO = ("generation", "managedFields", "selfLink")
#: Labels and annotations that Calico also leaves where Kubernetes' own tools see them.
_CALICOS_OWN = ("projectcalico.org/", "operator.tigera.io/")

Object = dict[str, Any]


class NotReadable(Exception):
    """What the server has there is no resource."""


def read(resource: Resource, found: Mapping[str, Any]) -> tuple[Key, Manifest]:
    """Raises NotReadable."""
    try:
        metadata = {name: value for name, value in found["metadata"].items() if value is not None}
        if resource.is_storage_form:
            metadata = _unpacked(resource, metadata, found.get("spec"))
        for name in _HIDDEN_IN_CALICO if resource.kind.api_version == CALICO else ("managedFields", "selfLink"):
            metadata.pop(name, None)
        key = Key(resource.kind, metadata["name"], metadata.get("namespace", "") if resource.kind.namespaced else "")
    except (AttributeError, KeyError, TypeError, msgspec.MsgspecError) as error:
        raise NotReadable(str(error)) from error
    spec = {"spec": _spec_of(resource, found["spec"] or {})} if "spec" in found else {}
    manifest = {**found, **spec, "apiVersion": resource.kind.api_version, "kind": resource.kind.name}
    return key, with_defaults({**manifest, "metadata": metadata})


def _spec_of(resource: Resource, spec: Any) -> Any:  # noqa: ANN401  of any form
    """Until 1.36 servers took networks with host bits in Kubernetes' policies; they mean the network."""
    if resource.kind.api_version != "networking.k8s.io/v1" or not isinstance(spec, Mapping):
        return spec
    rules = [one for name in ("ingress", "egress") for one in spec.get(name) or []]
    peers = [peer for rule in rules for name in ("from", "to") for peer in rule.get(name) or []]
    blocks = [peer["ipBlock"] for peer in peers if peer.get("ipBlock")]
    if all(_masked(text) == text for block in blocks for text in (block["cidr"], *(block.get("except") or []))):
        return spec
    return _with_masks(spec)


def _with_masks(part: Any) -> Any:  # noqa: ANN401  of any form
    if isinstance(part, Mapping):
        if "cidr" in part:
            parts = {"except": [_masked(one) for one in part["except"]]} if part.get("except") else {}
            return {**part, "cidr": _masked(part["cidr"]), **parts}
        return {name: _with_masks(one) for name, one in part.items()}
    return [_with_masks(one) for one in part] if isinstance(part, list) else part


def _masked(text: str) -> str:
    try:
        network = ip_network(text, strict=False)
    except ValueError:
        return text
    return str(network) if "/" in text and ip_address(text.partition("/")[0]) != network.network_address else text


def written(resource: Resource, manifest: Manifest, *, before: Mapping[str, Any] | None = None) -> Object:
    """As it is sent to the server; `before` is the object that it takes the place of."""
    metadata = dict(manifest["metadata"])
    for name in ("managedFields", "selfLink"):
        metadata.pop(name, None)
    if resource.is_storage_form:
        metadata = _packed(resource, metadata, (before or {}).get("metadata", {}))
    return {**manifest, "apiVersion": resource.group_version, "metadata": metadata}


def object_names(resource: Resource, key: Key) -> tuple[str, ...]:
    """Under which names the object may be: first the one under which it is made."""
    is_renamed = resource.is_storage_form and resource.kind in TIERED
    return (key.name, f"{OLD_PREFIX}{key.name}") if is_renamed else (key.name,)


def may_have_another(resource: Resource) -> bool:
    """Whether two objects can be one resource, as while Calico renames its policies."""
    return resource.is_storage_form and resource.kind in TIERED


def _unpacked(resource: Resource, metadata: Object, spec: Any) -> Object:  # noqa: ANN401  not looked at yet
    annotations = dict(metadata.pop("annotations", {}))
    note = annotations.pop(STORED_METADATA, None)
    stored: Object = msgspec.json.decode(note, type=dict[str, Any]) if note else {}
    name = (stored.get("name") if resource.kind in TIERED else "") or _without_tier(resource, metadata["name"], spec)
    # What an object itself has is left from before Calico kept it in the note.
    labels = {**metadata.get("labels", {}), **(stored.get("labels") or {})}
    annotations |= stored.get("annotations") or {}
    of_object = ("namespace", "resourceVersion", "uid", "deletionTimestamp", "deletionGracePeriodSeconds")
    kept = {one: metadata[one] for one in of_object if one in metadata}
    rest = {one: value for one, value in stored.items() if value is not None} if note else metadata
    created = stored.get("creationTimestamp") or metadata.get("creationTimestamp")
    found = {**rest, **kept, "name": name, **({"creationTimestamp": created} if created else {})}
    for field, texts in (("labels", labels), ("annotations", annotations)):
        found.pop(field, None)
        if texts:
            found[field] = texts
    return found


def _without_tier(resource: Resource, name: str, spec: Any) -> str:  # noqa: ANN401  of any form
    tier = spec.get("tier") if isinstance(spec, Mapping) else ""
    return name.removeprefix(OLD_PREFIX) if resource.kind in TIERED and tier in ("default", "", None) else name


def _packed(resource: Resource, metadata: Object, before: Object) -> Object:
    note = {
        name: metadata[name]
        for name in ("name", "creationTimestamp", "labels", "annotations", "ownerReferences", "finalizers")
        if metadata.get(name) and (name != "name" or resource.kind in TIERED)
    }
    annotations = {**_own(metadata, "annotations"), STORED_METADATA: msgspec.json.encode(note).decode()}
    packed = {"name": before.get("name") or metadata["name"], "annotations": annotations}
    if labels := _own(metadata, "labels"):
        packed["labels"] = labels
    for name in ("namespace", "resourceVersion"):
        if name in metadata:
            packed[name] = metadata[name]
    # Whoever holds on to the object does not let go because Calico's metadata is elsewhere.
    packed |= {name: before[name] for name in ("finalizers", "ownerReferences", "uid") if name in before}
    return packed


def _own(metadata: Object, field: str) -> dict[str, str]:
    texts: dict[str, str] = metadata.get(field, {})
    return {name: text for name, text in texts.items() if any(one in name for one in _CALICOS_OWN)}
