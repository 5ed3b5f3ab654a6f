"""The base of every API object: frozen, closed to unknown fields, spelt as the API spells it."""

from typing import Any

import msgspec

#: Numbers or strings where Kubernetes writes `int-or-string`.
IntOrString = int | str


class Wire(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel", omit_defaults=True):
    """Part of an API object; snake case here is camel case on the wire unless a field says otherwise."""


class Open(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """Part of an object of which Percale reads a little and leaves the rest to its owner."""


class ObjectMeta(Wire, frozen=True):
    """Kubernetes' metadata; what follows `annotations` is added by servers and not read."""

    name: str = ""
    generate_name: str = ""
    namespace: str = ""
    labels: dict[str, str] = {}
    annotations: dict[str, str] = {}
    uid: str = ""
    resource_version: str = ""
    creation_timestamp: str = ""
    generation: int = 0
    self_link: str = ""
    deletion_timestamp: str = ""
    deletion_grace_period_seconds: int = 0
    owner_references: tuple[Any, ...] = ()
    finalizers: tuple[str, ...] = ()
    managed_fields: tuple[Any, ...] = ()


class Resource(Wire, frozen=True, kw_only=True):
    """An API object. `status` belongs to servers and is not read unless a kind says so."""

    api_version: str
    kind: str
    metadata: ObjectMeta = ObjectMeta()
    status: Any = None

    def __str__(self) -> str:
        where = f"{self.metadata.namespace}/" if self.metadata.namespace else ""
        return f"{self.kind} {where}{self.metadata.name or self.metadata.generate_name}"
