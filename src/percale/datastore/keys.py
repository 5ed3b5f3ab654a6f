"""What identifies a resource, and a choice of resources."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from percale.resources.kinds import Kind, kind_of

#: An API object as JSON has it. Whoever holds one does not change it.
Manifest = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Key:
    kind: Kind
    name: str
    #: Empty for kinds without namespaces.
    namespace: str = ""

    def __str__(self) -> str:
        """As Calico's client writes it: `NetworkPolicy(shop/web)`."""
        return f"{self.kind.name}({f'{self.namespace}/' if self.namespace else ''}{self.name})"

    def __lt__(self, other: "Key") -> bool:
        """As in every listing."""
        return sort_key(self) < sort_key(other)


@dataclass(frozen=True, slots=True)
class Selection:
    """The resources of some kinds, or of all, in one namespace or in all."""

    kinds: frozenset[Kind] | None = None
    namespace: str = ""

    def __contains__(self, key: Key) -> bool:
        has_kind = self.kinds is None or key.kind in self.kinds
        return has_kind and self.namespace in ("", key.namespace)


EVERYTHING = Selection()


def key_of(manifest: Manifest) -> Key:
    """Of a manifest that is fit to be stored: of a kind that Percale reads, with a name."""
    kind = kind_of(manifest["apiVersion"], manifest["kind"])
    if kind is None:
        raise ValueError(f"{manifest['kind']} ({manifest['apiVersion']}) is of no kind that can be stored")
    metadata = manifest["metadata"]
    return Key(kind, metadata["name"], metadata.get("namespace", "") if kind.namespaced else "")


def resource_version(manifest: Manifest) -> str:
    """Empty for what no store has numbered."""
    return str(manifest.get("metadata", {}).get("resourceVersion", ""))


def in_order(resources: Mapping[Key, Manifest]) -> tuple[Manifest, ...]:
    """By kind, namespace and name: the order of every listing."""
    return tuple(resources[key] for key in sorted(resources, key=sort_key))


def sort_key(key: Key) -> tuple[str, str, str, str]:
    return key.kind.name, key.kind.api_version, key.namespace, key.name
