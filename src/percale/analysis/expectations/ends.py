"""The ends of an expectation as sets: of workloads, and of addresses and names outside."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import reduce
from operator import or_

from percale.analysis.parties import is_called, similar
from percale.errors import PercaleError
from percale.policy.domains import covers
from percale.policy.endpoints import Endpoint
from percale.policy.labels import NAMESPACE, NAMESPACE_PREFIX
from percale.policy.rules import ServiceRef
from percale.policy.world import ServiceBackend, World
from percale.resources.end_texts import ANY, OUTSIDE, fields_of
from percale.resources.policy_test import End, EndFields
from percale.selector import Equals, Has, Selector, conjunction, parse, rekeyed
from percale.traffic.addresses import AddressSet, Network, lenient_network


class SelectsNothing(PercaleError):
    """The end of an expectation is nobody: what is said of nobody is always true and tells nothing."""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Addresses that no workload has; as a destination, by any name, or by names that the domain covers."""

    addresses: AddressSet
    domain: str = ""

    def holds(self, number: int, version: int, name: str) -> bool:
        return number in self.addresses.version(version) and (not self.domain or covers(self.domain, name))


@dataclass(frozen=True, slots=True)
class Party:
    """Everybody at one end. What is outside is in it if one of `outside` holds it, or if none does of the others."""

    workloads: frozenset[Endpoint] = frozenset()
    outside: tuple[Elsewhere, ...] = ()
    is_inverted: bool = False

    def __or__(self, other: "Party") -> "Party":
        return Party(self.workloads | other.workloads, self.outside + other.outside)

    def holds_outside(self, number: int, version: int, name: str) -> bool:
        return any(one.holds(number, version, name) for one in self.outside) is not self.is_inverted

    def others(self, world: World) -> "Party":
        """Everybody who is not in it."""
        return Party(frozenset(world.workloads) - self.workloads, self.outside, is_inverted=not self.is_inverted)

    def only(self, workloads: Iterable[Endpoint]) -> "Party":
        return Party(self.workloads & frozenset(workloads))

    def networks(self) -> Iterator[Network]:
        """Where its addresses begin and end."""
        for one in self.outside:
            yield from (network for version in (4, 6) for network in one.addresses.networks(version))

    def domains(self) -> Iterator[str]:
        yield from (one.domain for one in self.outside if one.domain)


EVERYWHERE = AddressSet.everything()


def items_of(end: End) -> tuple[str | EndFields, ...]:
    return end if isinstance(end, tuple) else (end,)


def party_of(end: End, world: World, namespace: str) -> Party:
    """Raises SelectsNothing, for each part of a list too."""
    return reduce(or_, (_one(one, world, namespace) for one in items_of(end)))


def service_of(end: End, namespace: str) -> ServiceRef | None:
    """Where the end is one Service."""
    (one, *others) = items_of(end)
    fields = fields_of(one) if isinstance(one, str) else one
    if others or fields is None or fields.service is None:
        return None
    return _service(fields.service, namespace)


def _service(text: str, namespace: str) -> ServiceRef:
    before, _, name = text.rpartition("/")
    return ServiceRef(before or namespace, name)


def _one(end: str | EndFields, world: World, namespace: str) -> Party:
    if end == ANY:
        return Party(frozenset(world.workloads), (Elsewhere(EVERYWHERE),))
    if end == OUTSIDE:
        return Party(outside=(Elsewhere(EVERYWHERE),))
    fields = fields_of(end) if isinstance(end, str) else end
    if fields is None:
        raise AssertionError(f"`{end}` has passed validation")
    return _described(fields, world, namespace)


def _described(end: EndFields, world: World, namespace: str) -> Party:
    if end.domain is not None:
        return Party(outside=(Elsewhere(EVERYWHERE, end.domain),))
    if end.cidr is not None:
        return _at(end.cidr, world)
    if end.service is not None:
        return _behind(_service(end.service, namespace), world)
    if end.workload is not None:
        return _called(end.workload, world, namespace)
    return _selected(end, world)


def _selected(end: EndFields, world: World) -> Party:
    selector = _selector(end)
    found = frozenset(one for one in world.workloads if selector.matches(one.labels))
    if not found:
        raise SelectsNothing(f"no workload is selected by {_words(end)}", hint=_hint(end, world))
    return Party(found)


def _selector(end: EndFields) -> Selector:
    parts: list[Selector] = []
    if end.namespace is not None:
        parts.append(Equals(NAMESPACE, end.namespace))
    if end.namespace_selector is not None:
        parts += [Has(NAMESPACE), rekeyed(parse(end.namespace_selector), NAMESPACE_PREFIX)]
    if end.selector is not None:
        parts.append(parse(end.selector))
    return conjunction(*parts)


def _words(end: EndFields) -> str:
    named = (("namespace", end.namespace), ("namespaceSelector", end.namespace_selector), ("selector", end.selector))
    return ", ".join(f"{name} `{text}`" for name, text in named if text is not None)


def _hint(end: EndFields, world: World) -> str:
    known = sorted({one.namespace for one in world.workloads})
    if end.namespace is None or end.namespace in known:
        return ""
    return f"there are workloads in {_listed(known)}" if known else "the input holds no workload at all"


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return ", ".join(f"`{name}`" for name in names[:5]) + more


def _at(text: str, world: World) -> Party:
    """Whoever is there: what is outside, and workloads that are known to have such an address."""
    network = lenient_network(text)
    there = (one for one in world.workloads if any(address in network for address in one.addresses))
    return Party(frozenset(there), (Elsewhere(AddressSet.of([network])),))


def _behind(service: ServiceRef, world: World) -> Party:
    backends = backends_of(service, world)
    addresses = AddressSet.of(lenient_network(str(one.address)) for one in backends if one.address)
    workloads = frozenset(filter(_serving(backends), world.workloads))
    outside = (Elsewhere(addresses),) if addresses else ()
    if not workloads and not outside:
        name = f"{service.namespace}/{service.name}"
        raise SelectsNothing(f"no endpoint is behind service `{name}`", hint="its selector may match no workload")
    return Party(workloads, outside)


def _serving(backends: Iterable[ServiceBackend]) -> Callable[[Endpoint], bool]:
    names = {one.endpoint for one in backends if one.endpoint}
    addresses = {one.address for one in backends if one.address}
    return lambda one: str(one) in names or any(address in addresses for address in one.addresses)


def backends_of(service: ServiceRef, world: World) -> tuple[ServiceBackend, ...]:
    if service not in world.services:
        known = _listed(sorted(f"{one.namespace}/{one.name}" for one in world.services))
        raise SelectsNothing(
            f"no service is called `{service.namespace}/{service.name}`",
            hint=f"there is {known}" if known else "the input holds no Service",
        )
    return world.services[service]


def part_behind(backend: ServiceBackend, world: World) -> Party:
    addresses = AddressSet.of([lenient_network(str(backend.address))]) if backend.address else AddressSet()
    workloads = frozenset(filter(_serving([backend]), world.workloads))
    return Party(workloads, (Elsewhere(addresses),) if addresses else ())


def _called(text: str, world: World, namespace: str) -> Party:
    """By an owner's name, all pods of that owner."""
    found = [one for one in world.workloads if is_called(one, text, namespace)]
    if not found:
        raise SelectsNothing(f"no workload is called `{text}`", hint=similar(text, world, namespace))
    if len(found) > 1 and not all(one.owners for one in found):
        named = ", ".join(f"`{one.resource_kind}/{one}`" for one in found)
        raise SelectsNothing(f"`{text}` is more than one workload", hint=f"say which: {named}")
    return Party(frozenset(found))
