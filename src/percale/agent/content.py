"""What the store holds, resolved. What is invalid counts as absent, and is kept to be reported."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from percale.agent.status import InvalidObject
from percale.datastore.interface import Bookmark, Event, Put
from percale.datastore.keys import Key, Manifest, key_of, sort_key
from percale.policy.incremental.resolver import Resolver
from percale.policy.world import World
from percale.resources.decode import decoded
from percale.resources.documents import Document
from percale.resources.ip_pool import IpPool
from percale.resources.kinds import AnyResource
from percale.resources.node import CalicoNode, KubernetesNode
from percale.resources.problems import Place
from percale.resources.workload_endpoint import WorkloadEndpoint

#: What says where endpoints are, besides the world.
_OF_PLACES = (WorkloadEndpoint, IpPool, KubernetesNode, CalicoNode)

_Ordered = tuple[str, str, str, str]
#: By what a resource is known to be the same: stores number it anew whenever it changes.
_Version = tuple[str, str]


class Content:
    def __init__(self) -> None:
        self._versions: dict[Key, _Version] = {}
        self._resolver: Resolver[_Ordered] = Resolver()
        self._keys: dict[_Ordered, Key] = {}
        self._of_places: dict[Key, AnyResource] = {}

    def replace(self, manifests: Iterable[Manifest]) -> bool:
        """Make it what a whole listing says; whether anything that is enforced may be another."""
        listed = {key_of(one): one for one in manifests}
        gone: dict[Key, Manifest | None] = {key: None for key in self._versions if key not in listed}
        return self._apply({**gone, **listed})

    def take(self, events: Sequence[Event]) -> bool:
        """Whether anything that is enforced may be another."""
        batch: dict[Key, Manifest | None] = {}
        for event in events:
            match event:
                case Put(key, manifest):
                    batch[key] = manifest
                case Bookmark():
                    pass
                case _:
                    batch[event.key] = None
        return self._apply(batch)

    def world(self) -> World:
        return self._resolver.live.world()

    @property
    def of_places(self) -> Iterable[AnyResource]:
        """Workload endpoints, pools and nodes."""
        return self._of_places.values()

    @property
    def invalid(self) -> Iterator[InvalidObject]:
        for order, problems in sorted(self._resolver.problems.items()):
            says = tuple(f"{one.path}: {one.says}" if one.path else one.says for one in problems)
            yield InvalidObject(str(self._keys[order]), says)

    def _apply(self, batch: Mapping[Key, Manifest | None]) -> bool:
        news = {key: one for key, one in batch.items() if _version(one) != self._versions.get(key)}
        documents = {key: None if one is None else _document(key, one) for key, one in news.items()}
        placed_anew = [self._place(key, one) for key, one in documents.items()]
        difference = self._resolver.apply({sort_key(key): one for key, one in documents.items()})
        for key, one in news.items():
            self._remember(key, _version(one))
        return bool(difference) or any(placed_anew)

    def _place(self, key: Key, document: Document | None) -> bool:
        """Whether it says anything about places, or did."""
        before = self._of_places.pop(key, None)
        if document and issubclass(key.kind.type, _OF_PLACES):
            located, _ = decoded(document)
            if located:
                self._of_places[key] = located.resource
        return before != self._of_places.get(key)

    def _remember(self, key: Key, version: _Version | None) -> None:
        if version is None:
            del self._versions[key], self._keys[sort_key(key)]
        else:
            self._versions[key] = version
            self._keys[sort_key(key)] = key


def _version(manifest: Manifest | None) -> _Version | None:
    if manifest is None:
        return None
    metadata = manifest["metadata"]
    return str(metadata.get("uid", "")), str(metadata.get("resourceVersion", ""))


def _document(key: Key, manifest: Manifest) -> Document:
    place = Place(str(key))
    return Document(place.source, dict(manifest), lambda _: place)
