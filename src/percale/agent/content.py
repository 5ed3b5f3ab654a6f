"""What the store holds, decoded. What is invalid counts as absent, and is kept to be reported."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

from percale.agent.status import InvalidObject
from percale.datastore.interface import Bookmark, Event, Put
from percale.datastore.keys import Key, Manifest, key_of, sort_key
from percale.resources.decode import Located, Manifests, decodable
from percale.resources.documents import Document
from percale.resources.problems import Place, Problem


class Content:
    def __init__(self) -> None:
        self._manifests: dict[Key, Manifest] = {}
        self._located: dict[Key, Located] = {}
        self._invalid: dict[Key, tuple[Problem, ...]] = {}

    def replace(self, manifests: Iterable[Manifest]) -> bool:
        """Make it what a whole listing says; whether that changed anything."""
        wanted = {key_of(one): one for one in manifests}
        gone = [key for key in self._manifests if key not in wanted]
        for key in gone:
            self._remove(key)
        return any([bool(gone), *(self._put(key, one) for key, one in wanted.items())])

    def take(self, events: Sequence[Event]) -> bool:
        """Whether they changed anything."""
        taken = [self._take(event) for event in events]
        return any(taken)

    def _take(self, event: Event) -> bool:
        match event:
            case Put(key, manifest):
                return self._put(key, manifest)
            case Bookmark():
                return False
            case _:
                return self._remove(event.key)

    def _put(self, key: Key, manifest: Manifest) -> bool:
        if self._manifests.get(key) == manifest:
            return False
        self._remove(key)
        self._manifests[key] = manifest
        place = Place(str(key))
        found, problems = decodable([Document(str(key), dict(manifest), lambda _: place)])
        if problems or not found.items:
            self._invalid[key] = tuple(problems)
        else:
            (self._located[key],) = found.items
        return True

    def _remove(self, key: Key) -> bool:
        self._located.pop(key, None)
        self._invalid.pop(key, None)
        return self._manifests.pop(key, None) is not None

    @property
    def invalid(self) -> Mapping[Key, tuple[Problem, ...]]:
        return MappingProxyType(self._invalid)

    @property
    def manifests(self) -> Manifests:
        """Of all that is valid, always in one order."""
        return Manifests(tuple(self._in_order()))

    def _in_order(self) -> Iterator[Located]:
        return (self._located[key] for key in sorted(self._located, key=sort_key))


def invalid_objects(content: Content) -> Iterator[InvalidObject]:
    for key, problems in content.invalid.items():
        says = tuple(f"{one.path}: {one.says}" if one.path else one.says for one in problems)
        yield InvalidObject(str(key), says or ("it is of a kind that is not read here",))
