"""An expectation as claims: from everybody of one party to everybody of another, all of this traffic, or none of it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import reduce
from operator import or_

from percale.analysis.expectations.ends import (
    Party,
    SelectsNothing,
    backends_of,
    part_behind,
    party_of,
    service_of,
)
from percale.policy.endpoints import Endpoint
from percale.policy.rules import ServiceRef
from percale.policy.world import World
from percale.resources.policy_test import Between, Expectation
from percale.resources.port_terms import IcmpTerm, PortTerm, ProtocolTerm, Term, parse_term
from percale.resources.ports import NamedPort, NumericPorts
from percale.resources.wire import IntOrString
from percale.traffic.intervals import Intervals
from percale.traffic.protocols import ICMP, ICMPV6
from percale.traffic.regions import Region
from percale.traffic.traffic import ANY_ICMP, Traffic

NOTHING = Traffic()


@dataclass(frozen=True, slots=True)
class Claim:
    """`passes` says whether all of the traffic is let through, or none of it; `v4` and `v6` are that traffic."""

    source: Party
    destination: Party
    v4: Traffic
    v6: Traffic
    passes: bool

    def traffic(self, version: int) -> Traffic:
        return self.v4 if version == 4 else self.v6


def claims_of(expectation: Expectation, world: World, namespace: str) -> tuple[Claim, ...]:
    """Raises SelectsNothing. Of `isolated` there are none: it is about policies, not about packets."""
    match expectation:
        case Expectation(allow=Between() as asked):
            return tuple(_Claims(asked, world, namespace).as_asked(passes=True))
        case Expectation(deny=Between() as asked):
            return tuple(_Claims(asked, world, namespace).as_asked(passes=False))
        case Expectation(only_from=Between() as asked):
            return tuple(_Claims(asked, world, namespace).from_others())
        case Expectation(only_to=Between() as asked):
            return tuple(_Claims(asked, world, namespace).to_others())
        case Expectation(only_ports=Between() as asked):
            return tuple(_Claims(asked, world, namespace).on_others())
        case _:
            return ()


class _Claims:
    """Those that one pair of ends comes to; names of ports and services mean another port at each destination."""

    def __init__(self, asked: Between, world: World, namespace: str) -> None:
        self._asked, self._world = asked, world
        self._source = party_of(asked.from_, world, namespace)
        self._destination = party_of(asked.to, world, namespace)
        self._service = service_of(asked.to, namespace)

    def as_asked(self, *, passes: bool) -> Iterator[Claim]:
        for there, v4, v6 in self._parts(self._destination):
            yield Claim(self._source, there, v4, v6, passes)

    def from_others(self) -> Iterator[Claim]:
        for there, v4, v6 in self._parts(self._destination):
            yield Claim(self._source.others(self._world), there, v4, v6, passes=False)

    def to_others(self) -> Iterator[Claim]:
        others = self._destination.others(self._world)
        for there, v4, v6 in _parts_by_port(others, self._asked.ports):
            yield Claim(self._source, there, v4, v6, passes=False)

    def on_others(self) -> Iterator[Claim]:
        """What several terms give to one destination may pass together."""
        everything = Traffic.everything()
        for there, v4, v6 in _by_destination(self._destination, list(self._parts(self._destination))):
            yield Claim(self._source, there, everything - v4, everything - v6, passes=False)

    def _parts(self, there: Party) -> Iterator["_Part"]:
        if self._service is None:
            return _parts_by_port(there, self._asked.ports)
        return _parts_behind(self._service, self._world, self._asked.ports)


_Part = tuple[Party, Traffic, Traffic]


def _parts_by_port(there: Party, ports: Iterable[IntOrString]) -> Iterator[_Part]:
    """One for all that is the same at every destination, one for each port that has a name."""
    terms = [parse_term(port) for port in ports]
    literal = [term for term in terms if not _is_named(term)]
    if literal or not terms:
        v4, v6 = (_together(literal, version) if literal else Traffic.everything() for version in (4, 6))
        yield there, v4, v6
    for term in terms:
        if isinstance(term, PortTerm) and isinstance(term.port, NamedPort):
            yield from _parts_by_name(there, term.protocol, term.port.name)


def _by_destination(whole: Party, parts: list[_Part]) -> Iterator[_Part]:
    """The same as parts that have no destination in common."""
    of_workload: dict[tuple[int, ...], list[Endpoint]] = {}
    for one in whole.workloads:
        key = tuple(number for number, (there, _, _) in enumerate(parts) if one in there.workloads)
        of_workload.setdefault(key, []).append(one)
    for key, workloads in of_workload.items():
        yield Party(frozenset(workloads)), *_all_of([parts[number] for number in key])
    for outside in dict.fromkeys(there.outside for there, _, _ in parts if there.outside):
        yield Party(outside=outside), *_all_of([part for part in parts if part[0].outside == outside])


def _all_of(parts: Iterable[_Part]) -> tuple[Traffic, Traffic]:
    v4, v6 = NOTHING, NOTHING
    for _, of_v4, of_v6 in parts:
        v4, v6 = v4 | of_v4, v6 | of_v6
    return v4, v6


def _is_named(term: Term) -> bool:
    return isinstance(term, PortTerm) and isinstance(term.port, NamedPort)


def _parts_by_name(there: Party, protocol: int, name: str) -> Iterator[_Part]:
    declared = {port for one in there.workloads for port in one.ports if (port.name, port.protocol) == (name, protocol)}
    if not declared:
        known = sorted({port.name for one in there.workloads for port in one.ports if port.name})
        hint = f"they have {', '.join(f'`{one}`' for one in known[:5])}" if known else "say a number"
        raise SelectsNothing(f"no destination has a port called `{name}`", hint=hint)
    for port in sorted(declared, key=lambda port: port.number):
        traffic = Traffic.to_port(protocol, port.number)
        yield there.only(one for one in there.workloads if port in one.ports), traffic, traffic


def _parts_behind(service: ServiceRef, world: World, ports: Iterable[IntOrString]) -> Iterator[_Part]:
    """Ports are the Service's own; what is behind is asked on the port that they lead to."""
    terms = [parse_term(port) for port in ports]
    found = False
    for backend in backends_of(service, world):
        if backend.port and (not terms or any(_leads(term, backend.protocol, backend.service_port) for term in terms)):
            found = True
            traffic = Traffic.to_port(backend.protocol, backend.port)
            yield part_behind(backend, world), traffic, traffic
    if not found:
        raise SelectsNothing(
            f"no endpoint is behind service `{service.namespace}/{service.name}` at that port",
            hint="its target port may be none of theirs",
        )


def _leads(term: Term, protocol: int, service_port: int) -> bool:
    """Where the input does not tell the Service's port, every endpoint is meant."""
    if not isinstance(term, PortTerm) or term.protocol != protocol or isinstance(term.port, NamedPort):
        return False
    return term.port is None or not service_port or term.port.first <= service_port <= term.port.last


def _together(terms: Iterable[Term], version: int) -> Traffic:
    return reduce(or_, (_traffic(term, version) for term in terms), NOTHING)


def _traffic(term: Term, version: int) -> Traffic:
    match term:
        case PortTerm(protocol, None):
            return Traffic.protocols(protocol)
        case PortTerm(protocol, NumericPorts() as port):
            return Traffic.to_port(protocol, port.first, port.last)
        case ProtocolTerm(number):
            return Traffic.protocols(number)
        case IcmpTerm(protocol, type_, code):
            own = ICMP if version == 4 else ICMPV6
            if protocol not in (None, own):
                return NOTHING
            types = ANY_ICMP if type_ is None else Intervals.single(type_)
            codes = ANY_ICMP if code is None else Intervals.single(code)
            return Traffic.of({own: Region.product(types, codes)})
        case _:
            raise AssertionError(f"{term} has a name")
