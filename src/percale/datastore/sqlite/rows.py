"""Keys and manifests as the tables have them."""

from typing import Any

import msgspec

from percale.datastore.errors import StoreUnavailable
from percale.datastore.interface import Deleted, Put, Revision
from percale.datastore.keys import Key, Manifest, Selection
from percale.resources.kinds import kind_of

Columns = tuple[str, str, str, str]


def columns(key: Key) -> Columns:
    return key.kind.api_version, key.kind.name, key.namespace, key.name


def where(selection: Selection) -> tuple[str, list[str]]:
    """A condition and its values; empty where all is meant."""
    conditions, values = [], []
    if selection.kinds is not None:
        pairs = sorted((kind.api_version, kind.name) for kind in selection.kinds)
        conditions.append(f"(api_version, kind) IN (VALUES {', '.join(['(?, ?)'] * len(pairs))})" if pairs else "FALSE")
        values += [text for pair in pairs for text in pair]
    if selection.namespace:
        conditions.append("namespace = ?")
        values.append(selection.namespace)
    return (f" WHERE {' AND '.join(conditions)}" if conditions else ""), values


def text_of(manifest: Manifest) -> bytes:
    return msgspec.json.encode(manifest)


def manifest_from(text: bytes) -> Manifest:
    found: dict[str, Any] = msgspec.json.decode(text)
    return found


def event_from(row: tuple[int, str, str, str, str, bytes | None]) -> Put | Deleted:
    number, api_version, name_of_kind, namespace, name, text = row
    kind = kind_of(api_version, name_of_kind)
    if kind is None:
        raise StoreUnavailable(
            f"the datastore holds a `{name_of_kind}` ({api_version}), which this release does not know"
        )
    key, revision = Key(kind, name, namespace), Revision(str(number))
    return Deleted(key, revision) if text is None else Put(key, manifest_from(text), revision)
