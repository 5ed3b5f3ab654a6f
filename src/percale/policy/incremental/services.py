"""Services, and whoever is behind them: as slices list it, or else as the slices' controller would find it."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Generic, TypeVar

from percale.policy.endpoints import Endpoint
from percale.policy.from_services import backends_of, external_ports_of, listed_backends, service_of
from percale.policy.incremental.hanging import Hanging
from percale.policy.incremental.ledger import ByName, Ledger, Moved, Sortable, ordered
from percale.policy.rules import ServiceRef
from percale.policy.world import ExternalPort, ServiceBackend
from percale.resources.service_endpoints import Endpoints, EndpointSlice
from percale.resources.workload import Service
from percale.traffic.addresses import Network

K = TypeVar("K", bound=Sortable)

Backends = tuple[ServiceBackend, ...]


class Services(Generic[K]):
    def __init__(self, workloads: Callable[[str], Iterable[tuple[K, Endpoint]]]) -> None:
        """`workloads` are those of a namespace."""
        self.resources: ByName[K, ServiceRef, Service, Service] = ByName(_reference, lambda one: one)
        self.backends: Ledger[ServiceRef, Backends] = Ledger()
        self.external_ports: Ledger[ServiceRef, tuple[ExternalPort, ...]] = Ledger()
        self._workloads = workloads
        self._listed: Ledger[K, tuple[ServiceRef, Backends]] = Ledger()
        self._slices: Hanging[ServiceRef, K] = Hanging()
        #: Of services that nobody has listed.
        self._members: dict[ServiceRef, dict[K, Endpoint]] = {}
        self._in_namespace: Hanging[str, ServiceRef] = Hanging()
        self._naming: Hanging[str, ServiceRef] = Hanging()

    def put_listed(self, key: K, resource: EndpointSlice | Endpoints | None) -> None:
        service = service_of(resource) if resource else None
        self._listed.put(key, (service, tuple(listed_backends(resource))) if resource and service else None)

    def settle(self, moved: Sequence[Moved[K, Endpoint]]) -> frozenset[ServiceRef]:
        """Whose backends, or their addresses, or ways in from outside are others; `moved` are workloads."""
        stale = set(self._settle_listed())
        for service in self.resources.values.settle():
            stale.add(service.key)
            self.external_ports.put(
                service.key, tuple(external_ports_of(service.after)) or None if service.after else None
            )
        for ref in stale:
            self._find_members(ref)
        for one in moved:
            stale.update(self._move_member(one))
        for ref in stale:
            self.backends.put(ref, self._resolved(ref))
        changed = {one.key for one in self.external_ports.settle()}
        for backends in self.backends.settle():
            changed.add(backends.key)
            self._naming.move(backends.key, _named(backends.before), _named(backends.after))
        return frozenset(changed.union(self._naming.on(self._readdressed(moved))))

    def _readdressed(self, moved: Iterable[Moved[K, Endpoint]]) -> Iterator[str]:
        """Names whose workloads together have other addresses than before."""
        found: dict[str, Counter[Network]] = {}
        for one in moved:
            for side, sign in ((one.before, -1), (one.after, 1)):
                if side and (name := str(side)) in self._naming:
                    counted = found.setdefault(name, Counter())
                    for network in side.networks:
                        counted[network] += sign
        return (name for name, counted in found.items() if any(counted.values()))

    def _settle_listed(self) -> Iterator[ServiceRef]:
        for moved in self._listed.settle():
            before, after = ([one[0]] if one else [] for one in (moved.before, moved.after))
            self._slices.move(moved.key, before, after)
            yield from (*before, *after)

    def _find_members(self, ref: ServiceRef) -> None:
        if ref in self._members:
            del self._members[ref]
            self._in_namespace.move(ref, [ref.namespace], [])
        service = self.resources.values.now.get(ref)
        if service and service.spec.selector and not any(self._slices.on([ref])):
            self._in_namespace.move(ref, [], [ref.namespace])
            here = self._workloads(ref.namespace)
            self._members[ref] = {key: one for key, one in here if _selects(service, one)}

    def _move_member(self, moved: Moved[K, Endpoint]) -> Iterator[ServiceRef]:
        one = moved.after or moved.before
        for ref in self._in_namespace.on([one.namespace] if one else []):
            members = self._members[ref]
            was = members.pop(moved.key, None)
            if moved.after and _selects(self.resources.values.now[ref], moved.after):
                members[moved.key] = moved.after
            if was or moved.key in members:
                yield ref

    def _resolved(self, ref: ServiceRef) -> Backends | None:
        slices = sorted(self._slices.on([ref]))
        if slices:
            return tuple(one for key in slices for one in self._listed.now[key][1])
        service = self.resources.values.now.get(ref)
        return backends_of(service, ordered(self._members.get(ref, {}))) if service else None


def _reference(one: Service) -> ServiceRef:
    return ServiceRef(one.metadata.namespace, one.metadata.name)


def _selects(service: Service, one: Endpoint) -> bool:
    return service.spec.selector.items() <= one.labels.items()


def _named(backends: Backends | None) -> Iterable[str]:
    return dict.fromkeys(one.endpoint for one in backends or ())
