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

    #: What others call the object by; one of each kind, in each namespace if the kind has one. This or `generateName`
    #: is required.
    name: str = ""
    #: The beginning of a name that the server completes; Percale takes it as the name where there is none.
    generate_name: str = ""
    #: Where the object lives. Default: `default`.
    namespace: str = ""
    #: What selectors ask for.
    labels: dict[str, str] = {}
    #: Remarks for people and programs; no selector sees them.
    annotations: dict[str, str] = {}
    #: The object's identity over time; set by the server, no effect.
    uid: str = ""
    #: Which version of the object this is; set by the server, no effect.
    resource_version: str = ""
    #: When the object was created; set by the server. The oldest of several FelixConfigurations wins by it.
    creation_timestamp: str = ""
    #: How often the specification has changed; set by the server, no effect.
    generation: int = 0
    #: A path in the API, from old servers; no effect.
    self_link: str = ""
    #: Since when the object is being deleted; set by the server, no effect.
    deletion_timestamp: str = ""
    #: How long the deletion may take; set by the server, no effect.
    deletion_grace_period_seconds: int = 0
    #: The objects that this one belongs to, as a pod to its ReplicaSet.
    owner_references: tuple[Any, ...] = ()
    #: Who has to agree before the object goes; no effect.
    finalizers: tuple[str, ...] = ()
    #: Which program wrote which field; set by the server, no effect.
    managed_fields: tuple[Any, ...] = ()


class Resource(Wire, frozen=True, kw_only=True):
    """An API object. `status` belongs to servers and is not read unless a kind says so."""

    #: Group and version, as above.
    api_version: str
    #: The kind, as above.
    kind: str
    #: Name, namespace, labels and annotations.
    metadata: ObjectMeta = ObjectMeta()
    #: What servers and controllers report; accepted and not read.
    status: Any = None

    def __str__(self) -> str:
        where = f"{self.metadata.namespace}/" if self.metadata.namespace else ""
        return f"{self.kind} {where}{self.metadata.name or self.metadata.generate_name}"
